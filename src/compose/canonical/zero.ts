import type { FieldType } from './shape.ts';
import type { CanonicalValue } from './value.ts';

/** Whether a value is what Go's encoders leave out with `omitempty`. */
export function isZero(value: CanonicalValue, type?: FieldType): boolean {
  if (value === null || value === false || value === '') return true;
  if (type === 'bytes') return value === '0';
  if (type === 'duration') return value === '0s';
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) === 0;
  if (typeof value !== 'object') return false;
  if (!('kind' in value)) return value.length === 0;
  return value.kind === 'map' && value.entries.size === 0;
}

/** The entries of a map as encoders write them: sorted by name. */
export function sortedEntries<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
