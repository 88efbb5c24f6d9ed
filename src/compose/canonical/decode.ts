import { isWherryError } from '../../core/errors.ts';
import { parseBytes, parseDuration } from '../../core/units.ts';
import { toDictionary, toSequence } from '../forms.ts';
import { splitShellWords } from '../shell-words.ts';
import { isNull, type Mapping, type Node, textOf, valueAt } from '../tree.ts';
import { goDuration } from './go-duration.ts';
import type { FieldType, ScalarType, StructShape } from './shape.ts';
import { ulimitShape } from './shapes-service.ts';
import { type CanonicalStruct, type CanonicalValue, canonicalMap, lazyStruct } from './value.ts';

/** A mapping as the struct it stands for. Keys that the shape does not know and values that cannot be read are left out. */
export function decodeStruct(node: Node, shape: StructShape): CanonicalStruct {
  return lazyStruct(shape, () => {
    const values = new Map<string, CanonicalValue>();
    const extensions = new Map<string, CanonicalValue>();
    for (const [key, entry] of node.kind === 'mapping' ? node.entries : []) {
      const field = shape.byKey.get(key);
      const value = field && decodeValue(entry.value, field.type);
      if (value !== undefined) values.set(key, value);
      else if (shape.extensible && key.startsWith('x-') && key !== hiddenValue)
        extensions.set(key, decodePlain(entry.value));
    }
    return { values, extensions };
  });
}

/** Where the value of a variable is kept that only the env file of an included file sets. */
export const hiddenValue = 'x-#value';

/** Any value, as YAML has it. */
export function decodePlain(node: Node): CanonicalValue {
  switch (node.kind) {
    case 'scalar': {
      const { value, text } = node;
      const large = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(text);
      return large ? BigInt(text) : value;
    }
    case 'sequence':
      return node.items.map(decodePlain);
    case 'mapping':
      return canonicalMap(Array.from(node.entries, ([key, { value }]) => [key, decodePlain(value)] as const));
    case 'broken':
      return null;
  }
}

function decodeValue(node: Node, type: FieldType): CanonicalValue | undefined {
  if (node.kind === 'broken' || isNull(node)) return undefined;
  if (typeof type === 'string') return decodeScalar[type](node);
  if ('listOf' in type) {
    return node.kind === 'sequence' ? node.items.map((item) => decodeStruct(item, type.listOf)) : undefined;
  }
  if (!('mapOf' in type)) return node.kind === 'mapping' ? decodeStruct(node, type) : undefined;
  if (node.kind !== 'mapping') return undefined;
  const entries: [string, CanonicalValue][] = [];
  for (const [name, { value }] of node.entries) {
    if (type.mapOf === 'ulimit') entries.push([name, ulimit(value) ?? null]);
    else entries.push([name, type.nullable && isNull(value) ? null : decodeStruct(value, type.mapOf)]);
  }
  return canonicalMap(entries);
}

type Decode = (node: Node) => CanonicalValue | undefined;

const string: Decode = (node) => textOf(node);

const integer: Decode = (node) => {
  const text = textOf(node);
  if (text === undefined || !/^[-+]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
};

const microseconds: Decode = (node) => {
  return integer(node) ?? parsed(() => Math.round(parseDuration(textOf(node) ?? '') * 1000));
};

const words: Readonly<Record<string, boolean>> = {
  true: true,
  y: true,
  yes: true,
  on: true,
  false: false,
  n: false,
  no: false,
  off: false,
};

const boolean: Decode = (node) => {
  const word = textOf(node)?.toLowerCase() ?? '';
  return Object.hasOwn(words, word) ? words[word] : undefined;
};

/** The number whose decimal form is the shortest of those that 32 bits tell apart. */
const float: Decode = (node) => {
  const text = textOf(node);
  const value = text === undefined || text.trim() === '' ? Number.NaN : Math.fround(Number(text));
  if (!Number.isFinite(value)) return undefined;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
};

const bytes: Decode = (node) => {
  const text = textOf(node);
  if (text === undefined) return undefined;
  if (/^[-+]?\d+$/.test(text)) return BigInt(text).toString();
  if (node.kind === 'scalar' && typeof node.value === 'number') return '0';
  return parsed(() => String(parseBytes(text)));
};

/** Undefined where `parse` refuses the text. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isWherryError(error)) return undefined;
    throw error;
  }
}

const strings: Decode = (node) =>
  (node.kind === 'sequence' ? node.items : [node]).map((item) => textOf(item) ?? '');

const command: Decode = (node) => {
  if (node.kind === 'sequence') return strings(node);
  const text = textOf(node);
  return text === undefined ? undefined : splitShellWords(text)?.words;
};

const variables: Decode = (node) => {
  const mapping = toDictionary(node);
  return mapping && canonicalMap(texts(mapping, null));
};

const mapping: Decode = (node) => {
  const read = toDictionary(node);
  return read && canonicalMap(texts(read, ''));
};

function texts(node: Mapping, none: '' | null): [string, string | null][] {
  return Array.from(node.entries, ([name, { value }]) => [name, textOf(value) ?? none]);
}

const multi: Decode = (node) => {
  if (node.kind !== 'mapping') return undefined;
  return canonicalMap(
    Array.from(node.entries, ([name, { value }]) => [name, strings(value) ?? ['']] as const),
  );
};

const hosts: Decode = (node) => {
  const lines: string[] = [];
  for (const item of toSequence(node).items) {
    const line = textOf(item) ?? '';
    const cut = line.indexOf(line.includes('=') ? '=' : ':');
    const addresses = cut === -1 ? [''] : line.slice(cut + 1).split(',');
    const host = cut === -1 ? line : line.slice(0, cut);
    for (const address of addresses) lines.push(`${host}=${address.replace(/^\[(.+)\]$/, '$1')}`);
  }
  return lines.sort();
};

const mode: Decode = (node) => {
  const text = textOf(node);
  if (node.kind !== 'scalar' || text === undefined) return undefined;
  const bits = typeof node.value === 'number' ? node.value : Number.parseInt(text.replace(/^0o/, ''), 8);
  return Number.isInteger(bits) ? `0${bits.toString(8)}` : undefined;
};

const count: Decode = (node) => (textOf(node)?.toLowerCase() === 'all' ? -1 : integer(node));

const test: Decode = (node) => (node.kind === 'sequence' ? strings(node) : ['CMD-SHELL', textOf(node) ?? '']);

const ulimit: Decode = (node) => {
  if (node.kind === 'mapping') return decodeStruct(node, ulimitShape);
  const both = integer(node);
  // To the peer, 0 for both is nothing said.
  return both === 0 ? decodeStruct(node, ulimitShape) : both;
};

/** Lines of `id` and `id: path`, as the peer writes them. */
const ssh: Decode = (node) => {
  if (node.kind !== 'mapping') return undefined;
  const ids = Array.from(node.entries.keys()).sort();
  return ids.map((id) => {
    const path = textOf(valueAt(node, id));
    return path === undefined || path === '' ? id : `${id}: ${path}`;
  });
};

const duration: Decode = (node) => goDuration(textOf(node) ?? '');

const decodeScalar: Readonly<Record<ScalarType, Decode>> = {
  string,
  boolean,
  integer,
  microseconds,
  float,
  bytes,
  duration,
  strings,
  command,
  mapping,
  variables,
  multi,
  hosts,
  mode,
  count,
  test,
  ulimit,
  ssh,
};
