import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gc } from '../../src/boot/index.ts';
import type { Backend } from '../../src/core/index.ts';
import {
  Directory,
  type EngineUnderTest,
  firstEngine,
  launcher,
  plainEnvironment,
  wherry,
} from '../e2e/cli.ts';

const subject = await firstEngine();
const signals = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
/** Parts of the time that the command takes when nobody disturbs it. */
const moments = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1];

describe.skipIf(subject === undefined)(
  `wherry interrupted${subject ? '' : ': SKIPPED, the lab has no engine'}`,
  { timeout: 240_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    let state: string;
    let directory: Directory;
    let names: { container: string; network: string; volume: string };

    beforeAll(async () => {
      state = await mkdtemp(join(tmpdir(), 'wherry-fault-state-'));
      directory = await Directory.make(backend, {
        services: {
          cache: {
            image,
            command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'],
            volumes: ['data:/data'],
            healthcheck: { test: ['CMD', 'true'], interval: '300ms' },
            stop_grace_period: '1s',
          },
          web: {
            image,
            command: ['sleep', '1000'],
            depends_on: { cache: { condition: 'service_healthy' } },
            stop_grace_period: '0s',
          },
        },
        volumes: { data: {} },
      });
      names = await plantStrangers(backend, directory.project, image);
    });

    afterAll(async () => {
      await backend.remove(names.container, { force: true });
      await backend.networks?.remove(names.network);
      await backend.volumes?.remove(names.volume);
      await directory[Symbol.asyncDispose]();
      await rm(state, { recursive: true, force: true });
    });

    const environment = (): NodeJS.ProcessEnv => plainEnvironment({ XDG_STATE_HOME: state });

    /** Runs the CLI, and sends it the signal after that many ms. */
    async function cut(args: readonly string[], signal: NodeJS.Signals, after: number): Promise<void> {
      const child = spawn(process.execPath, [launcher, ...options, ...args], {
        cwd: directory.path,
        env: environment(),
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      const timer = setTimeout(() => child.kill(signal), after);
      await ended;
      clearTimeout(timer);
    }

    const run = (...args: string[]): ReturnType<typeof wherry> =>
      wherry([...options, ...args], { cwd: directory.path, env: { XDG_STATE_HOME: state } });

    /** What of the project is on the engine, with the strangers left out. */
    async function left(): Promise<unknown> {
      const labels = [`com.docker.compose.project=${directory.project}`];
      const [containers, networks, volumes] = await Promise.all([
        backend.list({ all: true, labels }),
        backend.networks?.list({ labels }),
        backend.volumes?.list({ labels }),
      ]);
      return {
        containers: containers.map(({ name }) => name),
        networks: networks?.map(({ name }) => name),
        volumes: volumes?.map(({ name }) => name),
      };
    }
    const nothing = { containers: [], networks: [], volumes: [] };

    async function strangersAreThere(): Promise<void> {
      expect(await backend.inspect(names.container)).toMatchObject({ status: 'running' });
      expect(await backend.networks?.inspect(names.network)).toMatchObject({ name: names.network });
      expect(await backend.volumes?.inspect(names.volume)).toMatchObject({ name: names.volume });
    }

    async function time(args: string[]): Promise<number> {
      const begin = performance.now();
      expect(await run(...args)).toMatchObject({ code: 0 });
      return performance.now() - begin;
    }

    it('in up: the next up finishes it, and down leaves nothing', async () => {
      const whole = await time(['up', '-d']);
      await time(['down', '-v']);
      for (const [index, moment] of moments.entries()) {
        await cut(['up', '-d'], signals[index % 3] ?? 'SIGKILL', whole * moment);
        // Every other time without the up between: down alone has to clear what a cut up leaves.
        if (index % 2 === 0) {
          const { code, stderr } = await run('up', '-d');
          expect({ code, stderr }).toMatchObject({ code: 0 });
          const { stdout } = await run('ps', '--json');
          expect(JSON.parse(stdout)).toHaveLength(2);
        }
        expect(await run('down', '-v')).toMatchObject({ code: 0 });
        expect(await left()).toEqual(nothing);
      }
      await strangersAreThere();
    });

    it('in down: the next down finishes it', async () => {
      await time(['up', '-d']);
      const whole = await time(['down', '-v']);
      for (const [index, moment] of moments.entries()) {
        expect(await run('up', '-d')).toMatchObject({ code: 0 });
        await cut(['down', '-v'], signals[(index + 1) % 3] ?? 'SIGKILL', whole * moment);
        expect(await run('down', '-v')).toMatchObject({ code: 0 });
        expect(await left()).toEqual(nothing);
      }
      await strangersAreThere();
    });

    it('in run --rm: its container goes, or gc removes it', async () => {
      const begin = performance.now();
      expect(await run('--engine', 'run', '--rm', image, 'true')).toMatchObject({ code: 0 });
      const whole = performance.now() - begin;
      const before = await ours(backend);
      for (const [index, moment] of moments.entries()) {
        const signal = signals[(index + 2) % 3] ?? 'SIGKILL';
        await cut(['--engine', 'run', '--rm', '--init', image, 'sleep', '600'], signal, whole * moment);
        expect(await run('gc')).toMatchObject({ code: 0 });
        expect(await ours(backend), `${signal} at ${moment}`).toEqual(before);
      }
      expect(await readdir(join(state, 'wherry/leases')).catch(() => [])).toEqual([]);
      await strangersAreThere();
    });

    it('gc finds nothing after all this', async () => {
      const report = await gc(backend, { directory: join(state, 'wherry/leases'), dryRun: true });
      expect(report).toEqual({ containers: [], networks: [], volumes: [], leases: [] });
    });
  },
);

/** Things of somebody else, with names and labels as much like ours as can be. */
async function plantStrangers(
  backend: Backend,
  project: string,
  image: string,
): Promise<{ container: string; network: string; volume: string }> {
  const names = {
    container: `${project}-web-2x`,
    network: `${project}_default2`,
    volume: `${project}_data2`,
  };
  const labels = { 'com.docker.compose.project': `${project}x`, 'dev.wherry.project': project };
  await backend.networks?.create({ name: names.network, labels });
  await backend.volumes?.create({ name: names.volume, labels });
  const id = await backend.create({ name: names.container, image, command: ['sleep', '1000'], labels });
  await backend.start(id);
  return names;
}

/** Names of all containers that carry the label of a lease. */
async function ours(backend: Backend): Promise<string[]> {
  const containers = await backend.list({ all: true, labels: ['dev.wherry.lease'] });
  return containers.map(({ name }) => name).sort();
}
