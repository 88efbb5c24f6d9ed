import { setImmediate as settled } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { UpdateConfig } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import { Rollout } from './rollout.ts';

const steps = ['1', '2', '3', '4', '5'];
const { signal } = new AbortController();
const failure = new WherryError('EXIT', 'it ended');

function rollout(update: UpdateConfig): { rollout: Rollout; begun: string[]; failed: string[] } {
  const begun: string[] = [];
  const failed: string[] = [];
  const one = new Rollout('web', update, steps);
  for (const step of steps)
    one.turn(step, signal).then(
      () => void begun.push(step),
      () => void failed.push(step),
    );
  return { rollout: one, begun, failed };
}

test('each batch begins when all of the one before are ready', async () => {
  const { rollout: one, begun } = rollout({ parallelism: 2 });
  await settled();
  expect(begun).toEqual(['1', '2']);
  one.end('2', null);
  await settled();
  expect(begun).toEqual(['1', '2']);
  one.end('1', null);
  await settled();
  expect(begun).toEqual(['1', '2', '3', '4']);
});

test('with parallelism 0 all go at once, and wait for no delay', async () => {
  const { begun } = rollout({ parallelism: 0, delay: 60_000 });
  await settled();
  expect(begun).toEqual(steps);
});

test('as many may fail as max_failure_ratio says', async () => {
  const { rollout: one, begun, failed } = rollout({ parallelism: 1, maxFailureRatio: 0.2 });
  one.end('1', failure);
  one.end('2', null);
  await settled();
  expect(begun).toEqual(['1', '2', '3']);
  one.end('3', failure);
  await settled();
  expect([begun, failed]).toEqual([['1', '2', '3'], ['4']]);
});

test('failure_action: continue goes on whatever happens', async () => {
  const { rollout: one, begun } = rollout({ parallelism: 1, failureAction: 'continue' });
  for (const step of steps) one.end(step, failure);
  await one.whole();
  await settled();
  expect(begun).toEqual(steps);
});

test('each batch waits `delay`, unless it is cancelled', async () => {
  const cancelling = new AbortController();
  const one = new Rollout('web', { parallelism: 1, delay: 60_000 }, ['1', '2']);
  const turn = one.turn('2', cancelling.signal);
  one.end('1', null);
  await settled();
  cancelling.abort();
  await expect(turn).rejects.toMatchObject({ code: 'CANCELLED' });
});
