import { afterAll, describe, expect, test } from 'vitest';
import { type BootSummary, startServices, stopServices, up } from '../../../src/boot/index.ts';
import { benchOn, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

/** An engine would run these for the first time in an hour. */
const rarely = (test: readonly string[]): object => ({ test, interval: '1h', timeout: '2s' });
const soon = ['sh', '-c', `(sleep 1; touch /tmp/ok) & ${stays[2]}`];

const outcomes = ({ rows }: BootSummary): unknown =>
  Object.fromEntries(rows.map(({ name, change, error }) => [name, error?.code ?? change]));

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: eager gates on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`eager gates on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const model = (healthcheck: object): Model => ({
      services: {
        web: { command: stays, depends_on: { cache: { condition: 'service_healthy' } } },
        cache: { command: soon, healthcheck },
      },
    });

    test('a gate opens at the first pass, long before the engine looks', async () => {
      for (const check of [
        ['CMD', 'test', '-f', '/tmp/ok'],
        ['CMD-SHELL', 'cd /tmp && test -f ok'],
      ]) {
        await using stack = new Stack(bench);
        const summary = await up(backend, await stack.load(model(rarely(check))), { wait: true });
        expect(outcomes(summary)).toEqual({ web: 'created', cache: 'created' });
      }
    });

    test('not with eager: false, and not as long as the check fails', async () => {
      await using stack = new Stack(bench);
      const waits = { waitTimeout: 3_000 };
      const passing = await stack.load(model(rarely(['CMD', 'test', '-f', '/tmp/ok'])));
      expect(outcomes(await up(backend, passing, { ...waits, eager: false }))).toEqual({
        web: 'DEPENDENCY',
        cache: 'TIMEOUT',
      });
      const failing = await stack.load(model(rarely(['CMD', 'test', '-f', '/tmp/never'])));
      expect(outcomes(await up(backend, failing, waits))).toEqual({ web: 'DEPENDENCY', cache: 'TIMEOUT' });
    });

    test('the engine has the last word where it is asked for', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(model({ test: ['CMD', 'true'], interval: '2s' }));
      await up(backend, project, { wait: true, healthBy: 'engine' });
      const cache = (await stack.containers()).find(({ name }) => name.endsWith('-cache-1'));
      expect((await backend.inspect(cache?.id ?? '')).health).toBe('healthy');
    });

    test('not where the file says so', async () => {
      await using stack = new Stack(bench);
      const { services } = model(rarely(['CMD', 'test', '-f', '/tmp/ok']));
      const cache = { ...services.cache, 'x-wherry': { eager: false } };
      const project = await stack.load({ services: { ...services, cache } });
      expect(outcomes(await up(backend, project, { waitTimeout: 3_000 }))).toEqual({
        web: 'DEPENDENCY',
        cache: 'TIMEOUT',
      });
    });

    test('start with wait is such a gate as well', async () => {
      await using stack = new Stack(bench);
      const { cache } = model(rarely(['CMD', 'test', '-f', '/tmp/ok'])).services;
      await up(backend, await stack.load({ services: { cache: cache ?? {} } }));
      const projectName = stack.name;
      await stopServices(backend, { projectName });
      expect(await startServices(backend, { projectName, wait: true })).toMatchObject({ ok: true });
    });
  });
}
