import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeProto, protoFields, protoText } from './protobuf.ts';

const field = fc.record({
  number: fc.integer({ min: 1, max: 2 ** 29 - 1 }),
  value: fc.oneof(
    fc.maxSafeNat().filter((value) => value > 0),
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  ),
});

describe('protobuf', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const read = [...protoFields(encodeProto(fields))].map(({ number, value }) => ({
          number,
          value: typeof value === 'number' ? value : Buffer.from(value),
        }));
        expect(read).toEqual(fields);
      }),
    );
  });

  it('refuses what is cut, with an error of ours', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), fc.nat(), (fields, at) => {
        const bytes = encodeProto(fields);
        const cut = bytes.subarray(0, at % bytes.length);
        try {
          const read = [...protoFields(cut)];
          expect(read.length).toBeLessThan(fields.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PROTOCOL' });
        }
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          for (const _ of protoFields(bytes)) void _;
        } catch (error) {
          expect(error).toMatchObject({ code: 'PROTOCOL' });
        }
      }),
    );
  });

  it('skips fixed-width fields', () => {
    const bytes = Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x1a, 2, 0x68, 0x69]);
    expect([...protoFields(bytes)].map(({ number, value }) => [number, protoText(value)])).toEqual([
      [3, 'hi'],
    ]);
  });

  it('leaves defaults out', () => {
    expect(
      encodeProto([
        { number: 1, value: 0 },
        { number: 2, value: '' },
      ]),
    ).toHaveLength(0);
  });
});
