import { WherryError } from '../../core/errors.ts';

/** `value` as the JSON object that a client counts on; `PROTOCOL` when it is none, or has no value for one of `fields`. */
export function asRecord<T>(value: unknown, fields: readonly (keyof T & string)[] = []): T {
  const record: Partial<Record<string, unknown>> | null = isRecord(value) ? value : null;
  const missing = record === null ? [] : fields.filter((field) => (record[field] ?? null) === null);
  if (record === null || missing.length > 0)
    throw misshapen(value, missing.length > 0 ? `has no ${missing.join(', ')}` : 'is no object');
  return record as T;
}

/** `value` as a list of JSON objects; `null` is an empty one, as Go's encoder writes it. `PROTOCOL` for all else. */
export function asRecords<T>(value: unknown): readonly T[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw misshapen(value, 'is no list');
  return value.map((one) => asRecord<T>(one));
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function misshapen(value: unknown, fault: string): WherryError {
  const shown = JSON.stringify(value)?.slice(0, 200);
  return new WherryError('PROTOCOL', `the answer is not what the Engine API promises: ${shown} ${fault}`, {
    hint: 'check that the address is that of an engine with the Docker Engine API',
  });
}
