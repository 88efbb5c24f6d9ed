import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBytes, formatDuration, parseBytes, parseCpus, parseDuration } from './units.ts';

describe('parseBytes', () => {
  test.each([
    ['0', 0],
    ['512', 512],
    ['1b', 1],
    ['64m', 67_108_864],
    ['64MB', 67_108_864],
    ['64MiB', 67_108_864],
    ['1.5g', 1_610_612_736],
    ['.5k', 512],
    [' 2 GB ', 2_147_483_648],
    ['1t', 1_099_511_627_776],
  ])('%s', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

  test.each(['', 'm', '1x', '-1', '1.2.3g', '1 2', 'bb', '1bb', '1ib', '9e99', '99999999p', 'NaN', '0x10'])(
    'refuses %j',
    (text) => expect(() => parseBytes(text)).toThrow(expect.objectContaining({ code: 'INVALID' })),
  );

  test('any whole number of any unit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8000 }),
        fc.constantFrom('b', 'k', 'm', 'g', 't'),
        (count, unit) => {
          const power = 'bkmgt'.indexOf(unit);
          for (const spelling of [
            unit,
            unit.toUpperCase(),
            power > 0 ? `${unit}ib` : unit,
            power > 0 ? `${unit}b` : unit,
          ]) {
            expect(parseBytes(`${count}${spelling}`)).toBe(count * 1024 ** power);
          }
        },
      ),
    );
  });

  test('reads what formatBytes writes, within its precision', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        expect(Math.abs(parseBytes(formatBytes(bytes)) - bytes)).toBeLessThanOrEqual(bytes * 0.01);
      }),
    );
  });

  test('never anything but a size or INVALID', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isSafeInteger(parseBytes(text))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID' });
        }
      }),
    );
  });
});

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['1s', 1000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5h', 5_400_000],
    ['1h5m30s20ms', 3_930_020],
    ['250us', 0.25],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['-3s', -3000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['', '1', '10', 's', '1x', '1 s', '1s garbage', '--1s', '1m 30s'])('refuses %j', (text) =>
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'INVALID' })),
  );

  test('reads back what formatDuration writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 10), max: 10 ** 10 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 3);
      }),
    );
  });
});

test.each([
  ['1.5', 1.5],
  [2, 2],
  ['500m', 0.5],
  ['.25', 0.25],
])('parseCpus %s', (text, cpus) => expect(parseCpus(text)).toBe(cpus));

test.each(['', 'm', '-1', '1e3', 'two'])('parseCpus refuses %j', (text) =>
  expect(() => parseCpus(text)).toThrow(expect.objectContaining({ code: 'INVALID' })),
);
