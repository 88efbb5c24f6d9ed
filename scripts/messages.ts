// Writes src/i18n/messages.en.ts from locales/en.yaml: `node scripts/messages.ts`. With --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { placeholders } from '../src/i18n/format.ts';

const source = new URL('../locales/en.yaml', import.meta.url);
const target = new URL('../src/i18n/messages.en.ts', import.meta.url);

function flatten(node: unknown, path: string): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node !== 'object' || node === null) throw new Error(`locales/en.yaml: ${path} is not a text`);
  return Object.entries(node).flatMap(([key, value]) => flatten(value, path === '' ? key : `${path}.${key}`));
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

function valuesType(pattern: string): string {
  const fields = [...placeholders(pattern)].map(
    ([name, kind]) => `${name}: ${kind === 'number' ? 'number' : 'string | number'}`,
  );
  return fields.length === 0 ? 'Record<never, never>' : `{ ${fields.join('; ')} }`;
}

/** The text of src/i18n/messages.en.ts for the text of locales/en.yaml. */
export function messagesModule(yaml: string): string {
  const entries = flatten(parse(yaml), '');
  return [
    '// Generated from locales/en.yaml by scripts/messages.ts. Change the YAML, then run `node scripts/messages.ts`.',
    '// biome-ignore-all format: generated',
    '',
    '/** Every message by its key, with the values that its placeholders take. */',
    'export interface Messages {',
    ...entries.map(([key, text]) => `  ${quote(key)}: ${valuesType(text)};`),
    '}',
    '',
    '/** English, the language that all others are translated from. */',
    'export const en: { readonly [K in keyof Messages]: string } = {',
    ...entries.map(([key, text]) => `  ${quote(key)}: ${quote(text)},`),
    '};',
    '',
  ].join('\n');
}

if (import.meta.main) {
  const text = messagesModule(readFileSync(source, 'utf8'));
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error('src/i18n/messages.en.ts is not what locales/en.yaml says: run `node scripts/messages.ts`');
    process.exitCode = 1;
  }
}
