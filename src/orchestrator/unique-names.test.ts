import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizeProjectName } from '../compose/index.ts';
import { type Nameable, uniqueNames } from './unique-names.ts';

/** `a/web`, `a/web:dev` for a variant, `a/web=shop` for a file with a name. */
function nameable(text: string): Nameable {
  const [, path = '', variant = '', named] = /^([^:=]*)(?::([^=]*))?(?:=(.*))?$/.exec(text) ?? [];
  const folders = path.split('/');
  return {
    folders,
    natural: named ?? folders.at(-1) ?? '',
    isNamed: named !== undefined,
    isMain: variant === '',
    variant,
  };
}
const names = (...texts: string[]): string[] => uniqueNames(texts.map(nameable));

test('the natural name where it can be', () => {
  expect(names('a/web', 'a/db', 'root')).toEqual(['web', 'db', 'root']);
  expect(names('a/web=shop', 'b/web')).toEqual(['shop', 'web']);
});

test('further files of one folder have their variant behind it', () => {
  expect(names('web', 'web:dev', 'web:prod')).toEqual(['web', 'web-dev', 'web-prod']);
  expect(names('web=shop', 'web:prod=shop', 'web:own=other')).toEqual(['shop', 'shop-prod', 'other']);
});

test('one name in several folders: the folders above before it, as many as are needed, for all', () => {
  expect(names('a/web', 'b/web')).toEqual(['a-web', 'b-web']);
  expect(names('x/a/web', 'y/a/web', 'db')).toEqual(['x-a-web', 'y-a-web', 'db']);
  expect(names('web', 'b/web')).toEqual(['web', 'b-web']);
  expect(names('a/web', 'a/web:dev', 'b/web', 'b/web:dev')).toEqual([
    'a-web',
    'a-web-dev',
    'b-web',
    'b-web-dev',
  ]);
});

test('a number when nothing else is left; who is alone with a name keeps it', () => {
  expect(names('a/web', 'b/web', 'x/a-web')).toEqual(['a-web-2', 'b-web', 'a-web']);
  expect(names('web:dev', 'web:dev')).toEqual(['web-dev-dev', 'web-dev-dev-2']);
});

const word = fc.constantFrom('web', 'db', 'a', 'a-web', 'x');
const project = fc.record({
  folders: fc.array(word, { minLength: 1, maxLength: 3 }),
  natural: word,
  isNamed: fc.boolean(),
  isMain: fc.boolean(),
  variant: fc.constantFrom('', 'dev', 'web'),
});

test('no two have one name, and each is valid, for any projects', () => {
  fc.assert(
    fc.property(fc.array(project, { maxLength: 12 }), (projects) => {
      const found = uniqueNames(projects);
      expect(new Set(found).size).toBe(projects.length);
      for (const name of found) expect(name).toBe(normalizeProjectName(name));
    }),
  );
});
