import { t } from '../text.ts';
import { templateFault } from './lex-template.ts';

/** What fields of a row hold. */
export type Value =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Value[]
  | { readonly [field: string]: Value }
  | ((...operands: readonly Value[]) => Value);

export type TemplateFunction = (...operands: readonly Value[]) => Value;

/** Functions of Go's text/template and of the docker CLI. */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  json: (value) => goJson(value),
  split: (text, separator) => textOf(text).split(textOf(separator)),
  join: (list, separator) => listOf(list).map(printed).join(textOf(separator)),
  title: (text) => textOf(text).replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
  lower: (text) => textOf(text).toLowerCase(),
  upper: (text) => textOf(text).toUpperCase(),
  pad: (text, before, after) =>
    textOf(text) === '' ? '' : ' '.repeat(numberOf(before)) + textOf(text) + ' '.repeat(numberOf(after)),
  truncate: (text, length) => textOf(text).slice(0, numberOf(length)),
  len: (value) => (typeof value === 'string' ? value.length : listOf(value).length),
  index: (value, ...keys) => keys.reduce((inner: Value, key) => memberOf(inner, key), value),
  print: (...values) => values.map(printed).join(''),
  println: (...values) => `${values.map(printed).join(' ')}\n`,
  printf: (form, ...values) => formatted(textOf(form), values),
  eq: (first, ...others) => others.some((other) => other === first),
  ne: (first, second) => first !== second,
  lt: (first, second) => compared(first, second) < 0,
  le: (first, second) => compared(first, second) <= 0,
  gt: (first, second) => compared(first, second) > 0,
  ge: (first, second) => compared(first, second) >= 0,
  and: (...values) => firstOf(values, (value) => !isTrue(value)),
  or: (...values) => firstOf(values, isTrue),
  not: (value) => !isTrue(value),
};

/** As Go prints a value in a template. */
export function printed(value: Value): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (typeof value === 'function') throw templateFault(t('format.operandMissing'));
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const fields = Object.values(value as { readonly [field: string]: Value });
  return `{${fields.map(printed).join(' ')}}`;
}

/** Whether Go takes a value for true: not empty, not zero. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return Boolean(value);
}

/** The members of a list or a map. */
export function listOf(value: Value): readonly Value[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value;
  if (typeof value === 'object') return Object.values(value as { readonly [field: string]: Value });
  throw templateFault(t('format.noList', { value: printed(value) }));
}

/** The first that `test` is for, else the last. */
function firstOf(values: readonly Value[], test: (value: Value) => boolean): Value {
  const index = values.findIndex(test);
  return values.at(index);
}

/** As docker's `json` prints it: what takes operands is left out. */
function goJson(value: Value): string {
  return JSON.stringify(value ?? null);
}

function memberOf(value: Value, key: Value): Value {
  if (typeof value === 'object' && value !== null) {
    const found = Reflect.get(value, typeof key === 'number' ? key : textOf(key)) as Value;
    if (found !== undefined || !Array.isArray(value)) return found ?? '';
  }
  throw templateFault(t('format.noIndex', { key: printed(key) }));
}

function formatted(form: string, values: readonly Value[]): string {
  let next = 0;
  return form.replaceAll(/%(-?\d*)([sdvqt%])|%(.?)/g, (_, width: string | undefined, verb: string, other) => {
    if (verb === '%') return '%';
    if (verb === undefined) throw templateFault(t('format.unknown', { text: `%${String(other)}` }));
    const value = values[next];
    next += 1;
    const text = verb === 'q' ? JSON.stringify(textOf(value)) : printed(value);
    const cells = Math.abs(Number(width));
    return width?.startsWith('-') ? text.padEnd(cells) : text.padStart(cells);
  });
}

function compared(first: Value, second: Value): number {
  const comparable =
    typeof first === typeof second && (typeof first === 'number' || typeof first === 'string');
  if (!comparable) throw templateFault(t('format.incomparable', { a: printed(first), b: printed(second) }));
  if (first === second) return 0;
  return (first as string) < (second as string) ? -1 : 1;
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw templateFault(t('format.noText', { value: printed(value) }));
}

function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  throw templateFault(t('format.noNumber', { value: printed(value) }));
}
