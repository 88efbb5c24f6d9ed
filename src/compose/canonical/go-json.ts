import type { Field, StructShape } from './shape.ts';
import type { CanonicalMap, CanonicalStruct, CanonicalValue } from './value.ts';
import { isZero, sortedEntries } from './zero.ts';

/** A value as Go's encoding/json writes it, without white space: the config hash is made of these bytes. */
export function goJson(value: CanonicalValue): string {
  return write(value, undefined);
}

/** As {@link goJson}, with each member on a line of its own, two spaces in. */
export function goJsonIndented(value: CanonicalValue): string {
  return write(value, '\n');
}

/** `line` is the break before a member's parent, with its indentation; undefined: no white space. */
function write(value: CanonicalValue, line: string | undefined): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = line === undefined ? undefined : `${line}  `;
  if (!('kind' in value))
    return enclosed(
      '[]',
      value.map((item) => write(item, inner)),
      line,
    );
  const members = value.kind === 'map' ? mapMembers(value, inner) : structMembers(value, inner);
  const colon = line === undefined ? ':' : ': ';
  return enclosed(
    '{}',
    members.map(([key, member]) => `${quote(key)}${colon}${member}`),
    line,
  );
}

function enclosed(brackets: '[]' | '{}', parts: readonly string[], line: string | undefined): string {
  const [open = '', close = ''] = brackets;
  if (parts.length === 0 || line === undefined) return `${open}${parts.join(',')}${close}`;
  return `${open}${line}  ${parts.join(`,${line}  `)}${line}${close}`;
}

function mapMembers(map: CanonicalMap, line: string | undefined): [string, string][] {
  return sortedEntries(map.entries).map(([key, value]) => [key, write(value, line)]);
}

function structMembers({ shape, values }: CanonicalStruct, line: string | undefined): [string, string][] {
  const members: [string, string][] = [];
  for (const field of shape.fields) {
    const value = written(field, values.get(field.key));
    if (value !== undefined) members.push([field.json ?? field.key, write(value, line)]);
  }
  return members;
}

/** What is written of a field; undefined: nothing. */
function written({ type, presence }: Field, value: CanonicalValue | undefined): CanonicalValue | undefined {
  switch (presence) {
    case 'said':
      return value;
    case 'denied':
      return value === true ? undefined : false;
    case 'always':
      return value === undefined ? zeroOf(type) : value;
    case 'filled':
      if (isStructShape(type)) return value ?? emptyStruct(type);
      return value === undefined || isZero(value, type) ? undefined : value;
  }
}

function zeroOf(type: Field['type']): CanonicalValue {
  switch (type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'integer':
      return 0;
    case 'bytes':
      return '0';
    default:
      return typeof type === 'object' && 'mapOf' in type ? { kind: 'map', entries: new Map() } : null;
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
