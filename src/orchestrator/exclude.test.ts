import { expect, test } from 'vitest';
import { excluder } from './exclude.ts';

test.each([
  ['*.test.yml', 'a/docker-compose.test.yml', true],
  ['*.test.yml', 'a/docker-compose.yml', false],
  ['legacy', 'a/legacy', true],
  ['legacy', 'a/legacy/compose.yml', false],
  ['a/legacy', 'a/legacy', true],
  ['a/legacy/', 'a/legacy', true],
  ['./a/legacy', 'a/legacy', true],
  ['/a/legacy', 'a/legacy', true],
  ['a/legacy', 'b/a/legacy', false],
  ['**/legacy/**', 'x/legacy/y', true],
  ['**/legacy/**', 'legacy/y/z', true],
  ['**/legacy/**', 'x/legacyish/y', false],
  ['a/*/c', 'a/b/c', true],
  ['a/*/c', 'a/b/b/c', false],
  ['a/**/c', 'a/c', true],
  ['a/**/c', 'a/b/b/c', true],
  ['compose.{dev,test}.y?ml', 'x/compose.dev.yaml', true],
  ['compose.{dev,test}.y?ml', 'x/compose.prod.yaml', false],
  ['[ab]*', 'x/beta', true],
  ['[!ab]*', 'x/beta', false],
  ['a.b', 'axb', false],
  ['(x)+', '(x)+', true],
])('%s and %s: %s', (glob, path, matches) => {
  expect(excluder([glob])(path)).toBe(matches);
});

test('no glob excludes nothing, one of several is enough', () => {
  expect(excluder([])('anything')).toBe(false);
  expect(excluder(['x', 'y'])('a/y')).toBe(true);
});

test('what is no glob is said', () => {
  expect(() => excluder(['[z-a]'])).toThrow(expect.objectContaining({ code: 'INVALID' }));
});
