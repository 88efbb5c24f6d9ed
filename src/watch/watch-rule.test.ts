import { expect, test } from 'vitest';
import { PathPatterns } from './path-patterns.ts';
import { WatchRule, type WatchRuleOptions } from './watch-rule.ts';

function rule(options: Partial<WatchRuleOptions> = {}): WatchRule {
  return new WatchRule({
    path: '/p/src',
    target: '/app',
    include: [],
    ignore: [],
    source: 'rule',
    ...options,
  });
}

test('a rule is about what is below its path, and says where that goes', () => {
  const plain = rule();
  expect(['/p/src/a', '/p/src', '/p/srcs', '/p', '/p/src/x/y'].filter((path) => plain.matches(path))).toEqual(
    ['/p/src/a', '/p/src', '/p/src/x/y'],
  );
  expect(plain.targetOf('/p/src/x/y')).toBe('/app/x/y');
  expect(rule({ path: '/p/a.ini', target: '/etc/b.ini' }).targetOf('/p/a.ini')).toBe('/etc/b.ini');
  expect(rule({ path: '/p/a.ini', target: '/etc/' }).targetOf('/p/a.ini')).toBe('/etc/a.ini');
  expect(rule({ target: 'relative' }).targetOf('/p/src/a')).toBe('/relative/a');
  expect(rule({ target: undefined }).targetOf('/p/src/a')).toBeUndefined();
});

test.each([
  ['a', true],
  ['a.log', false],
  ['x/a.log', true],
  ['dist/x/y', false],
  ['dist/keep/y', true],
  ['.git/HEAD', false],
  ['sub/.git/HEAD', false],
  ['.a.txt.swp', false],
  ['deep/a~', false],
  ['4913', false],
  ['secret', false],
])('ignore, the context’s .dockerignore and what editors write: %s %s', (path, expected) => {
  const contextIgnore = new PathPatterns('/p', 'src/secret\n', '.dockerignore');
  const ignoring = rule({ ignore: ['*.log', 'dist/', '!dist/keep'], contextIgnore });
  expect(ignoring.matches(`/p/src/${path}`)).toBe(expected);
});

test('a path that itself lies in something ephemeral is watched all the same', () => {
  expect(rule({ path: '/home/old~/.git/worktree' }).matches('/home/old~/.git/worktree/a')).toBe(true);
});

test.each([
  ['a.ts', true],
  ['a.md', false],
  ['x/a.ts', true],
  ['lib/any', true],
])('include: %s %s', (path, expected) => {
  expect(rule({ include: ['**/*.ts', 'lib'] }).matches(`/p/src/${path}`)).toBe(expected);
});

test('a directory is skipped only when nothing in it can matter', () => {
  const ignoring = rule({ ignore: ['node_modules', 'dist', '!dist/keep'] });
  expect(ignoring.skips('/p/src/node_modules')).toBe(true);
  expect(ignoring.skips('/p/src/dist')).toBe(false);
  expect(ignoring.skips('/p/src')).toBe(false);
  expect(ignoring.skips('/p')).toBe(false);
  expect(ignoring.skips('/q')).toBe(true);
});

test('a pattern that breaks the grammar is refused with its place', () => {
  expect(() => rule({ ignore: ['a', '[x'] })).toThrow('rule.ignore:2: "[x" is not a pattern');
});
