import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LifecycleState, type NextState, StateMachine, type Transition } from './state-machine.ts';

const states: readonly LifecycleState[] = ['stopped', 'starting', 'running', 'idle', 'stopping', 'failed'];

test('goes the whole round, and tells observers and history each step', () => {
  const machine = new StateMachine({ name: 'db' });
  const seen: Transition[] = [];
  const leave = machine.observe((transition) => seen.push(transition));
  machine.move('stopped', 'starting');
  machine.move('starting', 'running');
  machine.move('running', 'idle');
  machine.move('idle', 'stopping', { reason: 'nobody used it' });
  leave();
  machine.move('stopping', 'stopped');
  expect(seen.map(({ from, to }) => `${from} ${to}`)).toEqual([
    'stopped starting',
    'starting running',
    'running idle',
    'idle stopping',
  ]);
  expect(machine.history()).toHaveLength(5);
  expect(machine.history()[3]).toMatchObject({
    from: 'idle',
    to: 'stopping',
    reason: 'nobody used it',
    error: null,
  });
});

test('refuses what cannot follow, with the states that can', () => {
  const machine = new StateMachine({ name: 'db' });
  // @ts-expect-error a stopped service cannot become idle
  expect(() => machine.move('stopped', 'idle')).toThrow(
    expect.objectContaining({
      code: 'CONFLICT',
      hint: 'from stopped it can go to starting, running',
      details: { name: 'db', state: 'stopped', from: 'stopped', to: 'idle' },
    }),
  );
  expect(() => machine.move('running', 'idle')).toThrow(/db is stopped/);
  expect(machine.state).toBe('stopped');
  expect(machine.history()).toEqual([]);
});

test('whatever is tried, the history is an unbroken chain of legal steps, as long as asked at most', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { maxLength: 60 }), (wishes) => {
      const machine = new StateMachine({ name: 'any', historySize: 10 });
      const seen: Transition[] = [];
      machine.observe((transition) => seen.push(transition));
      for (const wish of wishes) {
        try {
          machine.move(machine.state, wish as NextState<LifecycleState>);
        } catch {
          // Not legal: nothing may have changed, which the chain shows.
        }
      }
      let state: LifecycleState = 'stopped';
      for (const { from, to } of seen) {
        expect(from).toBe(state);
        state = to;
      }
      expect(machine.state).toBe(state);
      expect(machine.history()).toEqual(seen.slice(-10));
    }),
  );
});

test('an observer that throws keeps neither the others nor the machine from going on', () => {
  const machine = new StateMachine({ name: 'db' });
  const seen: string[] = [];
  machine.observe(() => {
    throw new Error('broken observer');
  });
  machine.observe(({ to }) => seen.push(to));
  machine.move('stopped', 'starting');
  expect(seen).toEqual(['starting']);
});
