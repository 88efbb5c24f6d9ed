import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShellWords } from './shell-words.ts';

test.each<[string, string[]]>([
  ['', []],
  ['  lead  trail  ', ['lead', 'trail']],
  ['a\tb\nc', ['a', 'b', 'c']],
  [`echo "a b" 'c d' \\x`, ['echo', 'a b', 'c d', 'x']],
  ['a\\ b', ['a b']],
  [`''`, ['']],
  [`a''b ""`, ['ab', '']],
  ['a"b c"d', ['ab cd']],
  [`a\\nb 'a\\nb'`, ['a\nb', 'a\\nb']],
  [`"a'b" 'a"b'`, ["a'b", 'a"b']],
  ['x=$y #c', ['x=$y', '#c']],
  ['$(a b) c', ['$(a b)', 'c']],
  ['`a b` c', ['`a b`', 'c']],
  [`sh -c "echo 'hi' && ls"`, ['sh', '-c', "echo 'hi' && ls"]],
])('%j', (line, words) => {
  expect(splitShellWords(line)).toEqual({ words });
});

test.each<[string, string[], string]>([
  ['a && b', ['a'], '&& b'],
  ['a;b', ['a'], ';b'],
  ['a 2>x', ['a'], '>x'],
])('%j ends at the operator and says what it dropped', (line, words, dropped) => {
  expect(splitShellWords(line)).toEqual({ words, dropped });
});

test.each(["a 'b", '"a', 'a\\', '(a)', 'a)', 'a$(b'])('%j cannot be split', (line) => {
  expect(splitShellWords(line)).toBeUndefined();
});

test('words in single quotes come back as they are', () => {
  const word = fc.string().filter((text) => !text.includes("'"));
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(splitShellWords(words.map((text) => `'${text}'`).join(' '))).toEqual({ words });
    }),
  );
});
