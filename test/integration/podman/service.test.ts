import { spawn, spawnSync } from 'node:child_process';
import { access, chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { podmanFactory } from '../../../src/backends/podman/index.ts';
import type { Backend } from '../../../src/core/index.ts';

const settings = '/run/wherry-lab/podman-containers.conf';
const hasPodman =
  spawnSync('podman', ['--version']).status === 0 &&
  process.getuid?.() === 0 &&
  (await access(settings).then(
    () => true,
    () => false,
  ));
const timeout = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-service-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A `podman` of these lines; `env` makes it the one that is found, with temporary files below `folder`. */
async function program(...lines: string[]): Promise<string> {
  const path = join(folder, 'podman');
  await writeFile(path, ['#!/bin/sh', `echo $$ > ${folder}/pid`, ...lines, ''].join('\n'));
  await chmod(path, 0o755);
  return path;
}

/** The machine's Podman, with storage and locks of its own. */
const realPodman = (): Promise<string> =>
  program(
    `exec unshare --mount --propagation slave sh -c 'mount -t tmpfs shm /dev/shm && exec "$@"' sh \\`,
    `env CONTAINERS_CONF=${settings} podman --root ${folder}/root --runroot ${folder}/run --storage-driver vfs "$@"`,
  );

const open = (podmanPath: string, signal?: AbortSignal): Promise<Backend> =>
  podmanFactory.open(
    {
      type: 'podman',
      autoStart: true,
      podmanPath,
      env: { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder, TMPDIR: folder },
    },
    { signal },
  );

const runs = async (): Promise<boolean> => {
  const pid = (await readFile(join(folder, 'pid'), 'utf8')).trim();
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return state !== '' && !/^\d+ \(.*\) Z/.test(state);
};

describe('a service that is started when none answers', () => {
  it('is told when Podman is not installed', async () => {
    await expect(open('/nowhere/podman')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: '/nowhere/podman is not installed',
      hint: expect.stringContaining('install Podman'),
    });
  });

  it('is told with the last words of one that does not start', { timeout }, async () => {
    const broken = await program('echo "Error: the storage is damaged" >&2', 'exit 125');
    await expect(open(broken)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/exit code 125.*the storage is damaged/),
    });
  });

  it('is given up when the caller does not want it any more', { timeout }, async () => {
    const hangs = await program('exec sleep 1000');
    const abort = new AbortController();
    const opening = open(hangs, abort.signal);
    await vi.waitFor(() => access(join(folder, 'pid')), { timeout: 10_000 });
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await runs()).toBe(false);
  });

  it.skipIf(!hasPodman)(
    'serves, and ends with the backend (SKIPPED without Podman and root)',
    { timeout },
    async () => {
      const backend = await open(await realPodman());
      const socket = backend.address.replace('unix://', '');
      expect((await stat(join(socket, '..'))).mode & 0o777).toBe(0o700);
      expect(await backend.list({ all: true })).toEqual([]);
      expect(await runs()).toBe(true);
      await backend[Symbol.asyncDispose]();
      expect(await runs()).toBe(false);
      await expect(access(join(socket, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it.skipIf(!hasPodman).each([
    { how: 'just exits', last: 'process.exit(3)', code: 3 },
    { how: 'is killed', last: "process.kill(process.pid, 'SIGKILL')", code: null },
  ])(
    'ends with a process that $how (SKIPPED without Podman and root)',
    { timeout },
    async ({ last, code }) => {
      const podmanPath = await realPodman();
      const script = join(folder, 'open.ts');
      const index = new URL('../../../src/backends/podman/index.ts', import.meta.url).pathname;
      const config = {
        type: 'podman',
        autoStart: true,
        podmanPath,
        env: { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: folder },
      };
      await writeFile(
        script,
        `import { podmanFactory } from ${JSON.stringify(index)};
const backend = await podmanFactory.open(${JSON.stringify(config)}, {});
console.log(backend.address);
${last};`,
      );
      const child = spawn(process.execPath, [script], { env: { ...process.env, TMPDIR: folder } });
      let output = '';
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString();
      });
      const ended = await new Promise((resolve) => void child.once('close', resolve));
      expect(output).toContain('unix://');
      expect(ended).toBe(code);
      await vi.waitFor(async () => expect(await runs()).toBe(false), { timeout: 10_000 });
      const sockets = async (): Promise<string[]> =>
        (await readdir(folder)).filter((name) => name.startsWith('wherry-podman-'));
      await vi.waitFor(async () => expect(await sockets()).toEqual([]), { timeout: 10_000 });
    },
  );
});
