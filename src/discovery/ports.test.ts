import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { portsOf } from './ports.ts';

test('one, a list, ranges, and all of them as text', () => {
  expect(portsOf(80)).toEqual([80]);
  expect(portsOf([443, [8000, 8002], 80])).toEqual([443, 8000, 8001, 8002, 80]);
  expect(portsOf('443, 8000-8002,80')).toEqual([443, 8000, 8001, 8002, 80]);
  expect(portsOf('80,79-81,80')).toEqual([80, 79, 81]);
});

test.each(['', 'http', '80-', '-1', '90-80', '0', '65536', '1-70000', '80,,81', '8o'])(
  '%j is refused',
  (text) => {
    expect(() => portsOf(text)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  },
);

test.each([0, -1, 1.5, Number.NaN, 65_536])('%d is no port', (port) => {
  expect(() => portsOf(port)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  expect(() => portsOf([[port, 90]])).toThrow(expect.objectContaining({ code: 'INVALID' }));
});

const port = fc.integer({ min: 1, max: 65_535 });
const range = fc
  .tuple(port, fc.nat(50))
  .map(([first, more]) => [first, Math.min(65_535, first + more)] as const);

test('what is written is what is probed, each port once', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(port, range), { minLength: 1, maxLength: 20 }), (parts) => {
      const text = parts.map((part) => (typeof part === 'number' ? part : part.join('-'))).join(',');
      const wanted = new Set(
        parts.flatMap((part) => {
          const [first, last] = typeof part === 'number' ? [part, part] : part;
          return Array.from({ length: last - first + 1 }, (_, index) => first + index);
        }),
      );
      expect(portsOf(parts)).toEqual([...wanted]);
      expect(portsOf(text)).toEqual([...wanted]);
    }),
  );
});
