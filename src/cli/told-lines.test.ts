import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogRecord } from '../core/streams.ts';
import { ToldLines } from './told-lines.ts';

/** Lines of a log; few moments, so that many lines share one. */
const log = fc.array(fc.nat({ max: 4 }), { maxLength: 30 }).map((steps) =>
  [...steps].sort().map((second, index): LogRecord => {
    const time = new Date(1e12 + second * 1000);
    const timestamp = `${time.toISOString().slice(0, 19)}.000000000Z`;
    return { kind: 'stdout', time, timestamp, line: String(index) };
  }),
);

test('a log that is read in several goes is told once, whatever moments its lines have', () => {
  fc.assert(
    fc.property(log, fc.array(fc.nat(30)), (lines, ends) => {
      const told = new ToldLines();
      const said: string[] = [];
      for (const end of [...ends, lines.length].sort((a, b) => a - b)) {
        const { since } = told;
        told.readAgain();
        for (const record of lines.slice(0, end)) {
          if (since !== undefined && record.time !== null && record.time < since) continue;
          if (told.isNew(record)) said.push(record.line);
        }
      }
      expect(said).toEqual(lines.map(({ line }) => line));
    }),
  );
});

test('lines without a moment are always new', () => {
  const told = new ToldLines();
  const record: LogRecord = { kind: 'stdout', time: null, timestamp: null, line: 'a' };
  expect([told.isNew(record), told.isNew(record)]).toEqual([true, true]);
});
