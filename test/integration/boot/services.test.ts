import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type ChangeSummary,
  createLease,
  gc,
  killServices,
  observe,
  pauseServices,
  removeServices,
  restartServices,
  resumeServices,
  startServices,
  stopServices,
  up,
} from '../../../src/boot/index.ts';
import { label, newId, ownerValue } from '../../../src/core/index.ts';
import { benchOn, enginesUnderTest, okFile, Stack, stays } from './stack.ts';

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined)
    console.warn(`\nSKIPPED: verbs of services on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`verbs of services on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend, image } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const changes = ({ rows, ok }: ChangeSummary): unknown => ({
      ok,
      ...Object.fromEntries(rows.map((row) => [row.service, row.change])),
    });
    const statuses = async (stack: Stack): Promise<Record<string, string>> =>
      Object.fromEntries((await observe(backend, stack.name)).map((row) => [row.service, row.status]));
    const times = async (stack: Stack): Promise<Record<string, { from: number; to: number }>> => {
      const infos = await Promise.all((await stack.containers()).map((one) => backend.inspect(one.id)));
      return Object.fromEntries(
        infos.map(({ labels, startedAt, finishedAt }) => [
          labels['com.docker.compose.service'] ?? '',
          { from: startedAt?.getTime() ?? 0, to: finishedAt?.getTime() ?? 0 },
        ]),
      );
    };

    test('stop takes dependants first, start what they depend on; a name alone is enough', async () => {
      await using stack = new Stack(bench);
      const model = {
        services: {
          web: { command: stays, depends_on: { db: { condition: 'service_healthy' } } },
          db: { command: ['sh', '-c', `touch /tmp/ok; ${stays[2]}`], healthcheck: okFile },
          other: { command: stays },
        },
      };
      await up(backend, await stack.load(model));
      const projectName = stack.name;
      const stopped = await stopServices(backend, { projectName });
      expect(changes(stopped)).toEqual({ ok: true, web: 'stopped', db: 'stopped', other: 'stopped' });
      const ended = await times(stack);
      expect(ended.web?.to).toBeLessThanOrEqual(ended.db?.to ?? 0);
      expect(changes(await stopServices(backend, { projectName }))).toMatchObject({ web: 'kept' });

      expect(changes(await startServices(backend, { projectName, services: ['web'] }))).toEqual({
        ok: true,
        db: 'started',
        web: 'started',
      });
      const begun = await times(stack);
      expect(begun.db?.from).toBeLessThanOrEqual(begun.web?.from ?? 0);
      const db = (await observe(backend, projectName)).find(({ service }) => service === 'db');
      expect((await backend.inspect(db?.id ?? '')).health).toBe('healthy');
      expect(changes(await startServices(backend, { projectName, wait: true }))).toEqual({
        ok: true,
        db: 'kept',
        web: 'kept',
        other: 'started',
      });

      expect(changes(await stopServices(backend, { projectName, services: ['web'] }))).toEqual({
        ok: true,
        web: 'stopped',
      });
      expect(await statuses(stack)).toEqual({ web: 'exited', db: 'running', other: 'running' });
    });

    test('restart takes dependants with restart: true along', async () => {
      await using stack = new Stack(bench);
      const restart = (value: boolean): object => ({ db: { condition: 'service_started', restart: value } });
      const model = {
        services: {
          db: { command: stays },
          web: { command: stays, depends_on: restart(true) },
          other: { command: stays, depends_on: restart(false) },
        },
      };
      await up(backend, await stack.load(model));
      const before = await times(stack);
      const restarted = await restartServices(backend, { projectName: stack.name, services: ['db'] });
      expect(changes(restarted)).toEqual({ ok: true, db: 'restarted', web: 'restarted' });
      const after = await times(stack);
      expect(after.db?.from).toBeGreaterThan(before.db?.from ?? 0);
      expect(after.web?.from).toBeGreaterThanOrEqual(after.db?.from ?? 0);
      expect(after.other?.from).toBe(before.other?.from);
    });

    test('pause, resume, kill and rm do what they say, and tell of names that are not there', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({ services: { a: { command: stays }, b: { command: stays } } });
      await up(backend, project);
      const projectName = stack.name;
      expect(changes(await pauseServices(backend, { projectName, services: ['a'] }))).toEqual({
        ok: true,
        a: 'paused',
      });
      expect(await statuses(stack)).toEqual({ a: 'paused', b: 'running' });
      const again = await pauseServices(backend, { projectName, services: ['a'], paused: 'fails' });
      expect(again.rows).toMatchObject([{ change: 'failed', error: { code: 'CONFLICT' } }]);
      expect(changes(await resumeServices(backend, { projectName }))).toEqual({
        ok: true,
        a: 'resumed',
        b: 'kept',
      });
      const twice = await resumeServices(backend, { projectName, services: ['a'], running: 'fails' });
      expect(twice.rows).toMatchObject([{ change: 'failed', error: { code: 'CONFLICT' } }]);
      expect(changes(await killServices(backend, { projectName, services: ['a'] }))).toEqual({
        ok: true,
        a: 'killed',
      });
      await backend.wait((await stack.containers()).find(({ name }) => name.endsWith('-a-1'))?.id ?? '');
      expect(changes(await removeServices(backend, { projectName }))).toEqual({
        ok: true,
        a: 'removed',
        b: 'kept',
      });
      expect(changes(await removeServices(backend, { projectName, stop: true }))).toEqual({
        ok: true,
        b: 'removed',
      });
      await expect(stopServices(backend, { projectName, services: ['a'] })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect(changes(await stopServices(backend, { projectName, project, services: ['a'] }))).toEqual({
        ok: true,
      });
    });

    test('gc removes what is ours under a lease whose holder is gone, and nothing else', async () => {
      await using stack = new Stack(bench);
      const directory = await mkdtemp(join(tmpdir(), 'wherry-gc-'));
      const held = await createLease(backend.address, { directory });
      const stale = await createLease(backend.address, { directory });
      await stale.abandon();
      const make = (labels: Record<string, string>): Promise<string> =>
        backend.create({ name: newId('wherry-gc'), image, command: stays, labels });
      const lease = (value: string): Record<string, string> => ({ [label.lease]: value });
      const ours = { [label.owner]: ownerValue };
      const made = [
        await make({ ...ours, ...lease(stale.id) }),
        await make({ ...ours, ...lease(held.id) }),
        await make({ ...ours, ...lease('unknown') }),
        await make({ ...ours, 'dev.wherry.note': 'no lease' }),
      ];
      try {
        await backend.start(made[0] ?? '');
        await up(backend, await stack.load({ services: { a: { command: stays } } }));
        const stay = async (): Promise<boolean[]> =>
          Promise.all(
            made.map((one) =>
              backend.inspect(one).then(
                () => true,
                () => false,
              ),
            ),
          );
        const would = await gc(backend, { directory, dryRun: true });
        expect(would.containers).toHaveLength(1);
        expect(would.leases).toEqual([stale.id]);
        expect(await stay()).toEqual([true, true, true, true]);
        expect(await gc(backend, { directory })).toEqual(would);
        expect(await stay()).toEqual([false, true, true, true]);
        expect(await statuses(stack)).toEqual({ a: 'running' });
        expect(await gc(backend, { directory })).toEqual({
          containers: [],
          networks: [],
          volumes: [],
          leases: [],
        });
      } finally {
        await Promise.all(made.map((one) => backend.remove(one, { force: true }).catch(() => undefined)));
        await rm(directory, { recursive: true, force: true });
      }
    });
  });
}
