import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { messagesModule } from '../../scripts/messages.ts';
import { placeholders } from './format.ts';
import { en, type Messages } from './messages.en.ts';

const here = dirname(fileURLToPath(import.meta.url));
const keys = Object.keys(en) as (keyof Messages)[];

/** Keys that are made from a value of ours: `t(`error.${code}.why`)`. */
const composed =
  /^(act\..+|all\.outcome\..+|dryRun\..+|error\.[A-Z_]+\.(why|fix)|help\.(exitCode|group)\..+|ls\.status\..+|plan\.reason\..+|progress\.(doing|done|modelIs)\..+|pull\.why\..+|service\..+|up\.(change|state|status)\..+)$/;

describe('the catalogue', () => {
  it('is what locales/en.yaml says', () => {
    const yaml = readFileSync(join(here, '../../locales/en.yaml'), 'utf8');
    expect(readFileSync(join(here, 'messages.en.ts'), 'utf8')).toBe(messagesModule(yaml));
  });

  it('has no message that nobody uses', () => {
    const source = readdirSync(join(here, '../cli'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(here, '../cli', path), 'utf8'))
      .join('\n');
    const unused = keys.filter((key) => !composed.test(key) && !source.includes(`'${key}'`));
    expect(unused).toEqual([]);
  });

  it('has well-formed messages: braces in pairs, placeholders with plain names, an other form for every plural', () => {
    for (const key of keys) {
      const text = en[key];
      expect([...text.matchAll(/\{/g)].length, key).toBe([...text.matchAll(/\}/g)].length);
      for (const name of placeholders(text).keys()) expect(name, key).toMatch(/^[a-zA-Z]+$/);
      if (text.includes(', plural,')) expect(text, key).toContain('other {');
    }
  });
});
