import type * as Yaml from 'yaml';
import { resolvePlain } from '../scalars.ts';
import { foldLines } from './fold-lines.ts';
import { naturalOrder } from './natural-order.ts';
import type { Field } from './shape.ts';
import { ulimitShape } from './shapes-service.ts';
import type { CanonicalStruct, CanonicalValue } from './value.ts';
import { isZero } from './zero.ts';

/** A value as YAML in the peer's order and quoting; `x-` keys are there too. */
export function goYaml(value: CanonicalValue, yaml: typeof Yaml): string {
  const document = new yaml.Document(plain(value), { aliasDuplicateObjects: false });
  yaml.visit(document, {
    Scalar: (_key, scalar) => {
      if (typeof scalar.value === 'string') scalar.type = quoting(scalar.value, yaml);
    },
  });
  const text = document.toString({
    lineWidth: 0,
    singleQuote: true,
    doubleQuotedMinMultiLineLength: Number.POSITIVE_INFINITY,
  });
  return foldLines(text.replaceAll(unprintable, escaped));
}

/** What the peer takes for unprintable: text with such a character is in double quotes, and the character is escaped. */
const unprintable = /[[\p{Cc}\ufeff\u{10000}-\u{10ffff}]--[\t\n\u0085]]/gv;

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

/** Text that reads as something else is quoted; what YAML 1.1 took for something else too, with single quotes. */
function quoting(text: string, yaml: typeof Yaml): Yaml.Scalar.Type {
  if (text.search(unprintable) >= 0 || / \n|^\n$|\n.* $/s.test(text)) return yaml.Scalar.QUOTE_DOUBLE;
  if (text.includes('\t') && !text.includes('\n')) return yaml.Scalar.QUOTE_DOUBLE;
  if (text === '<<' || text.startsWith("'")) return yaml.Scalar.QUOTE_SINGLE;
  if (text.includes('\n')) return yaml.Scalar.BLOCK_LITERAL;
  if (/^(y|yes|on|n|no|off)$/i.test(text) || BASE_60.test(text)) return yaml.Scalar.QUOTE_SINGLE;
  const { value, text: read } = resolvePlain(text);
  return typeof value === 'string' && read === text ? yaml.Scalar.PLAIN : yaml.Scalar.QUOTE_DOUBLE;
}

/** What YAML 1.1 took for a number: `1:30`. */
const BASE_60 = /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.\d*)?$/;

/** Maps and lists, which the YAML library writes in their order. */
function plain(value: CanonicalValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!('kind' in value)) return value.map(plain);
  if (value.kind === 'map') {
    return new Map(naturalEntries(value.entries).map(([key, member]) => [key, plain(member)]));
  }
  return structEntries(value);
}

function naturalEntries<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => naturalOrder(a, b));
}

function structEntries(struct: CanonicalStruct): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const field of struct.shape.fields) {
    const value = written(struct, field);
    if (value !== undefined) entries.set(field.key, plain(value));
  }
  for (const [key, value] of naturalEntries(struct.extensions)) entries.set(key, plain(value));
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
