import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConcurrencySemaphore, type Permit } from './semaphore.ts';

test('lets max in, the others in the order of their coming', async () => {
  const semaphore = new ConcurrencySemaphore(2);
  const [first, second] = await Promise.all([semaphore.acquire(), semaphore.acquire()]);
  const order: string[] = [];
  const third = semaphore.acquire().then((permit) => {
    order.push('third');
    return permit;
  });
  const fourth = semaphore.acquire().then((permit) => {
    order.push('fourth');
    return permit;
  });
  expect(semaphore.figures()).toEqual({ max: 2, active: 2, waiting: 2, waitingWeight: 2 });
  second?.release();
  second?.release();
  await third;
  expect(order).toEqual(['third']);
  expect(semaphore.activeCount).toBe(2);
  first?.release();
  (await fourth).release();
  (await third).release();
  expect(semaphore.figures()).toEqual({ max: 2, active: 0, waiting: 0, waitingWeight: 0 });
});

test('a heavy one at the head is not overtaken, and lets the others pass when it leaves', async () => {
  const semaphore = new ConcurrencySemaphore(3);
  const held = await semaphore.acquire();
  const impatient = new AbortController();
  const heavy = semaphore.acquire({ weight: 3, signal: impatient.signal });
  const light = semaphore.acquire();
  expect(semaphore.tryAcquire()).toBeNull();
  expect(semaphore.figures()).toMatchObject({ active: 1, waiting: 2, waitingWeight: 4 });
  impatient.abort();
  await expect(heavy).rejects.toMatchObject({ code: 'CANCELLED' });
  (await light).release();
  held.release();
  expect(semaphore.tryAcquire({ weight: 3 })?.weight).toBe(3);
});

test('refuses what could never be granted', async () => {
  expect(() => new ConcurrencySemaphore(0)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  expect(() => new ConcurrencySemaphore(1.5)).toThrow(/whole number/);
  const semaphore = new ConcurrencySemaphore(2);
  await expect(semaphore.acquire({ weight: 3 })).rejects.toMatchObject({ code: 'INVALID' });
  await expect(semaphore.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(semaphore.activeCount).toBe(0);
});

test('run gives the permit back also when the work fails', async () => {
  const semaphore = new ConcurrencySemaphore(1);
  await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await semaphore.run(() => semaphore.activeCount)).toBe(1);
  {
    await using _permit = await semaphore.acquire();
    expect(semaphore.activeCount).toBe(1);
  }
  expect(semaphore.activeCount).toBe(0);
});

/** What a random user of a semaphore does. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant('acquire' as const), weight: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('release' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('abort' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('try' as const), weight: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('yield' as const) }) },
);

test('never exceeds its weight, loses no permit and keeps the order, whatever is aborted when', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 4, max: 6 }),
      fc.array(step, { maxLength: 80 }),
      async (max, steps) => {
        const semaphore = new ConcurrencySemaphore(max);
        const held: Permit[] = [];
        const waiting: { number: number; scope: AbortController; ended: Promise<void> }[] = [];
        /** By turn of the event loop; within one, who wakes first says nothing. */
        const granted: { number: number; turn: number }[] = [];
        const turn = 0;
        let number = 0;
        const weightHeld = (): number => held.reduce((sum, { weight }) => sum + weight, 0);
        for (const wish of steps) {
          if (wish.act === 'acquire') {
            const scope = new AbortController();
            const mine = number++;
            const ended = semaphore.acquire({ weight: wish.weight, signal: scope.signal }).then(
              (permit) => {
                held.push(permit);
                granted.push({ number: mine, turn });
              },
              () => undefined,
            );
            waiting.push({ number: mine, scope, ended });
          } else if (wish.act === 'try') {
            const permit = semaphore.tryAcquire({ weight: wish.weight });
            if (permit !== null) held.push(permit);
          } else if (wish.act === 'release') {
            const [permit] = held.splice(wish.which % (held.length || 1), 1);
            permit?.release();
            permit?.release();
          } else if (wish.act === 'abort') {
            waiting[wish.which % (waiting.length || 1)]?.scope.abort();
          } else {
            await new Promise(setImmediate);
          }
          expect(semaphore.activeCount).toBeLessThanOrEqual(max);
          expect(weightHeld()).toBeLessThanOrEqual(semaphore.activeCount);
        }
        while (held.length > 0 || semaphore.figures().waiting > 0) {
          for (const permit of held.splice(0)) permit.release();
          await new Promise(setImmediate);
        }
        await Promise.all(waiting.map(({ ended }) => ended));
        for (const permit of held.splice(0)) permit.release();
        const byNumber = granted.toSorted((a, b) => a.number - b.number).map((grant) => grant.turn);
        expect(byNumber).toEqual(byNumber.toSorted((a, b) => a - b));
        expect(semaphore.figures()).toEqual({ max, active: 0, waiting: 0, waitingWeight: 0 });
        expect(semaphore.tryAcquire({ weight: max })).not.toBeNull();
      },
    ),
  );
});
