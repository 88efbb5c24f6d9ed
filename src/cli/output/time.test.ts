import { expect, it } from 'vitest';
import { span } from './time.ts';

const [second, hour] = [1000, 3_600_000];

it.each([
  [0, 'Less than a second'],
  [1 * second, '1 second'],
  [59 * second, '59 seconds'],
  [60 * second, 'About a minute'],
  [120 * second, '2 minutes'],
  [hour, 'About an hour'],
  [1.5 * hour, '2 hours'],
  [48 * hour, '2 days'],
  [14 * 24 * hour, '2 weeks'],
  [60 * 24 * hour, '2 months'],
  [730 * 24 * hour, '2 years'],
])("a span of %i ms is, in docker's words, %s", (milliseconds, text) => {
  expect(span(milliseconds)).toBe(text);
});
