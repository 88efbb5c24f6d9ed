import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { WherryError } from '../core/errors.ts';
import { EventBus } from '../core/event-bus.ts';
import { silentLogger } from '../core/logger.ts';
import { HealthChecker } from './checker.ts';
import { HealthMonitor } from './monitor.ts';
import { delayBefore, retryPolicy, Streak } from './retry.ts';
import type { CustomTarget, HealthTarget } from './target.ts';
import { waitHealthy } from './wait.ts';

/** A target that passes or fails as the list says, and then as its last entry. */
function scripted(results: readonly boolean[], name = 'scripted'): CustomTarget & { calls: number } {
  const target: CustomTarget & { calls: number } = {
    kind: 'custom',
    name,
    calls: 0,
    check: async () => {
      const pass = results[Math.min(target.calls, results.length - 1)];
      target.calls += 1;
      if (pass !== true) throw new Error(`call ${target.calls} failed`);
    },
  };
  return target;
}

describe('retry policy', () => {
  test('the first try is at once, waits grow, are capped and never above their jitter-free length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.double({ min: 1, max: 5, noNaN: true }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (initialDelay, factor, maxDelay, jitter, random) => {
          const policy = retryPolicy({ initialDelay, factor, maxDelay, jitter });
          expect(delayBefore(1, policy, () => random)).toBe(0);
          let before = 0;
          for (let attempt = 2; attempt < 12; attempt += 1) {
            const bare = delayBefore(attempt, policy, () => 0);
            const wait = delayBefore(attempt, policy, () => random);
            expect(bare).toBeLessThanOrEqual(maxDelay);
            expect(bare).toBeGreaterThanOrEqual(Math.min(before, maxDelay));
            expect(wait).toBeLessThanOrEqual(bare);
            expect(wait).toBeGreaterThanOrEqual(bare * (1 - jitter) - 1e-9);
            before = bare;
          }
        },
      ),
    );
  });

  test('thresholds count in a row, and failures of the start period do not count', () => {
    const streak = new Streak(retryPolicy({ successThreshold: 2, failureThreshold: 3, startPeriod: 100 }));
    const verdicts = [
      streak.add(false, 0),
      streak.add(false, 50),
      streak.add(true, 60),
      streak.add(false, 99),
      streak.add(false, 100),
      streak.add(false, 150),
      streak.add(true, 160),
      streak.add(false, 170),
      streak.add(false, 180),
      streak.add(false, 190),
    ];
    expect(verdicts.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 'again'));
    expect(verdicts[9]).toBe('failed');
    expect(streak.add(true, 200)).toBe('again');
    expect(streak.add(true, 210)).toBe('healthy');
  });

  test.each([
    { factor: 0.5 },
    { jitter: 2 },
    { deadline: -1 },
    { successThreshold: 0 },
    { initialDelay: Number.NaN },
  ])('refuses %j', (policy) =>
    expect(() => retryPolicy(policy)).toThrow(expect.objectContaining({ code: 'INVALID' })),
  );
});

describe('waitHealthy', () => {
  const checker = new HealthChecker();
  const quick = { initialDelay: 1, maxDelay: 2 };

  test('tries until the success threshold is reached', async () => {
    const target = scripted([false, true, false, true, true]);
    const results: boolean[] = [];
    await waitHealthy(checker, target, {
      policy: { ...quick, successThreshold: 2 },
      onResult: (result) => results.push(result.healthy),
    });
    expect(results).toEqual([false, true, false, true, true]);
  });

  test('gives up after the failure threshold, with the last result', async () => {
    const target = scripted([false]);
    const wait = waitHealthy(checker, target, { policy: { ...quick, failureThreshold: 3 } });
    await expect(wait).rejects.toMatchObject({
      code: 'UNHEALTHY',
      details: { attempts: 3, result: { message: 'call 3 failed' } },
    });
    expect(target.calls).toBe(3);
  });

  test('gives up at the deadline, also in the middle of a check that ignores its signal', async () => {
    await expect(
      waitHealthy(checker, scripted([false]), { policy: { ...quick, deadline: 30 } }),
    ).rejects.toMatchObject({ code: 'UNHEALTHY' });
    const stuck: HealthTarget = { kind: 'custom', check: () => new Promise(() => undefined) };
    await expect(waitHealthy(checker, stuck, { policy: { deadline: 30 } })).rejects.toMatchObject({
      code: 'UNHEALTHY',
    });
  });

  test('the caller can cancel it', async () => {
    const abort = new AbortController();
    const wait = waitHealthy(checker, scripted([false]), {
      policy: quick,
      signal: abort.signal,
      onResult: () => abort.abort(),
    });
    await expect(wait).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(
      waitHealthy(checker, scripted([true]), { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('checker', () => {
  test('kinds are registered once, and unknown ones are named', async () => {
    const checker = new HealthChecker().register('x-moon', async () => ({ healthy: true, message: 'full' }));
    expect(await checker.check({ kind: 'x-moon' })).toMatchObject({
      healthy: true,
      message: 'full',
      target: 'x-moon',
    });
    expect(() => checker.register('x-moon', async () => ({ healthy: true, message: '' }))).toThrow(
      expect.objectContaining({ code: 'ALREADY_EXISTS' }),
    );
    await expect(checker.check({ kind: 'x-sun' })).rejects.toMatchObject({
      code: 'INVALID',
      hint: expect.stringContaining('x-moon'),
    });
    await expect(
      checker.check({ kind: 'constructor' as 'custom', check: async () => undefined }),
    ).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('container checks without an engine are faulty', async () => {
    await expect(new HealthChecker().check({ kind: 'engine', container: 'c' })).rejects.toMatchObject({
      code: 'INVALID',
    });
  });

  test('checkAll keeps the order and the bound', async () => {
    let now = 0;
    let most = 0;
    const targets = Array.from(
      { length: 20 },
      (_, index): HealthTarget => ({
        kind: 'custom',
        name: `t${index}`,
        check: async () => {
          most = Math.max(most, ++now);
          await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
          now -= 1;
        },
      }),
    );
    const results = await new HealthChecker().checkAll(targets, { parallel: 4 });
    expect(results.map((result) => result.target)).toEqual(targets.map((target) => target.name));
    expect(most).toBe(4);
  });
});

describe('monitor', () => {
  test('publishes changes only, by its thresholds', async () => {
    const events = new EventBus();
    const target = scripted([true, false, true, false, false, true], 'db');
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      events.subscribe({ types: ['health.changed'] }, ({ data }) => {
        seen.push(`${data.target}: ${data.from} -> ${data.to}`);
        if (seen.length === 3) resolve();
      });
    });
    await using monitor = new HealthMonitor({
      checker: new HealthChecker(),
      events,
      interval: 1,
      thresholds: { failureThreshold: 2 },
    });
    monitor.add(target);
    expect(() => monitor.add(target)).toThrow(expect.objectContaining({ code: 'ALREADY_EXISTS' }));
    await done;
    expect(seen).toEqual(['db: unknown -> healthy', 'db: healthy -> unhealthy', 'db: unhealthy -> healthy']);
    expect(monitor.targets()).toMatchObject([{ name: 'db', health: 'healthy' }]);
  });

  test('an interval or a number of workers with which it would never check is refused', () => {
    for (const wrong of [{ interval: 0 }, { parallel: 0 }, { parallel: Number.NaN }])
      expect(() => new HealthMonitor({ checker: new HealthChecker(), ...wrong })).toThrow(
        expect.objectContaining({ code: 'INVALID' }),
      );
  });

  test('after remove and after closing nothing is checked any more', async () => {
    const monitor = new HealthMonitor({ checker: new HealthChecker(), interval: 1 });
    const [gone, kept] = [scripted([true], 'gone'), scripted([true], 'kept')];
    monitor.add(gone);
    monitor.add(kept);
    await new Promise((resolve) => setTimeout(resolve, 20));
    monitor.remove('gone');
    const calls = gone.calls;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(gone.calls).toBe(calls);
    await monitor[Symbol.asyncDispose]();
    const last = kept.calls;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(kept.calls).toBe(last);
    expect(() => monitor.add(gone)).toThrow(WherryError);
  });

  test('so many at a time, each with a signal that no other check listens to meanwhile', async () => {
    const used = new Set<AbortSignal>();
    let checks = 0;
    let most = 0;
    class Watched extends HealthChecker {
      override async check(
        target: HealthTarget,
        options: { signal?: AbortSignal } = {},
      ): ReturnType<HealthChecker['check']> {
        const { signal = AbortSignal.abort() } = options;
        expect(used.has(signal)).toBe(false);
        most = Math.max(most, used.add(signal).size);
        try {
          return await super.check(target, options);
        } finally {
          used.delete(signal);
          checks += 1;
        }
      }
    }
    const error = vi.fn();
    const logger = { ...silentLogger, error };
    const monitor = new HealthMonitor({ checker: new Watched(), interval: 1, parallel: 4, logger });
    const pass = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));
    for (let index = 0; index < 20; index += 1)
      monitor.add({ kind: 'custom', name: `t${index}`, check: pass });
    await vi.waitFor(() => expect(checks).toBeGreaterThan(60));
    const hanging = vi.fn((signal: AbortSignal) => once(signal, 'abort').then(() => undefined));
    monitor.add({ kind: 'custom', name: 'hangs', check: hanging, timeout: 600_000 });
    await vi.waitFor(() => expect(hanging).toHaveBeenCalled());
    await monitor[Symbol.asyncDispose]();
    expect({ most, left: used.size, faults: error.mock.calls }).toEqual({ most: 4, left: 0, faults: [] });
  });
});
