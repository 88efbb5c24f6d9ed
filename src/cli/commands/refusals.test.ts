import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Refusals } from './refusals.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('thousands of refusals for one reason are two lines a second', () => {
  const told: string[] = [];
  const refusals = new Refusals((service, reason, more) =>
    told.push(`${service} ${reason} ${more ?? 'first'}`),
  );
  for (let index = 0; index < 3000; index += 1) refusals.add('web', 'full');
  refusals.add('db', 'full');
  expect(told).toEqual(['web full first', 'db full first']);
  vi.advanceTimersByTime(1000);
  expect(told.slice(2)).toEqual(['web full 2999']);
  refusals.add('web', 'full');
  expect(told.at(-1)).toBe('web full first');
});
