/** The longest stamp that engines write: `2026-01-02T03:04:05.123456789+01:00`. */
export const LONGEST_STAMP = 35;

/** A point in time with more precision than a Date holds. */
export interface Stamp {
  /** Milliseconds since the epoch, whole seconds only. */
  seconds: number;
  /** The part of the second, 0 to 999 999 999. */
  nanos: number;
}

const ZERO = 0x30;
const DASH = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const DOT = 0x2e;
const T = 0x54;
const Z = 0x5a;

/** The RFC 3339 time that is exactly `bytes[start..end)`, or null when it is not one. */
export function parseStamp(bytes: Uint8Array, start: number, end: number): Stamp | null {
  if (end - start < 20 || end - start > LONGEST_STAMP) return null;
  if (
    bytes[start + 4] !== DASH ||
    bytes[start + 7] !== DASH ||
    bytes[start + 10] !== T ||
    bytes[start + 13] !== COLON ||
    bytes[start + 16] !== COLON
  ) {
    return null;
  }
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  const hour = digits(bytes, start + 11, 2);
  const minute = digits(bytes, start + 14, 2);
  const second = digits(bytes, start + 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  // 60: a leap second.
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return null;
  let at = start + 19;
  let nanos = 0;
  if (bytes[at] === DOT) {
    const fractionStart = at + 1;
    at = fractionStart;
    while (at < end && isDigit(bytes[at])) at += 1;
    const places = at - fractionStart;
    if (places < 1 || places > 9) return null;
    nanos = digits(bytes, fractionStart, places);
    for (let place = places; place < 9; place += 1) nanos *= 10;
  }
  const offset = zoneOffset(bytes, at, end);
  if (offset === null) return null;
  return { seconds: Date.UTC(year, month - 1, day, hour, minute, second) - offset, nanos };
}

/** Whether `byte` can be part of a stamp. */
export function isStampByte(byte: number | undefined): boolean {
  // Digits, `-`, `.`, `:`, `+`, `T` and `Z`.
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x3a) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    byte === 0x54 ||
    byte === 0x5a
  );
}

/** The distance from UTC in milliseconds. */
function zoneOffset(bytes: Uint8Array, at: number, end: number): number | null {
  const sign = bytes[at];
  if (sign === Z) return at + 1 === end ? 0 : null;
  if ((sign !== PLUS && sign !== DASH) || at + 6 !== end || bytes[at + 3] !== COLON) return null;
  const hours = digits(bytes, at + 1, 2);
  const minutes = digits(bytes, at + 4, 2);
  if (hours < 0 || minutes < 0) return null;
  const distance = (hours * 60 + minutes) * 60_000;
  return sign === PLUS ? distance : -distance;
}

/** The decimal number of `count` digits at `at`, or -1. */
function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index += 1) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
