import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SickContainer } from './sick-container.ts';

const policy = {
  ...{ after: 0, backoff: 1_000, maxBackoff: 3_000, max: 4 },
  ...{ reset: 60_000, interval: 10_000, retries: 3 },
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A container whose restarts are written down with their times; the engine tells of each as it does. */
function patient(
  changed: Partial<typeof policy> = {},
  outcome: () => 'restarted' | 'told' | 'not-needed' = () => 'restarted',
): { sick: SickContainer; said: string[] } {
  const said: string[] = [];
  const began = Date.now();
  const sick = new SickContainer({
    policy: { ...policy, ...changed },
    restart: async (attempt) => {
      said.push(`${attempt} at ${Date.now() - began}`);
      const result = outcome();
      if (result === 'told') return 'restarted';
      if (result === 'restarted') {
        sick.gone();
        sick.started();
      }
      return result;
    },
    gaveUp: (attempts) => said.push(`gave up after ${attempts}`),
  });
  return { sick, said };
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

describe('a container that is unhealthy', () => {
  test('is restarted after ever longer waits, and given up', async () => {
    const { sick, said } = patient();
    for (let round = 0; round < 6; round += 1) {
      sick.unhealthy('fails');
      await pass(10_000);
    }
    expect(said).toEqual(['1 at 0', '2 at 11000', '3 at 22000', '4 at 33000', 'gave up after 4']);
  });

  test('is left alone when it is healthy before its time, or gone', async () => {
    const { sick, said } = patient({ after: 5_000 });
    sick.unhealthy('fails');
    await pass(4_999);
    sick.healthy();
    await pass(10_000);
    sick.unhealthy('fails');
    sick.gone();
    await pass(10_000);
    expect(said).toEqual([]);
    sick.started();
    sick.unhealthy('fails');
    await pass(5_000);
    expect(said).toHaveLength(1);
  });

  test('counts anew only when it was healthy for long enough', async () => {
    const { sick, said } = patient({ max: 1 });
    sick.unhealthy('fails');
    await pass(0);
    sick.healthy();
    await pass(59_999);
    sick.unhealthy('fails');
    await pass(0);
    expect(said).toEqual(['1 at 0', 'gave up after 1']);
    sick.healthy();
    await pass(60_000);
    sick.unhealthy('fails');
    await pass(0);
    expect(said.at(-1)).toBe('1 at 119999');
  });

  test('is tried again after it was given up and somebody started it', async () => {
    const { sick, said } = patient({ max: 1 });
    sick.unhealthy('fails');
    await pass(0);
    sick.unhealthy('fails');
    await pass(0);
    sick.gone();
    sick.started();
    sick.unhealthy('fails');
    await pass(0);
    expect(said).toEqual(['1 at 0', 'gave up after 1', '1 at 0']);
  });

  test('stays given up when its restart policy starts it', async () => {
    const { sick, said } = patient({ max: 1 });
    for (let round = 0; round < 3; round += 1) {
      sick.unhealthy('fails');
      await pass(0);
      if (!sick.isGivenUp) continue;
      sick.gone();
      sick.started('restart-policy');
    }
    expect(said).toEqual(['1 at 0', 'gave up after 1']);
  });

  test('whose restart fails is tried again, with backoff and a cap', async () => {
    const { sick, said } = patient({ max: 3 }, () => {
      throw new Error('no');
    });
    sick.unhealthy('fails');
    await pass(60_000);
    expect(said).toEqual(['1 at 0', '2 at 1000', '3 at 3000', 'gave up after 3']);
  });

  test('that is so again while its restart is not over is treated after it', async () => {
    let rounds = 0;
    const { sick, said } = patient({ max: 2 }, () => {
      rounds += 1;
      if (rounds > 1) return 'restarted';
      // Late word of the old run, then of the new one.
      sick.unhealthy('the old run');
      sick.gone();
      sick.started();
      sick.unhealthy('the new run');
      return 'told';
    });
    sick.unhealthy('fails');
    await pass(10_000);
    expect(said).toEqual(['1 at 0', '2 at 1000']);
  });

  test('does nothing after it was closed', async () => {
    const { sick, said } = patient({ after: 1_000 });
    sick.unhealthy('fails');
    await sick.close();
    await pass(10_000);
    expect(said).toEqual([]);
  });
});
