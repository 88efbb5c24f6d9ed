import { WherryError } from '../core/errors.ts';
import { parseBytes, parseDuration } from '../core/units.ts';
import { toDictionary } from './forms.ts';
import type { Reading } from './reading.ts';
import { child, describe, type Mapping, type Node, type Path } from './tree.ts';

/** Reads one value of a file; undefined when it is at fault, which it has reported then. */
export type Read<T> = (node: Node, path: Path, to: Reading) => T | undefined;

/** Reports that a value is of the wrong kind. */
export function wrongType(node: Node, path: Path, to: Reading, wanted: string, hint?: string): undefined {
  if (node.kind !== 'broken') to.error('type', `must be ${wanted}, is ${describe(node)}`, node, path, hint);
}

export const text: Read<string> = (node, path, to) => {
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
  const plain = node.kind === 'scalar' && node.value !== null;
  return wrongType(node, path, to, 'a string', plain ? `write it in quotes: "${node.text}"` : undefined);
};

/** A string that has to say something. */
export const filledText: Read<string> = (node, path, to) => {
  const read = text(node, path, to);
  return read === '' ? to.error('value', 'must not be empty', node, path) : read;
};

/** A string; an empty one, as an unset variable leaves it, says nothing. */
export const textIfAny: Read<string> = (node, path, to) => text(node, path, to) || undefined;

/** A string, or a number as the text that it stands for. */
export const textOrNumber: Read<string> = (node, path, to) => {
  if (node.kind === 'scalar' && (typeof node.value === 'string' || typeof node.value === 'number'))
    return node.text;
  return wrongType(node, path, to, 'a string or a number');
};

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  y: true,
  yes: true,
  on: true,
  n: false,
  no: false,
  off: false,
};

export const boolean: Read<boolean> = (node, path, to) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  if (node.kind !== 'scalar' || typeof node.value !== 'string')
    return wrongType(node, path, to, 'true or false');
  const word = node.value.toLowerCase();
  const value = booleans[word];
  if (value === undefined) return to.error('type', `"${node.value}" is neither true nor false`, node, path);
  if (word !== 'true' && word !== 'false') {
    to.warn(
      'value',
      `"${node.value}" is a string in YAML 1.2, taken as ${value}`,
      node,
      path,
      `write ${value}`,
    );
  }
  return value;
};

export const number: Read<number> = (node, path, to) => {
  if (node.kind === 'scalar' && typeof node.value === 'number') return node.value;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return wrongType(node, path, to, 'a number');
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(node.value) ? Number(node.value) : Number.NaN;
  return Number.isFinite(value) ? value : to.error('type', `"${node.value}" is not a number`, node, path);
};

/** A whole number within bounds, both included. */
export function integer(bounds: { min?: number; max?: number } = {}): Read<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
  return (node, path, to) => {
    const value = number(node, path, to);
    if (value === undefined) return undefined;
    if (!Number.isInteger(value)) return to.error('value', `${value} is not a whole number`, node, path);
    if (value >= min && value <= max) return value;
    return to.error('value', `${value} is not within ${min} to ${max}`, node, path);
  };
}

/** Milliseconds. */
export const duration: Read<number> = (node, path, to) => {
  const read = text(node, path, to);
  const value = read === undefined ? undefined : converted(() => parseDuration(read), node, path, to);
  return value !== undefined && value < 0
    ? to.error('value', 'a duration cannot be negative', node, path)
    : value;
};

/** Bytes. */
export const bytes: Read<number> = (node, path, to) => {
  const read = textOrNumber(node, path, to);
  return read === undefined ? undefined : converted(() => parseBytes(read), node, path, to);
};

/** Bytes, or -1 for no limit. */
export const bytesOrUnlimited: Read<number> = (node, path, to) =>
  node.kind === 'scalar' && node.text === '-1' ? -1 : bytes(node, path, to);

export function oneOf<const T extends string>(...values: readonly T[]): Read<T> {
  return (node, path, to) => {
    const read = text(node, path, to);
    if (read === undefined) return undefined;
    const found = values.find((value) => value === read);
    return found ?? to.error('value', `"${read}" is none of ${values.join(', ')}`, node, path);
  };
}

export function listOf<T>(read: Read<T>): Read<T[]> {
  return (node, path, to) => {
    if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
    const items: T[] = [];
    for (const [index, item] of node.items.entries()) {
      const value = read(item, child(path, index), to);
      if (value !== undefined) items.push(value);
    }
    return items;
  };
}

/** A list in which a later item takes the place of an earlier one with the same key. */
function uniqueList<T>(read: Read<T>, keyOf: (item: T) => string): Read<T[]> {
  const list = listOf(read);
  return (node, path, to) => {
    const items = list(node, path, to);
    return items === undefined ? undefined : unique(items, keyOf);
  };
}

export function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) byKey.set(keyOf(item), item);
  return Array.from(byKey.values());
}

const itself = (item: string): string => item;

/** Strings, each once. */
export const texts: Read<string[]> = uniqueList(text, itself);

/** A string or a list of them; an empty string is none. */
export const textOrTexts: Read<string[]> = (node, path, to) => {
  if (node.kind === 'sequence') return texts(node, path, to)?.filter((item) => item !== '');
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value === '' ? [] : [node.value];
  return wrongType(node, path, to, 'a string or a list');
};

/** A mapping with any keys. */
export function mapOf<T>(read: Read<T>): Read<Record<string, T>> {
  return (node, path, to) => {
    if (node.kind !== 'mapping') return wrongType(node, path, to, 'a mapping');
    const values: Record<string, T> = {};
    for (const [name, entry] of node.entries) {
      const value = read(entry.value, child(path, name), to);
      if (value !== undefined) define(values, name, value);
    }
    return values;
  };
}

/** Sets a key that came from a file: `__proto__` is a name like any other there. */
export function define<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}

const dictionaryValue: Read<string | null> = (node, path, to) => {
  if (node.kind === 'scalar') return node.value === null ? null : node.text;
  return wrongType(node, path, to, 'a string, a number, true or false, or empty');
};

/** A mapping, or a list of `KEY=value` and `KEY`; a key without a value is null. */
export const dictionary: Read<Record<string, string | null>> = (node, path, to) => {
  if (node.kind !== 'sequence') {
    if (node.kind !== 'mapping') return wrongType(node, path, to, 'a mapping or a list');
    return mapOf(dictionaryValue)(node, path, to);
  }
  if (listOf(text)(node, path, to)?.length !== node.items.length) return undefined;
  const mapping = toDictionary(node);
  return mapping && mapOf(dictionaryValue)(mapping, path, to);
};

/** A dictionary of labels: each has a name. */
export const labels: Read<Record<string, string>> = (node, path, to) => {
  const read = filledDictionary(node, path, to);
  if (read === undefined || !Object.hasOwn(read, '')) return read;
  return to.error('value', 'a label needs a name', node, path);
};

/** A dictionary in which a key without a value is an empty string. */
export const filledDictionary: Read<Record<string, string>> = (node, path, to) => {
  const read = dictionary(node, path, to);
  if (read === undefined) return undefined;
  const filled: Record<string, string> = {};
  for (const [name, value] of Object.entries(read)) define(filled, name, value ?? '');
  return filled;
};

/** A mapping of strings and numbers. */
export const options: Read<Record<string, string>> = mapOf((node, path, to) =>
  node.kind === 'scalar' && node.value === null ? '' : textOrNumber(node, path, to),
);

/** An empty string, as an unset variable leaves it, says nothing. */
export function unlessEmpty<T>(read: Read<T>): Read<T> {
  return (node, path, to) => (node.kind === 'scalar' && node.value === '' ? undefined : read(node, path, to));
}

/** An empty value reads as nothing said. */
export function nullable<T>(read: Read<T>): Read<T> {
  return (node, path, to) => (isEmpty(node) ? undefined : read(node, path, to));
}

export function isEmpty(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function asMapping(node: Node, path: Path, to: Reading): Mapping | undefined {
  return node.kind === 'mapping' ? node : wrongType(node, path, to, 'a mapping');
}

function converted<T>(convert: () => T, node: Node, path: Path, to: Reading): T | undefined {
  try {
    return convert();
  } catch (error) {
    if (!(error instanceof WherryError)) throw error;
    return to.error('value', error.message, node, path, error.hint);
  }
}
