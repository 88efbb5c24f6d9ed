import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Cron } from './cron.ts';

/** The next times, as a clock in UTC shows them. */
function times(line: string, after: string, count: number, timezone = 'UTC'): string[] {
  const cron = new Cron(line, { timezone });
  const found: string[] = [];
  let at = new Date(after);
  for (let index = 0; index < count; index += 1) {
    const next = cron.next(at);
    if (next === null) break;
    at = next;
    found.push(at.toISOString().slice(0, 16));
  }
  return found;
}

describe('a crontab line', () => {
  test.each([
    ['*/20 * * * *', ['2026-01-01T00:20', '2026-01-01T00:40', '2026-01-01T01:00']],
    ['5,10-12 3 * * *', ['2026-01-01T03:05', '2026-01-01T03:10', '2026-01-01T03:11']],
    ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 12 * feb mon', ['2026-02-02T12:00', '2026-02-09T12:00']],
    ['0 0 13 * 5', ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00']],
    ['0 0 * * 7', ['2026-01-04T00:00']],
    ['30/10 0 * * *', ['2026-01-01T00:30', '2026-01-01T00:40', '2026-01-01T00:50', '2026-01-02T00:30']],
    ['0 0 * * fri-sun', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00', '2026-01-09T00:00']],
    ['@every 90m', ['2026-01-01T01:30', '2026-01-01T03:00']],
    ['@Yearly', ['2027-01-01T00:00']],
    ['@monthly', ['2026-02-01T00:00', '2026-03-01T00:00']],
    ['0 0 30 2 *', []],
  ])('%s', (line, expected) => {
    expect(times(line, '2026-01-01T00:00:00Z', Math.max(1, expected.length))).toEqual(expected);
  });

  test.each([
    '',
    '* * * *',
    '60 * * * *',
    '* * * * * *',
    '5-1 * * * *',
    '*/0 * * * *',
    'x * * * *',
    '* * 0 * *',
    '*-3 * * * *',
    '@every',
    '@every soon',
    '@every 1ms',
  ])('is none: %j', (line) => {
    expect(() => new Cron(line)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});

describe('where clocks are set', () => {
  test('forward, a time that is skipped comes once the skip is over', () => {
    // In Paris clocks go from 02:00 to 03:00 at 01:00 UTC on 2026-03-29.
    expect(times('30 2 * * *', '2026-03-28T00:00:00Z', 3, 'Europe/Paris')).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(times('30 * * * *', '2026-03-29T00:00:00Z', 3, 'Europe/Paris')).toEqual([
      '2026-03-29T00:30',
      '2026-03-29T01:30',
      '2026-03-29T02:30',
    ]);
  });

  test('back, a time that is shown twice comes once, and every hour that passes counts', () => {
    // In Paris clocks go from 03:00 to 02:00 at 01:00 UTC on 2026-10-25.
    expect(times('30 2 * * *', '2026-10-24T12:00:00Z', 2, 'Europe/Paris')).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(times('30 * * * *', '2026-10-24T23:45:00Z', 4, 'Europe/Paris')).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
      '2026-10-25T03:30',
    ]);
  });
});

test.each(['* * * * *', '*/7 1,13 * * *', '0 12 * * mon', '0 0 29 2 *'])(
  'the last of the times that have passed: %s',
  (line) => {
    const cron = new Cron(line, { timezone: 'Europe/Paris' });
    const known = cron.next(new Date('2024-01-01T00:00:00Z')) ?? new Date(0);
    const until = new Date('2026-10-25T01:17:30Z');
    const asked = vi.spyOn(cron, 'next');
    const latest = cron.latest(known, until);
    expect(asked.mock.calls.length).toBeLessThan(100);
    expect(latest <= until).toBe(true);
    expect((cron.next(latest) ?? new Date(0)) > until).toBe(true);
  },
);

test('the next time is later, and no minute between is one that the line names', () => {
  const field = (from: number, to: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: from, max: to }).map(String),
      fc.integer({ min: 2, max: 20 }).map((step) => `*/${step}`),
    );
  const line = fc.tuple(field(0, 59), field(0, 23), fc.constant('*'), fc.constant('*'), field(0, 6));
  const start = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
  fc.assert(
    fc.property(line, start, ([minutes, hours, , , weekdays], from) => {
      const matches = (text: string, value: number): boolean =>
        text === '*' ||
        (text.startsWith('*/') ? value % Number(text.slice(2)) === 0 : Number(text) === value);
      const next = new Cron(`${minutes} ${hours} * * ${weekdays}`, { timezone: 'UTC' }).next(new Date(from));
      for (let at = (Math.floor(from / 60_000) + 1) * 60_000; ; at += 60_000) {
        const date = new Date(at);
        const isNamed =
          matches(minutes, date.getUTCMinutes()) &&
          matches(hours, date.getUTCHours()) &&
          matches(weekdays, date.getUTCDay());
        if (isNamed) {
          expect(next?.getTime()).toBe(at);
          return;
        }
      }
    }),
    { numRuns: 60 },
  );
});
