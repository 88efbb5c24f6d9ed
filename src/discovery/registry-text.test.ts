import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type RegisteredService, toEntry } from './registry-entry.ts';
import { parseRegistry, registryText } from './registry-text.ts';

const date = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const entry: fc.Arbitrary<RegisteredService> = fc
  .record({
    name: fc.string({ unit: 'grapheme' }),
    host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
    port: fc.option(fc.integer({ min: 1, max: 65_535 })),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    source: fc.constantFrom('tcp' as const, 'dns' as const, 'engine' as const, 'compose' as const),
    foundAt: date,
    ttl: fc.integer({ min: 1, max: 1e9 }),
    metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
  })
  .map((service) => toEntry(service, { known: undefined, ttl: 1 }));
const entries = fc.uniqueArray(entry, { selector: ({ id }) => id, maxLength: 8 });

test('what is written is what is read', () => {
  fc.assert(
    fc.property(entries, (all) => {
      const { entries: read, lost } = parseRegistry(registryText(all), 'file');
      expect([...read.values()]).toEqual(all);
      expect(lost).toBeNull();
    }),
  );
});

test('damage to a line loses no other line', () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.nat(), fc.string(), (all, line, at, nonsense) => {
      const lines = registryText(all).split('\n');
      const hit = line % lines.length;
      const text = lines[hit] ?? '';
      const place = at % (text.length + 1);
      lines[hit] = text.slice(0, place) + nonsense.replaceAll('\n', '') + text.slice(place + 1);
      const { entries: read } = parseRegistry(lines.join('\n'), 'file');
      const untouched = all.filter((_, index) => index + 1 !== hit);
      for (const { id } of untouched) expect([...read.keys()]).toContain(id);
    }),
  );
});

test('a file that is cut anywhere keeps the entries before the cut', () => {
  fc.assert(
    fc.property(entries, fc.nat(), (all, at) => {
      const text = registryText(all);
      const cut = text.slice(0, at % (text.length + 1));
      const whole = cut.split('\n').length - 2;
      const { entries: read } = parseRegistry(cut, 'file');
      for (const { id } of all.slice(0, Math.max(0, whole))) expect([...read.keys()]).toContain(id);
    }),
  );
});
