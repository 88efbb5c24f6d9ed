import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { HealthChecker, HealthMonitor, waitHealthy } from '../health/index.ts';
import { firesAfter, timerDelay } from './timer.ts';

it('takes what is longer than a timer can be for as long as one can be, not for no time', async () => {
  expect([timerDelay(1.5), timerDelay(2 ** 31), timerDelay(Number.POSITIVE_INFINITY)]).toEqual([
    2,
    2 ** 31 - 1,
    2 ** 31 - 1,
  ]);
  const signals = [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY].map(firesAfter);
  await sleep(20);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
});

it('waits for health as long as it is told to, also without an end', async () => {
  const checker = new HealthChecker();
  let tries = 0;
  const target = {
    kind: 'custom' as const,
    name: 'slow',
    timeout: Number.POSITIVE_INFINITY,
    check: async () => {
      await sleep(5);
      tries += 1;
      if (tries < 3) throw new Error('not yet');
    },
  };
  const policy = { deadline: Number.POSITIVE_INFINITY, initialDelay: 5 };
  expect(await waitHealthy(checker, target, { policy })).toMatchObject({ healthy: true });
  expect(tries).toBe(3);

  await using monitor = new HealthMonitor({ checker, interval: 2 ** 31 });
  monitor.add({ ...target, name: 'seldom' });
  await sleep(100);
  expect(tries).toBe(4);
});
