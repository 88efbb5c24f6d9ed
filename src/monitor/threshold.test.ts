import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ResourceSnapshot, WherryError } from '../core/index.ts';
import type { ThresholdRule } from './index.ts';
import { checkRule } from './threshold-rule.ts';
import { ThresholdState } from './threshold-state.ts';
import { Thresholds } from './thresholds.ts';

const rule = (more: Partial<ThresholdRule> = {}): ThresholdRule => ({
  metric: 'system.cpu',
  operator: '>',
  threshold: 90,
  ...more,
});

/** What a rule says to values that come a second apart. */
function says(more: Partial<ThresholdRule>, values: readonly (number | null)[]): string {
  const state = new ThresholdState(checkRule(rule(more)));
  return values.map((value, second) => state.step(value, second * 1000)?.[0] ?? '.').join('');
}

test.each<[string, Partial<ThresholdRule>, (number | null)[], string]>([
  ['it is said once, and once when it is over', {}, [80, 91, 95, 90, 91], '.r.cr'],
  ['with hysteresis it is over only beyond clearAt', { clearAt: 70 }, [91, 89, 71, 70, 69], 'r..c.'],
  ['it must hold for a while without a break', { for: 2000 }, [91, 91, 80, 91, 91, 91], '.....r'],
  ['nothing changes within the hold-down', { holdDown: 3000 }, [91, 80, 80, 80, 91, 91, 91], 'r..c..r'],
  ['the unknown proves nothing', {}, [91, null, null, 95, 80, null], 'r...c.'],
  ['the unknown breaks a row', { for: 1000 }, [91, null, 91, 91], '...r'],
  ['at or above', { operator: '>=' }, [89, 90, 89], '.rc'],
  ['below, with hysteresis', { operator: '<', threshold: 10, clearAt: 20 }, [9, 15, 20, 21], 'r.c.'],
  ['at or below', { operator: '<=', threshold: 10 }, [10, 11], 'rc'],
  ['equal', { operator: '==', threshold: 3 }, [2, 3, 3, 4], '.r.c'],
])('%s', (_, more, values, said) => {
  expect(says(more, values)).toBe(said);
});

test('raised and cleared take turns, and never come sooner than they may', () => {
  const values = fc.array(fc.option(fc.integer({ min: 0, max: 100 })), { maxLength: 60 });
  fc.assert(
    fc.property(
      values,
      fc.nat(5),
      fc.nat(5),
      fc.integer({ min: 50, max: 90 }),
      (list, wait, holdDown, clearAt) => {
        const said = says({ for: wait * 1000, holdDown: holdDown * 1000, clearAt }, list);
        const changes = [...said].flatMap((word, at) => (word === '.' ? [] : [{ word, at }]));
        for (const [index, { word, at }] of changes.entries()) {
          expect(word).toBe(index % 2 === 0 ? 'r' : 'c');
          const before = changes[index - 1];
          if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(Math.max(1, holdDown));
          const value = list[at];
          if (word === 'r') {
            for (let back = 0; back <= wait; back += 1) expect(list[at - back]).toBeGreaterThan(90);
          } else expect(value).toBeLessThanOrEqual(clearAt);
        }
      },
    ),
  );
});

describe('rules', () => {
  test.each<[string, Partial<ThresholdRule>]>([
    ['an operator', { operator: '=>' as '>' }],
    ['a metric', { metric: 'system.temperature' as 'system.cpu' }],
    ['a metric of containers', { metric: 'container.web.disk' as 'container.web.cpu' }],
    ['a container', { metric: 'container..cpu' }],
    ['an inherited word', { metric: 'system.constructor' as 'system.cpu' }],
    ['a number', { threshold: Number.NaN }],
    ['the good side', { clearAt: 95 }],
    ['the good side, below', { operator: '<', threshold: 10, clearAt: 5 }],
    ['a time', { for: -1 }],
    ['a hold-down', { holdDown: Number.NaN }],
  ])('%s that is none is refused', (_, more) => {
    expect(() => checkRule(rule(more))).toThrow(WherryError);
    expect(() => checkRule(rule(more))).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  test('two of a name are refused', () => {
    const thresholds = new Thresholds();
    thresholds.add(rule());
    expect(() => thresholds.add(rule())).toThrow(expect.objectContaining({ code: 'ALREADY_EXISTS' }));
    thresholds.add(rule({ name: 'other' }));
    thresholds.remove('system.cpu > 90');
    thresholds.add(rule());
  });
});

function snapshot(
  containers: { name: string; cpu: number; engine?: string }[],
  fails = false,
): ResourceSnapshot {
  const error = fails ? new WherryError('UNAVAILABLE', 'gone') : null;
  return {
    time: new Date(0),
    system: null,
    engines: [{ type: 'docker', address: 'a', source: null, error }],
    containers: containers.map(({ name, cpu, engine = 'a' }) => ({ name, engine, cpuPercent: cpu })),
  } as unknown as ResourceSnapshot;
}

function judged(thresholds: Thresholds, of: ResourceSnapshot, time: number): string[] {
  return thresholds
    .judge(of, time)
    .map(
      ({ change }) => `${change.type} ${change.rule} ${change.subject} ${change.value} ${change.durationMs}`,
    );
}

test('every container is judged by itself, whatever is in its name, on every engine', () => {
  const thresholds = new Thresholds();
  thresholds.add(rule({ name: 'any', metric: 'container.*.cpu' }));
  thresholds.add(rule({ name: 'one', metric: 'container.my.web.v1.cpu' }));
  const both = [
    { name: 'my.web.v1', cpu: 95 },
    { name: 'db', cpu: 5 },
  ];
  expect(judged(thresholds, snapshot(both), 0)).toEqual([
    'raised any my.web.v1 95 0',
    'raised one my.web.v1 95 0',
  ]);
  const twins = [...both, { name: 'my.web.v1', cpu: 99, engine: 'b' }];
  expect(judged(thresholds, snapshot(twins), 1000)).toEqual([
    'raised any my.web.v1 99 0',
    'raised one my.web.v1 99 0',
  ]);
});

test('what is gone is cleared, except while its engine does not answer', () => {
  const thresholds = new Thresholds();
  thresholds.add(rule({ name: 'any', metric: 'container.*.cpu' }));
  judged(thresholds, snapshot([{ name: 'web', cpu: 95 }]), 0);
  expect(judged(thresholds, snapshot([], true), 1000)).toEqual([]);
  expect(judged(thresholds, snapshot([]), 3000)).toEqual(['cleared any web null 3000']);
  expect(judged(thresholds, snapshot([]), 4000)).toEqual([]);
});
