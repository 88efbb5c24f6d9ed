/** What a plain (unquoted) YAML scalar means; see {@link resolvePlain}. */
export interface PlainValue {
  value: string | number | boolean | null;
  text: string;
}

const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const TRUES = new Set(['true', 'True', 'TRUE']);
const FALSES = new Set(['false', 'False', 'FALSE']);
const INTEGER = /^([-+]?)(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|0|[1-9][0-9_]*)$/;
/** 64 bits in binary, with a sign, `0b` and some underscores. What is longer is no integer of any engine. */
const LONGEST_INTEGER = 80;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INFINITY = /^[-+]?\.(?:inf|Inf|INF)$/;

/**
 * Reads a plain scalar by the rules of the peer's YAML library: YAML 1.2 core, and a leading zero means octal
 * (`mode: 0440`) as in YAML 1.1. `yes`, `no`, `on` and `off` are strings.
 */
export function resolvePlain(source: string): PlainValue {
  if (NULLS.has(source)) return { value: null, text: '' };
  if (TRUES.has(source)) return { value: true, text: 'true' };
  if (FALSES.has(source)) return { value: false, text: 'false' };
  const first = source.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  const special = numeric ? (resolveNumber(source) ?? resolveTime(source)) : undefined;
  return special ?? { value: source, text: source };
}

function resolveNumber(source: string): PlainValue | undefined {
  const integer = INTEGER.exec(source);
  if (integer !== null && source.length <= LONGEST_INTEGER) {
    const digits = (integer[2] ?? '').replaceAll('_', '').replace(/^0(?=[0-7])/, '0o');
    const magnitude = BigInt(digits);
    const value = integer[1] === '-' ? -magnitude : magnitude;
    if (integer[1] === '-' && magnitude === 0n) return { value: -0, text: '-0' };
    // As wide as Go's signed and unsigned integers.
    if (value === BigInt.asIntN(64, value) || value === BigInt.asUintN(64, value))
      return { value: Number(value), text: value.toString() };
  }
  if (FLOAT.test(source)) {
    const value = Number(source);
    return Number.isFinite(value) ? { value, text: formatFloat(value) } : undefined;
  }
  if (INFINITY.test(source)) {
    const negative = source.startsWith('-');
    return { value: negative ? -Infinity : Infinity, text: negative ? '-Inf' : '+Inf' };
  }
  if (/^\.(?:nan|NaN|NAN)$/.test(source)) return { value: Number.NaN, text: 'NaN' };
  return undefined;
}

/** A float as Go's `%v` writes it (an exponent from a million on), as the peer puts it into environments and labels. */
export function formatFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return value.toString();
  return `${digits}e${power < 0 ? '-' : '+'}${Math.abs(power).toString().padStart(2, '0')}`;
}

const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?))?$/;

/** A date is a time to the peer's library, and its text is what Go prints of it. */
function resolveTime(source: string): PlainValue | undefined {
  const match = TIME.exec(source);
  if (match === null) return undefined;
  const [, year = '', month = '', day = ''] = match;
  const [hour = '0', minute = '0', second = '0'] =
    match[4] === undefined ? match.slice(9, 12) : match.slice(4, 7);
  const fields = [month, day, hour, minute, second].map(Number);
  const [m = 0, d = 0, h = 0, min = 0, s = 0] = fields;
  const date = new Date(Date.UTC(Number(year), m - 1, d));
  if (date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d || h > 23 || min > 59 || s > 59)
    return undefined;
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = (match[7] ?? match[12] ?? '').replace(/\.?0+$/, '');
  const zone = match[8] === undefined || match[8] === 'Z' ? '+0000 UTC' : offset(match[8]);
  const text = `${year}-${two(m)}-${two(d)} ${two(h)}:${two(min)}:${two(s)}${fraction} ${zone}`;
  return { value: source, text };
}

function offset(zone: string): string {
  const digits = zone.replace(':', '');
  return digits === '+0000' || digits === '-0000' ? '+0000 UTC' : `${digits} ${digits}`;
}
