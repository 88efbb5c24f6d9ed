import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WherryError } from '../core/index.ts';
import type { LazyBooterOptions } from './booter-options.ts';
import { FakeClock, settle } from './fake-clock.test-support.ts';
import { LazyBooter } from './lazy-booter.ts';

/** A booter of something that starts and stops when the test says so, or at once. */
function stage(options: Partial<LazyBooterOptions> = {}) {
  const clock = new FakeClock();
  const calls: string[] = [];
  const booter = new LazyBooter({
    name: 'db',
    clock,
    random: () => 0,
    start: async ({ attempt }) => void calls.push(`start ${attempt}`),
    stop: async ({ reason }) => void calls.push(`stop ${reason}`),
    ...options,
  });
  const steps = (): string[] => booter.history().map(({ from, to }) => `${from} → ${to}`);
  return { booter, clock, calls, steps };
}

/** A start that ends when the test opens the gate, or its signal fires. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: AbortSignal[] = [];
  return {
    open: resolve,
    signals,
    start: ({ signal }: { signal: AbortSignal }): Promise<void> => {
      signals.push(signal);
      return new Promise((pass, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason));
        void promise.then(pass);
      });
    },
  };
}

test('10,000 callers at once make one start', async () => {
  const { booter, calls } = stage();
  const leases = await Promise.all(Array.from({ length: 10_000 }, () => booter.acquire()));
  expect(calls).toEqual(['start 1']);
  expect(booter.leases).toBe(10_000);
  expect(booter.state).toBe('running');
  for (const lease of leases) lease.release();
  expect(booter.leases).toBe(0);
  expect(booter.state).toBe('idle');
});

test('a lease is given back once, however often it is released', async () => {
  const { booter } = stage();
  const [first, second] = [await booter.acquire(), await booter.acquire()];
  first.release();
  first.release();
  await first[Symbol.asyncDispose]();
  expect(booter.leases).toBe(1);
  {
    await using _third = await booter.acquire();
    expect(booter.leases).toBe(2);
  }
  second.release();
  expect([booter.leases, booter.state]).toEqual([0, 'idle']);
});

test('one who leaves does not end the start of the others', async () => {
  const { start, open, signals } = gate();
  const { booter } = stage({ start });
  const impatient = new AbortController();
  const gone = booter.acquire({ signal: impatient.signal });
  const patient = booter.acquire();
  await settle();
  impatient.abort();
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(booter.active()).toBe(1);
  expect(signals[0]?.aborted).toBe(false);
  open();
  (await patient).release();
  expect(signals).toHaveLength(1);
  expect(signals[0]?.aborted).toBe(false);
});

test('when all have left, the start is ended and what it left is taken down; the next one starts anew', async () => {
  const { start, open, signals } = gate();
  const calls: string[] = [];
  const { booter, steps } = stage({ start, stop: async ({ reason }) => void calls.push(reason) });
  const scope = new AbortController();
  const callers = [1, 2, 3].map(() => booter.acquire({ signal: scope.signal }));
  await settle();
  scope.abort();
  for (const caller of callers) await expect(caller).rejects.toMatchObject({ code: 'CANCELLED' });
  const next = booter.acquire();
  open();
  (await next).release();
  expect(calls).toEqual(['asked']);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(steps()).toEqual([
    'stopped → starting',
    'starting → stopping',
    'stopping → stopped',
    'stopped → starting',
    'starting → running',
    'running → idle',
  ]);
});

test('by option the start is finished for the next one', async () => {
  const { start, open, signals } = gate();
  const { booter } = stage({ start, whenAbandoned: 'finish' });
  const scope = new AbortController();
  const gone = booter.acquire({ signal: scope.signal });
  await settle();
  scope.abort();
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' });
  open();
  await settle();
  expect(booter.state).toBe('idle');
  (await booter.acquire()).release();
  expect(signals).toHaveLength(1);
});

test('a failure is told to all who waited, what it left is taken down, and the next one tries again after a pause', async () => {
  let failing = true;
  const { booter, clock, calls, steps } = stage({
    start: async ({ attempt }) => {
      calls.push(`start ${attempt}`);
      if (failing) throw new WherryError('PORT_TAKEN', 'port 80 is taken');
    },
    retry: { initialDelay: 100 },
  });
  const results = await Promise.allSettled([booter.acquire(), booter.acquire()]);
  for (const result of results)
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'PORT_TAKEN' } });
  expect(calls).toEqual(['start 1', 'stop failed']);
  expect(booter.history().at(-1)).toMatchObject({ to: 'failed', error: { code: 'PORT_TAKEN' } });
  failing = false;
  const next = booter.acquire();
  await clock.advance(99);
  expect(calls).toHaveLength(2);
  await clock.advance(1);
  (await next).release();
  expect(calls).toEqual(['start 1', 'stop failed', 'start 1']);
  expect(steps().slice(1)).toEqual([
    'starting → failed',
    'failed → starting',
    'starting → running',
    'running → idle',
  ]);
});

test('the pauses within a boot grow and are capped, and a waiter may leave meanwhile', async () => {
  const times: number[] = [];
  const { booter, clock } = stage({
    start: () => {
      times.push(clock.now());
      return Promise.reject(new Error('not yet'));
    },
    retry: { attempts: 6, initialDelay: 100, factor: 2, maxDelay: 500 },
  });
  const scope = new AbortController();
  const gone = booter.acquire({ signal: scope.signal });
  const stays = booter.acquire();
  stays.catch(() => undefined);
  await clock.advance(150);
  scope.abort();
  await expect(gone).rejects.toMatchObject({ code: 'CANCELLED' });
  await clock.advance(10_000);
  await expect(stays).rejects.toMatchObject({ code: 'INTERNAL', message: 'db did not start: not yet' });
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 100, 300, 700, 1200, 1700]);
});

test('it starts again after it was stopped', async () => {
  const { booter, calls } = stage();
  await booter.ensureStarted();
  expect(await booter.stop()).toBe(true);
  expect(booter.state).toBe('stopped');
  (await booter.acquire()).release();
  expect(calls).toEqual(['start 1', 'stop asked', 'start 1']);
});

test('a stop waits for the leases as long as it may, and whoever comes meanwhile starts it again', async () => {
  const { booter, clock, calls } = stage();
  const lease = await booter.acquire();
  const stopping = booter.stop({ drain: 5000 });
  await clock.advance(4000);
  expect([booter.state, lease.lost.aborted, calls.length]).toEqual(['stopping', false, 1]);
  const next = booter.acquire();
  lease.release();
  await stopping;
  (await next).release();
  expect(calls).toEqual(['start 1', 'stop asked', 'start 1']);
  const stubborn = await booter.acquire();
  const second = booter.stop({ drain: 5000 });
  await clock.advance(5000);
  await second;
  expect(stubborn.lost.aborted).toBe(true);
  expect(booter.leases).toBe(1);
  stubborn.release();
  expect([booter.leases, booter.state]).toEqual([0, 'stopped']);
});

test('a stop for idleness leaves alone what is used, waited for or starting', async () => {
  const { start, open } = gate();
  const { booter } = stage({ start });
  const waiting = booter.acquire();
  expect(await booter.stop({ reason: 'idle' })).toBe(false);
  open();
  const lease = await waiting;
  expect(await booter.stop({ reason: 'idle' })).toBe(false);
  lease.release();
  expect(await booter.stop({ reason: 'idle' })).toBe(true);
});

test('a stop ends a start, which those who wait for it are told', async () => {
  const { start } = gate();
  const { booter, calls } = stage({ start });
  const waiting = booter.acquire();
  await settle();
  const [outcome] = await Promise.allSettled([waiting, booter.stop()]);
  expect(outcome).toMatchObject({
    status: 'rejected',
    reason: { code: 'CANCELLED', message: 'db was stopped while it was starting' },
  });
  expect(booter.state).toBe('stopped');
  expect(calls).toEqual(['stop asked']);
});

test('a stop that fails is told, and can be tried again', async () => {
  let failing = true;
  const { booter, steps } = stage({
    stop: async () => {
      if (failing) throw new Error('the engine is away');
    },
  });
  await booter.ensureStarted();
  await expect(booter.stop()).rejects.toThrow('db did not stop: the engine is away');
  expect(booter.state).toBe('failed');
  failing = false;
  await booter.stop();
  expect(steps().slice(-3)).toEqual(['stopping → failed', 'failed → stopping', 'stopping → stopped']);
});

test('after close nobody gets in, those who waited neither', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { booter } = stage({ stop: () => promise });
  await booter.ensureStarted();
  const closing = booter.close();
  const waiting = booter.acquire();
  resolve();
  await closing;
  await expect(waiting).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(booter.acquire()).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('an end that nobody asked for is a failure that lease holders see, and the next one starts it again', async () => {
  const { booter, clock, calls } = stage({ retry: { initialDelay: 200 } });
  const lease = await booter.acquire();
  booter.ended({ error: new WherryError('EXIT', 'db exited with code 3') });
  expect(booter.state).toBe('failed');
  expect(lease.lost.reason).toMatchObject({ code: 'EXIT' });
  const next = booter.acquire();
  await clock.advance(200);
  (await next).release();
  expect(calls).toEqual(['start 1', 'start 1']);
  expect(booter.leases).toBe(1);
});

test('failures in a row are forgotten by a run that lasted', async () => {
  const { booter, clock, calls } = stage({ retry: { initialDelay: 100, maxDelay: 1000 } });
  const crash = (): void => booter.ended({ error: new WherryError('EXIT', 'gone') });
  await booter.ensureStarted();
  crash();
  let next = booter.ensureStarted();
  await clock.advance(100);
  await next;
  crash();
  next = booter.ensureStarted();
  await clock.advance(199);
  expect(calls).toHaveLength(2);
  await clock.advance(1);
  await next;
  await clock.advance(1001);
  crash();
  next = booter.ensureStarted();
  await clock.advance(100);
  await next;
  expect(calls).toHaveLength(4);
});

test('what is found running is taken as it is', async () => {
  const { booter, calls, clock } = stage();
  const lastActivity = new Date(clock.now() - 5000);
  booter.adopt({ lastActivity });
  expect([booter.state, booter.lastActivity()]).toEqual(['idle', lastActivity]);
  (await booter.acquire()).release();
  expect(calls).toEqual([]);
  await booter.stop();
  expect(calls).toEqual(['stop asked']);
});

const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ act: fc.constant('acquire' as const) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('release' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('abort' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ act: 'stop' as const }, { act: 'idle' as const }, { act: 'crash' as const }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 300 }) }),
  },
);

test('whatever happens in whatever order: at most one start at a time, exact counts, and no caller is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 40 }),
      fc.infiniteStream(fc.boolean()),
      async (acts, luck) => {
        const clock = new FakeClock();
        let starting = 0;
        let up = false;
        const booter = new LazyBooter({
          name: 'any',
          clock,
          random: () => 0,
          retry: { attempts: 2, initialDelay: 20, maxDelay: 100 },
          start: async () => {
            starting += 1;
            expect(starting).toBe(1);
            expect(up).toBe(false);
            await new Promise<void>((resolve) => void clock.after(10, resolve));
            starting -= 1;
            if (luck.next().value) throw new Error('bad luck');
            up = true;
          },
          stop: async () => {
            await new Promise<void>((resolve) => void clock.after(5, resolve));
            up = false;
          },
        });
        const held: { release(): void }[] = [];
        const callers: { scope: AbortController; ended: Promise<void>; isOpen: boolean }[] = [];
        for (const wish of acts) {
          if (wish.act === 'acquire') {
            const scope = new AbortController();
            const caller = { scope, isOpen: true, ended: Promise.resolve() };
            caller.ended = booter
              .acquire({ signal: scope.signal })
              .then(
                (lease) => void held.push(lease),
                () => undefined,
              )
              .finally(() => {
                caller.isOpen = false;
              });
            callers.push(caller);
          } else if (wish.act === 'release') {
            const [lease] = held.splice(wish.which % (held.length || 1), 1);
            lease?.release();
            lease?.release();
          } else if (wish.act === 'abort') callers[wish.which % (callers.length || 1)]?.scope.abort();
          else if (wish.act === 'stop') void booter.stop({ drain: 30 });
          else if (wish.act === 'idle') void booter.stop({ reason: 'idle' });
          else if (wish.act === 'crash') {
            if (booter.isUp) up = false;
            booter.ended({ error: new WherryError('EXIT', 'crash') });
          } else await clock.advance(wish.ms);
          await settle();
          expect(booter.leases).toBe(held.length);
          expect(booter.active()).toBe(held.length + callers.filter(({ isOpen }) => isOpen).length);
          if (booter.isUp)
            expect([up, booter.state]).toEqual([true, booter.active() > 0 ? 'running' : 'idle']);
        }
        await clock.advance(60_000);
        await Promise.all(callers.map(({ ended }) => ended));
        for (const lease of held.splice(0)) lease.release();
        await clock.advance(60_000);
        expect(booter.active()).toBe(0);
        expect(starting).toBe(0);
        const stopping = booter.close();
        await clock.advance(1000);
        await stopping;
        expect([booter.state, up, clock.pending]).toEqual(['stopped', false, 0]);
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);
