import type { Field, StructShape } from './shape.ts';
import type { CanonicalMap, CanonicalStruct, CanonicalValue } from './value.ts';
import { isZero, sortedEntries } from './zero.ts';

/** A value as Go's encoding/json writes it, without white space: the config hash is made of these bytes. */
export function goJson(value: CanonicalValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return quote(value);
  if (!('kind' in value)) return `[${value.map(goJson).join(',')}]`;
  const members = value.kind === 'map' ? mapMembers(value) : structMembers(value);
  return `{${members.map(([key, member]) => `${quote(key)}:${member}`).join(',')}}`;
}

function mapMembers(map: CanonicalMap): [string, string][] {
  return sortedEntries(map.entries).map(([key, value]) => [key, goJson(value)]);
}

function structMembers({ shape, values }: CanonicalStruct): [string, string][] {
  return shape.fields.flatMap((field): [string, string][] => {
    const member = fieldJson(field, values.get(field.key));
    return member === undefined ? [] : [[field.json ?? field.key, member]];
  });
}

function fieldJson({ type, presence }: Field, value: CanonicalValue | undefined): string | undefined {
  switch (presence) {
    case 'said':
      return value === undefined ? undefined : goJson(value);
    case 'denied':
      return value === true ? undefined : 'false';
    case 'always':
      return value === undefined ? zeroJson(type) : goJson(value);
    case 'filled':
      if (isStructShape(type)) return goJson(value ?? emptyStruct(type));
      return value === undefined || isZero(value, type) ? undefined : goJson(value);
  }
}

function zeroJson(type: Field['type']): string {
  switch (type) {
    case 'string':
      return '""';
    case 'boolean':
      return 'false';
    case 'integer':
      return '0';
    case 'bytes':
      return '"0"';
    default:
      return typeof type === 'object' && 'mapOf' in type ? '{}' : 'null';
  }
}

function isStructShape(type: Field['type']): type is StructShape {
  return typeof type === 'object' && 'fields' in type;
}

function emptyStruct(shape: StructShape): CanonicalStruct {
  return { kind: 'struct', shape, values: new Map(), extensions: new Map() };
}

const special = /[<>&\u2028\u2029]/g;

/** Go writes these characters as escapes, for JSON that stands in HTML. */
function quote(text: string): string {
  const json = JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
  return json.replace(special, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
