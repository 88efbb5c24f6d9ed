import { describe, expect, test } from 'vitest';
import {
  type BootProgress,
  down,
  observe,
  removeServices,
  restartServices,
  startServices,
  stopServices,
  up,
} from '../../../src/boot/index.ts';
import type { ContainerSummary } from '../../../src/core/index.ts';
import { type Bench, benchFor, enginesUnderTest, Stack, stays } from './stack.ts';

const hookLabel = 'com.docker.compose.hook';

/** A command that keeps a line in the volume of the stack. */
const note = (line: string): { command: string[] } => ({
  command: ['sh', '-c', `echo "${line}" >> /data/story`],
});

describe.each(enginesUnderTest.filter((id) => id === 'docker-20.10' || id === 'podman-5.4'))(
  'on %s',
  (id) => {
    const benchHere = benchFor(id);

    /** What was noted so far, as a container that runs tells it. */
    async function story({ backend }: Bench, container: string): Promise<string[]> {
      const { stdout } = await backend.execCapture(container, {
        command: ['sh', '-c', 'while read l; do echo "$l"; done < /data/story'],
      });
      return stdout.trim().split('\n');
    }

    const isHook = ({ labels }: ContainerSummary): boolean => labels[hookLabel] !== undefined;

    test('hooks run before and after a start and before a stop, whoever starts and stops', {
      timeout: 120_000,
    }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend } = bench;
      await using stack = new Stack(bench);
      const model = (version: string): Parameters<Stack['load']>[0] => ({
        services: {
          web: {
            command: ['sh', '-c', `echo "main $$V" >> /data/story; ${stays[2]}`],
            environment: { V: version },
            volumes: ['data:/data'],
            pre_start: [
              { ...note('pre_start $$V $$H'), environment: { H: 'own' } },
              { ...note('each'), per_replica: true },
            ],
            post_start: [
              {
                command: ['sh', '-c', 'echo "post_start $$H $$PWD" >> /data/story; echo done >&2'],
                environment: { H: 'here' },
                working_dir: '/data',
                user: '0',
              },
            ],
            pre_stop: [note('pre_stop $$V')],
          },
        },
        volumes: { data: {} },
      });
      const project = await stack.load(model('1'));
      const told: BootProgress[] = [];
      const first = await up(backend, project, { onProgress: (one) => told.push(one) });
      expect(first).toMatchObject({ ok: true });
      expect(told.filter(({ kind }) => kind === 'hook')).toEqual([
        {
          kind: 'hook',
          hook: 'post_start[0]',
          service: 'web',
          container: `${stack.name}-web-1`,
          line: 'done',
          error: null,
        },
      ]);
      const name = `${stack.name}-web-1`;
      const start = (version: string): string[] => [
        `pre_start ${version} own`,
        'each',
        `main ${version}`,
        'post_start here /data',
      ];
      expect((await story(bench, name)).toSorted()).toEqual(start('1').toSorted());
      expect((await story(bench, name)).slice(0, 2)).toEqual(['pre_start 1 own', 'each']);
      // Containers of hooks that went well are gone.
      expect((await stack.containers()).map((one) => one.name)).toEqual([name]);

      const scope = { projectName: stack.name, project };
      const since = async (known: number): Promise<string[]> =>
        (await story(bench, name)).slice(known).toSorted();
      let known = (await story(bench, name)).length;
      expect(await up(backend, project)).toMatchObject({ ok: true });
      expect(await since(known)).toEqual([]);

      expect(await stopServices(backend, scope)).toMatchObject({ ok: true });
      expect(await startServices(backend, scope)).toMatchObject({ ok: true });
      expect(await since(known)).toEqual(['pre_stop 1', ...start('1')].toSorted());

      known = (await story(bench, name)).length;
      expect(await restartServices(backend, scope)).toMatchObject({ ok: true });
      expect(await since(known)).toEqual(['pre_stop 1', 'main 1', 'post_start here /data'].toSorted());

      known = (await story(bench, name)).length;
      const changed = await stack.load(model('2'));
      expect(await up(backend, changed)).toMatchObject({ ok: true });
      expect(await since(known)).toEqual(['pre_stop 1', ...start('2')].toSorted());

      // Once for the service, but for those that are for each container.
      known = (await story(bench, name)).length;
      expect(await up(backend, changed, { scale: { web: 3 } })).toMatchObject({ ok: true });
      const one = ['each', 'main 2', 'post_start here /data'];
      expect(await since(known)).toEqual([...one, ...one].toSorted());
    });

    test('a start that fails in a hook fails the service, and what depends on it', {
      timeout: 120_000,
    }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend } = bench;
      await using stack = new Stack(bench);
      const fails = { command: ['sh', '-c', 'echo all is lost >&2; exit 3'] };
      const model = (before: object[]): Parameters<Stack['load']>[0] => ({
        services: {
          before: { command: stays, volumes: ['/anonymous'], pre_start: before },
          after: { command: stays, post_start: [fails] },
          beside: { command: stays, depends_on: ['before', 'after'] },
        },
      });
      const summary = await up(backend, await stack.load(model([fails, { command: ['true'] }])));
      expect(summary.rows.map(({ name, status, error }) => [name, status, error?.code])).toEqual([
        ['before', 'failed', 'EXIT'],
        ['after', 'failed', 'EXIT'],
        ['beside', 'skipped', 'DEPENDENCY'],
      ]);
      expect(summary.rows.map(({ error }) => error?.message)).toEqual([
        expect.stringMatching(
          /^pre_start\[0\] of before: before hook exited with status 3: all is lost \(its container [0-9a-f]{12} is kept/,
        ),
        `post_start[0] of ${stack.name}-after-1: after hook exited with status 3: all is lost`,
        expect.stringMatching(/^dependency/),
      ]);
      const states = (await observe(backend, stack.name)).map(({ service, status }) => [service, status]);
      expect(states).toEqual([
        ['after', 'running'],
        ['before', 'created'],
        ['beside', 'created'],
      ]);
      // The first failed hook is kept to be looked at, the second one never ran; the next start clears it away.
      expect((await stack.containers()).filter(isHook)).toHaveLength(1);
      const mended = await stack.load(model([{ command: ['sh', '-c', 'echo 1 > /anonymous/file'] }]));
      const again = await up(backend, mended, { services: ['before'] });
      expect(again).toMatchObject({ ok: true });
      expect((await stack.containers()).filter(isHook)).toEqual([]);
      const file = await backend.execCapture(`${stack.name}-before-1`, {
        command: ['test', '-s', '/anonymous/file'],
      });
      expect(file.exitCode).toBe(0);
    });

    test('a stop that fails in a hook leaves the container as it is', { timeout: 120_000 }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend } = bench;
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          held: { command: stays, pre_stop: [{ command: ['sh', '-c', 'echo not now; exit 4'] }] },
          free: { command: stays },
        },
      });
      await up(backend, project);
      const scope = { projectName: stack.name, project };
      for (const stopped of [
        await stopServices(backend, scope),
        await removeServices(backend, { ...scope, stop: true }),
        await down(backend, scope),
      ]) {
        const held = stopped.rows.find(({ service }) => service === 'held');
        expect(held).toMatchObject({ change: 'failed', error: { code: 'EXIT' } });
        expect(held?.error?.message).toBe(
          `pre_stop[0] of ${stack.name}-held-1: held hook exited with status 4: not now`,
        );
        expect((await observe(backend, stack.name)).find(({ service }) => service === 'held')?.status).toBe(
          'running',
        );
      }
      // It is replaced all the same, and told.
      const told: BootProgress[] = [];
      const again = await up(backend, project, {
        services: ['held'],
        forceRecreate: true,
        onProgress: (one) => told.push(one),
      });
      expect(again).toMatchObject({ ok: true, rows: [{ change: 'recreated' }] });
      expect(told).toContainEqual(
        expect.objectContaining({ kind: 'hook', error: expect.objectContaining({ code: 'EXIT' }) }),
      );
      // Without the files nothing is known of hooks.
      expect(await down(backend, { projectName: stack.name })).toMatchObject({ ok: true });
    });
  },
);
