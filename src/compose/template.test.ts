// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose, not of JavaScript
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { substitute, TemplateFault } from './template.ts';

const variables: Readonly<Record<string, string>> = { FOO: 'first', EMPTY: '', NAME: 'n', JSON: '{"a":1}' };
const fill = (template: string): string => substitute(template, { lookup: (name) => variables[name] });

test.each([
  ['no variable at all', 'no variable at all'],
  ['$FOO', 'first'],
  ['${FOO}', 'first'],
  ['a$FOO-$NAME.x', 'afirst-n.x'],
  ['$FOO$NAME', 'firstn'],
  ['$UNSET|', '|'],
  // Escapes, and dollars that start nothing.
  ['$$FOO', '$FOO'],
  ['$$$FOO', '$first'],
  ['$${FOO}', '${FOO}'],
  ['$1', '$1'],
  ['a$', 'a$'],
  ['$ {FOO}', '$ {FOO}'],
  ['$-', '$-'],
  // A default for what is not set, and for what is not set or empty.
  ['${UNSET-d}', 'd'],
  ['${UNSET:-d}', 'd'],
  ['${EMPTY-d}', ''],
  ['${EMPTY:-d}', 'd'],
  ['${FOO:-d}', 'first'],
  ['${FOO-}', 'first'],
  ['${UNSET:-}}', '}'],
  ['${UNSET:-a:-b}', 'a:-b'],
  ['${UNSET-a:?b}', 'a:?b'],
  ["${UNSET:-'x y'}", "'x y'"],
  // Another value for what is set, and for what is set and not empty.
  ['${FOO+x}', 'x'],
  ['${FOO:+x}', 'x'],
  ['${EMPTY+x}', 'x'],
  ['${EMPTY:+x}', ''],
  ['${UNSET+x}', ''],
  ['${UNSET:+x}', ''],
  // Required.
  ['${FOO:?no}', 'first'],
  ['${EMPTY?no}', ''],
  // Nesting.
  ['${UNSET:-${FOO}}', 'first'],
  ['${UNSET:-${ALSO:-${FOO}}}-$EMPTY-', 'first--'],
  ['${FOO:+${NAME}}', 'n'],
  ['${UNSET:-a${FOO}b}c', 'afirstbc'],
  ['${UNSET:-a} ${FOO} $NAME.x ${UNSET-c}', 'a first n.x c'],
  // Braces that are no variables.
  ['${UNSET:-{"k":"v"}}', '{"k":"v"}'],
  ['${JSON:-{}}', '{"a":1}'],
  ['${UNSET:-a{b}', 'a{b'],
  ['{$FOO}', '{first}'],
  ['${FOO}}', 'first}'],
  ['${UNSET:-$$x}', '$x'],
  ['${UNSET:-two\nlines}', 'two\nlines'],
])('%j gives %j', (template, expected) => {
  expect(fill(template)).toBe(expected);
});

test.each([
  ['${}', 'is no valid variable'],
  ['${1}', 'is no valid variable'],
  ['${ FOO}', 'is no valid variable'],
  ['${FOO }', 'is no valid variable'],
  ['${FOO!x}', 'is no valid variable'],
  ['${FOO:x}', 'is no valid variable'],
  ['${FOO', 'a variable in braces does not end'],
  ['${UNSET:?}', 'the required variable UNSET is not set'],
  ['${UNSET:?say ${FOO}}', 'the required variable UNSET is not set: say first'],
  ['${EMPTY:?say so}', 'the required variable EMPTY is empty: say so'],
  ['${UNSET:-${ALSO?deep}}', 'the required variable ALSO is not set: deep'],
])('%j is a fault: %s', (template, message) => {
  expect(() => fill(template)).toThrow(TemplateFault);
  expect(() => fill(template)).toThrow(message);
});

test('a variable without a value and without a default is told, each time', () => {
  const unset: string[] = [];
  substitute('$A ${B} ${C:-c} ${D+d} $A ${E:-$F}', {
    lookup: () => undefined,
    onUnset: (name) => unset.push(name),
  });
  expect(unset).toEqual(['A', 'B', 'A', 'F']);
});

test('text without a dollar sign stays as it is, and doubled dollar signs keep any text as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (!text.includes('$')) expect(fill(text)).toBe(text);
      expect(fill(text.replaceAll('$', '$$$$'))).toBe(text);
    }),
  );
});

test('defaults inside defaults have an end', () => {
  const nested = (levels: number): string => `${'${A:-'.repeat(levels)}x${'}'.repeat(levels)}`;
  expect(substitute(nested(50), { lookup: () => undefined })).toBe('x');
  expect(() => substitute(nested(50_000), { lookup: () => undefined })).toThrow('inside each other');
});

test('any template gives text or a fault', () => {
  const piece = fc.constantFrom(
    '$',
    '{',
    '}',
    ':',
    '-',
    '?',
    '+',
    'FOO',
    'UNSET',
    '$$',
    '${',
    ' ',
    '\n',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      try {
        expect(typeof fill(pieces.join(''))).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateFault);
      }
    }),
    { numRuns: 2000 },
  );
});
