import type * as Yaml from 'yaml';
import type { Field } from './shape.ts';
import { ulimitShape } from './shapes-service.ts';
import type { CanonicalStruct, CanonicalValue } from './value.ts';
import { isZero, sortedEntries } from './zero.ts';

/** A value as YAML with the peer's keys in the peer's order; `x-` keys are there too. */
export function goYaml(value: CanonicalValue, yaml: typeof Yaml): string {
  return yaml.stringify(plain(value), { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
}

/** Maps and lists, which the YAML library writes in their order. */
function plain(value: CanonicalValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!('kind' in value)) return value.map(plain);
  if (value.kind === 'map') {
    return new Map(sortedEntries(value.entries).map(([key, member]) => [key, plain(member)]));
  }
  return structEntries(value);
}

function structEntries(struct: CanonicalStruct): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const field of struct.shape.fields) {
    const value = written(struct, field);
    if (value !== undefined) entries.set(field.key, plain(value));
  }
  for (const [key, value] of sortedEntries(struct.extensions)) entries.set(key, plain(value));
  return entries;
}

/** Unlike JSON, YAML leaves out structs without content and commands that were not said. */
function written(
  { shape, values }: CanonicalStruct,
  { key, type, presence }: Field,
): CanonicalValue | undefined {
  const value = values.get(key);
  if (shape === ulimitShape) return value ?? 0;
  if (presence === 'said') return value;
  if (presence === 'denied') return value === true ? undefined : false;
  if (type === 'command') return value;
  if (presence === 'always') return value ?? (type === 'boolean' ? false : type === 'integer' ? 0 : '');
  return value === undefined || isZero(value, type) || isEmptyStruct(value) ? undefined : value;
}

function isEmptyStruct(value: CanonicalValue): boolean {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'struct')
    return false;
  return structEntries(value).size === 0;
}
