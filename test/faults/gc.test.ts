import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLease } from '../../src/boot/index.ts';
import { type Backend, label, newId } from '../../src/core/index.ts';
import { type EngineUnderTest, firstEngine, launcher, plainEnvironment, wherry } from '../e2e/cli.ts';

const subject = await firstEngine();

describe.skipIf(subject === undefined)(
  `wherry gc${subject ? '' : ': SKIPPED, the lab has no engine'}`,
  { timeout: 60_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    const names: string[] = [];
    let state: string;
    const named = (): string => {
      const name = newId('wherry-fault-gc');
      names.push(name);
      return name;
    };
    const run = (...args: string[]): ReturnType<typeof wherry> =>
      wherry([...options, ...args], { env: { XDG_STATE_HOME: state } });

    beforeAll(async () => {
      state = await mkdtemp(join(tmpdir(), 'wherry-fault-state-'));
    });

    afterAll(async () => {
      for (const name of names) {
        await backend.remove(name, { force: true }).catch(() => {});
        await backend.networks?.remove(name).catch(() => {});
        await backend.volumes?.remove(name).catch(() => {});
      }
      await rm(state, { recursive: true, force: true });
    });

    const leases = (): string => join(state, 'wherry/leases');

    it('removes what a killed run leaves, and says so before it does', async () => {
      const name = named();
      const child = spawn(
        process.execPath,
        [launcher, ...options, 'run', '--rm', '--name', name, image, 'sleep', '600'],
        {
          cwd: tmpdir(),
          env: plainEnvironment({ XDG_STATE_HOME: state }),
          stdio: 'ignore',
        },
      );
      await running(backend, name);
      expect((await run('gc')).code).toBe(0);
      expect(await backend.inspect(name)).toMatchObject({ status: 'running' });
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      const dry = await run('gc', '--dry-run');
      expect(`${dry.stdout}${dry.stderr}`).toContain(name);
      expect(await backend.inspect(name)).toMatchObject({ status: 'running' });
      expect(await run('gc')).toMatchObject({ code: 0 });
      await expect(backend.inspect(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await readdir(leases())).toEqual([]);
    });

    it('leaves what is held, what has no lease, what has a lease nobody knows, and what is of others', async () => {
      const held = await createLease(backend.address, { directory: leases() });
      const gone = await createLease(backend.address, { directory: leases() });
      await gone.abandon();
      const kinds: Record<string, Record<string, string>> = {
        held: { [label.lease]: held.id },
        stale: { [label.lease]: gone.id },
        unknown: { [label.lease]: newId('lease') },
        'no lease': {},
        hostile: { [label.lease]: '../../../etc/passwd' },
      };
      const made = new Map<string, string>();
      for (const [kind, labels] of Object.entries(kinds)) {
        const name = named();
        made.set(kind, name);
        await backend.create({ name, image, command: ['true'], labels });
        await backend.networks?.create({ name, labels: { [label.owner]: 'wherry', ...labels } });
        await backend.volumes?.create({ name, labels: { [label.owner]: 'wherry', ...labels } });
      }
      // The lease of ours, but not made by us.
      const stranger = named();
      made.set('stranger', stranger);
      await backend.networks?.create({
        name: stranger,
        labels: { [label.owner]: 'somebody', [label.lease]: gone.id },
      });

      expect(await run('gc')).toMatchObject({ code: 0 });
      const there = {
        containers: await backend.list({ all: true }),
        networks: await backend.networks?.list(),
        volumes: await backend.volumes?.list(),
      };
      for (const [kind, name] of made) {
        const isKept = kind !== 'stale';
        expect(
          there.networks?.some((network) => network.name === name),
          `network: ${kind}`,
        ).toBe(isKept);
        if (kind === 'stranger') continue;
        expect(
          there.containers.some((container) => container.name === name),
          `container: ${kind}`,
        ).toBe(isKept);
        expect(
          there.volumes?.some((volume) => volume.name === name),
          `volume: ${kind}`,
        ).toBe(isKept);
      }
      expect(await readdir(leases())).toEqual([`${held.id}.json`]);
      await held.release();
    });
  },
);

async function running(backend: Backend, name: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const status = await backend.inspect(name).then(
      (info) => info.status,
      () => null,
    );
    if (status === 'running') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${name} does not run`);
}
