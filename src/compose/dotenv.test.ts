// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose, not of JavaScript
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { parseDotenv, parseRawEnv } from './dotenv.ts';

const shell: Readonly<Record<string, string>> = { FOO: 'first', EMPTY: '' };
const read = (text: string): Record<string, string> =>
  Object.fromEntries(parseDotenv(text, { file: '.env', lookup: (name) => shell[name] }));

test.each<[string, Record<string, string>]>([
  ['A=b', { A: 'b' }],
  ['A=b\r\nB=c\r\n', { A: 'b', B: 'c' }],
  ['\uFEFFA=1', { A: '1' }],
  ['# comment\n\nA=1\n  B=2  ', { A: '1', B: '2' }],
  ['export A=b\nexport B = c', { A: 'b', B: 'c' }],
  ['exportA=1', { exportA: '1' }],
  ['A: b', { A: 'b' }],
  ['A=', { A: '' }],
  ['A.b-c[0]=1', { 'A.b-c[0]': '1' }],
  ['A=a=b:c', { A: 'a=b:c' }],
  // Comments behind a value need a space before them.
  ['A=b # c', { A: 'b' }],
  ['A=b#c', { A: 'b#c' }],
  ['A="x" # c\nB=1', { A: 'x', B: '1' }],
  // Quotes.
  ["A='x $FOO'", { A: 'x $FOO' }],
  ['A="x $FOO ${UNSET:-d}"', { A: 'x first d' }],
  ["A='it\\'s'", { A: "it's" }],
  ["A='a\\nb'", { A: 'a\\nb' }],
  ['A="l1\nl2"\nB=2', { A: 'l1\nl2', B: '2' }],
  ["A='l1\nl2'", { A: 'l1\nl2' }],
  ["A=x 'y' # z", { A: "x 'y'" }],
  // Escapes in double quotes.
  ['A="a\\nb\\tc\\"d\\\\e\\$FOO"', { A: 'a\nb\tc"d\\e$FOO' }],
  ['A="\\0101\\x"', { A: 'A\\x' }],
  // Variables: the environment first, then what stands above.
  ['A=$FOO\nB=${A}x', { A: 'first', B: 'firstx' }],
  ['FOO=mine\nA=$FOO', { FOO: 'mine', A: 'first' }],
  ['A=$$FOO', { A: '$FOO' }],
  // A name alone takes its value from the environment, when there is one.
  ['FOO\nB=1', { FOO: 'first', B: '1' }],
  ['NOPE\nB=1', { B: '1' }],
])('%j', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

test.each([
  ['A=1\nB="unterminated', '.env:2: the quoted value does not end'],
  ['A B=1', '.env:1: "A B": a key cannot contain a space'],
  ['A=1\n\nA!=1', '.env:3: unexpected character "!"'],
  ['A=${UNSET:?bad}', '.env:1: the required variable UNSET is not set: bad'],
])('%j fails', (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('of several files a later one wins and sees the earlier', () => {
  const into = parseDotenv('A=1\nB=1', { file: 'a.env' });
  parseDotenv('B=2\nC=${A}', { file: 'b.env', into, lookup: (name) => into.get(name) });
  expect(Object.fromEntries(into)).toEqual({ A: '1', B: '2', C: '1' });
});

test('the raw format takes every value literally', () => {
  const variables = parseRawEnv('# c\nA="x" # y\nB=$FOO\n\nFOO\nNOPE\n', {
    file: 'r',
    lookup: (name) => shell[name],
  });
  expect(Object.fromEntries(variables)).toEqual({ A: '"x" # y', B: '$FOO', FOO: 'first' });
});

test('any value survives single quotes', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      // The grammar has no way to write a backslash before a quote, or at the end.
      fc.pre(!/\\/.test(value));
      expect(read(`A='${value.replaceAll("'", "\\'")}'`)).toEqual({ A: value });
    }),
  );
});

test('any text gives variables or an INVALID error', () => {
  const piece = fc.constantFrom(
    'A',
    '=',
    ':',
    '"',
    "'",
    '\n',
    ' ',
    '#',
    '$',
    '{',
    '}',
    '\\',
    'export ',
    '-',
    'é',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      try {
        read(pieces.join(''));
      } catch (error) {
        expect(isWherryError(error, 'INVALID')).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});
