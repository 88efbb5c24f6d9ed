import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPodman } from '../../../src/backends/podman/config.ts';
import { podmanFactory } from '../../../src/backends/podman/index.ts';
import type { PodmanConfig } from '../../../src/core/config.ts';
import { labEngines } from '../../lab/engines.ts';

const { engines } = await labEngines();
const podman = engines.find(({ kind }) => kind === 'podman')?.host ?? '';
const docker = engines.find(({ kind }) => kind === 'docker')?.host ?? '';
const nowhere = 'unix:///nowhere/podman.sock';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** The strategy that was taken, with the address it led to. */
async function found(config: Partial<PodmanConfig>): Promise<string> {
  const { connection, attempts } = await findPodman({
    type: 'podman',
    ...config,
    env: { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), ...config.env },
  });
  connection.close();
  return `${attempts.at(-1)?.strategy}: ${connection.address.replace(home, '~')}`;
}

async function linkSocket(path: string, host: string): Promise<void> {
  const link = join(home, path);
  await mkdir(dirname(link), { recursive: true });
  await symlink(host.replace('unix://', ''), link);
}

describe.skipIf(podman === '')('where Podman is (SKIPPED without a Podman of the lab)', () => {
  it('is where the user says, first in the config, then in CONTAINER_HOST', async () => {
    expect(await found({ host: podman, env: { CONTAINER_HOST: nowhere } })).toBe(`explicit host: ${podman}`);
    expect(await found({ env: { CONTAINER_HOST: podman } })).toBe(`CONTAINER_HOST: ${podman}`);
  });

  it('is nowhere else when the user said where', async () => {
    await linkSocket('run/podman/podman.sock', podman);
    const opening = podmanFactory.open({ type: 'podman', env: { HOME: home, CONTAINER_HOST: nowhere } }, {});
    await expect(opening).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it("is at the user's socket", async () => {
    await linkSocket('run/podman/podman.sock', podman);
    expect(await found({})).toBe('socket of the user: unix://~/run/podman/podman.sock');
  });

  it('is at the socket of podman machine', async () => {
    await linkSocket('.local/share/containers/podman/machine/podman.sock', podman);
    expect(await found({})).toBe(
      'podman machine: unix://~/.local/share/containers/podman/machine/podman.sock',
    );
  });

  it('is not what another engine answers', async () => {
    await linkSocket('run/podman/podman.sock', docker);
    await linkSocket('.local/share/containers/podman/machine/podman.sock', podman);
    expect(await found({})).toMatch(/^podman machine: /);
    await expect(podmanFactory.open({ type: 'podman', host: docker }, {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('is not Podman'),
    });
  });

  it('is refused over ssh, with the way round it', async () => {
    await expect(
      found({ env: { CONTAINER_HOST: 'ssh://me@host/run/podman/podman.sock' } }),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('forward the socket'),
    });
  });

  it('is told to be nowhere, with all places that were tried', async () => {
    const error = await found({}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      hint: expect.stringContaining('podman system service'),
    });
    const { attempts } = (error as { details: { attempts: { strategy: string; reason: string }[] } }).details;
    expect(attempts.map(({ strategy }) => strategy)).toEqual(
      expect.arrayContaining([
        'explicit host',
        'CONTAINER_HOST',
        'system socket',
        'socket of the user',
        'podman machine',
      ]),
    );
    for (const { reason } of attempts) expect(reason).toMatch(/\S/);
  });
});
