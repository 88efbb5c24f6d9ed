import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { composeSupport } from '../../src/compose/support.ts';

// The schema of https://github.com/compose-spec/compose-spec (Apache License 2.0), as it is there.
const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'compose-spec.json'), 'utf8')) as Schema;

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

/** Every key of the schema by its path, as `services.*.build.args`. */
function* keysOf(node: Schema, path: string): Generator<string> {
  const name = node.$ref?.split('/').pop();
  if (name !== undefined) yield* keysOf(schema.$defs?.[name] ?? {}, path);
  const below = (step: string): string => (path === '' ? step : `${path}.${step}`);
  for (const same of [...(node.oneOf ?? []), ...(node.anyOf ?? []), ...(node.allOf ?? [])])
    yield* keysOf(same, path);
  for (const [key, value] of Object.entries(node.properties ?? {})) {
    yield below(key);
    yield* keysOf(value, below(key));
  }
  for (const [pattern, value] of Object.entries(node.patternProperties ?? {}))
    if (pattern !== '^x-') yield* keysOf(value, below('*'));
  if (typeof node.additionalProperties === 'object') yield* keysOf(node.additionalProperties, below('*'));
  if (node.items !== undefined) yield* keysOf(node.items, below('[]'));
}

test('every key of the specification has a verdict, and no other key has', () => {
  const verdicts = composeSupport();
  /** What is below a key that is not supported shares its verdict; in jobs, keys are as in services. */
  const isDecided = (key: string): boolean => {
    const asService = key.replace(/^jobs\.\*(?=\.[^.]+\.)(?!\.triggers)/, 'services.*');
    const steps = asService.split('.');
    const above = steps.map((_step, index) => steps.slice(0, index).join('.'));
    return (
      verdicts.has(asService) ||
      above.some((path) => (verdicts.get(path)?.verdict ?? 'supported') !== 'supported')
    );
  };
  const keys = new Set(keysOf(schema, ''));
  expect(keys.size).toBeGreaterThan(700);
  expect(Array.from(keys).filter((key) => !isDecided(key))).toEqual([]);
  expect(Array.from(verdicts.keys()).filter((key) => !keys.has(key))).toEqual([]);
});
