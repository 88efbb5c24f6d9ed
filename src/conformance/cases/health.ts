import type { ConformanceCase } from '../case.ts';
import { equal, eventually, includes, ok, pause } from '../expect.ts';

/** Health checks that the engine runs itself. */
export const healthCases: readonly ConformanceCase[] = [
  {
    name: 'health: none unless asked for',
    run: async (t) => {
      const info = await t.backend.inspect(await t.idle());
      equal(info.health, 'none', 'health');
      equal(info.healthLog.length, 0, 'entries of the health log');
    },
  },
  {
    name: 'health: the engine checks, and tells when it becomes healthy and unhealthy',
    needs: ['healthcheck', 'exec'],
    timeout: 90_000,
    run: async (t) => {
      const id = await t.idle({
        healthcheck: {
          test: ['CMD-SHELL', 'echo checked; test -e /healthy'],
          interval: 1_000,
          timeout: 5_000,
          retries: 2,
          startPeriod: 0,
        },
      });
      await eventually(
        async () => (await t.backend.inspect(id)).health === 'unhealthy',
        'unhealthy at first',
        {
          within: 30_000,
        },
      );
      await t.backend.execCapture(id, { command: ['touch', '/healthy'] });
      await eventually(async () => (await t.backend.inspect(id)).health === 'healthy', 'healthy in the end', {
        within: 30_000,
      });
      const { healthLog, spec } = await t.backend.inspect(id);
      ok(healthLog.length >= 2, `entries of the health log: ${healthLog.length}`);
      equal(healthLog.at(-1)?.exitCode, 0, 'exit code of the last check');
      includes(healthLog.at(-1)?.output ?? '', 'checked', 'output of the last check');
      equal(spec.healthcheck?.interval, 1_000, 'interval in inspect');
      equal(spec.healthcheck?.retries, 2, 'retries in inspect');
    },
  },
  {
    name: 'health: checks go on when no client is there',
    needs: ['healthcheck', 'durableHealthchecks'],
    timeout: 90_000,
    run: async (t) => {
      const second = await t.reopen();
      const id = await second.create({
        image: t.fixtures.shell,
        command: ['sleep', '3600'],
        healthcheck: { test: ['CMD-SHELL', 'echo x >> /checks'], interval: 500 },
        labels: t.labels,
      });
      await second.start(id);
      await second[Symbol.asyncDispose]();
      await pause(3_000);
      ok((await t.backend.inspect(id)).healthLog.length >= 2, 'checks were run meanwhile');
    },
  },
  {
    name: 'health: argv form, and an image check that is switched off',
    needs: ['healthcheck'],
    run: async (t) => {
      const id = await t.idle({
        healthcheck: { test: ['CMD', 'test', '-e', '/etc/passwd'], interval: 1_000 },
      });
      equal((await t.backend.inspect(id)).health !== 'none', true, 'it has a health');
      await eventually(async () => (await t.backend.inspect(id)).health === 'healthy', 'healthy', {
        within: 30_000,
      });
      const off = await t.idle({ healthcheck: { test: ['NONE'] } });
      equal((await t.backend.inspect(off)).health, 'none', 'health of one that is switched off');
    },
  },
  {
    name: 'health: an interval of its own during the start',
    needs: ['healthcheck', 'healthStartInterval'],
    timeout: 90_000,
    run: async (t) => {
      const id = await t.idle({
        healthcheck: {
          test: ['CMD', 'true'],
          interval: 60_000,
          startPeriod: 30_000,
          startInterval: 1_000,
        },
      });
      await eventually(
        async () => (await t.backend.inspect(id)).health === 'healthy',
        'healthy before the interval',
        {
          within: 30_000,
        },
      );
    },
  },
];
