import { WherryError } from '../../core/errors.ts';

/** One field of a protobuf message: `value` is a number for varints, bytes for everything with a length. */
export interface ProtoField {
  number: number;
  value: number | Uint8Array;
}

/**
 * The fields of a message in their order. Fixed-width fields are skipped: no message that we read has any. `PROTOCOL`
 * for bytes that are no message.
 */
export function* protoFields(bytes: Uint8Array): Generator<ProtoField, void, undefined> {
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(cursor);
    const number = Math.floor(tag / 8);
    if (number === 0) throw malformed('a field has the number 0');
    switch (tag % 8) {
      case 0:
        yield { number, value: readVarint(cursor) };
        break;
      case 1:
        take(cursor, 8);
        break;
      case 2:
        yield { number, value: take(cursor, readVarint(cursor)) };
        break;
      case 5:
        take(cursor, 4);
        break;
      default:
        throw malformed(`a field is of the unknown wire type ${tag % 8}`);
    }
  }
}

/** UTF-8 text of a field; empty for a varint. */
export function protoText(value: ProtoField['value']): string {
  return typeof value === 'number' ? '' : Buffer.from(value).toString('utf8');
}

/** What {@link encodeProto} writes as one field. */
export interface ProtoInput {
  number: number;
  value: number | string | Uint8Array;
}

/** A `map<string, string>`: an entry for each pair. */
export function protoMap(number: number, map: Readonly<Record<string, string>>): ProtoInput[] {
  return Object.entries(map).map(([key, value]) => ({
    number,
    value: encodeProto([
      { number: 1, value: key },
      { number: 2, value },
    ]),
  }));
}

/** A message as bytes; text is encoded as UTF-8, and proto3's defaults (0, empty) are left out. */
export function encodeProto(fields: readonly ProtoInput[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const { number, value } of fields) {
    if (typeof value === 'number') {
      if (value !== 0) parts.push(varint(number * 8), varint(value));
      continue;
    }
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    if (bytes.length > 0) parts.push(varint(number * 8 + 2), varint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

interface Cursor {
  bytes: Uint8Array;
  at: number;
}

/** As a double: exact up to 2^53, which no size or time in seconds reaches. */
function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw malformed('it ends inside a number');
    cursor.at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw malformed('a number is longer than 10 bytes');
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw malformed('it ends inside a field');
  const part = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return part;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function malformed(why: string): WherryError {
  return new WherryError('PROTOCOL', `not a protobuf message: ${why}`);
}
