import { stripVTControlCharacters } from 'node:util';

// All but C0, DEL, C1, line and paragraph separators, and the marks that reorder text: none of those may reach a table. Not
// by the names of their classes, since the first use of one takes milliseconds.
const controls = /[^ -~\xa0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\uffff]/g;
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const ascii = /^[\x20-\x7e]*$/;
// East Asian Wide and Fullwidth (Unicode TR 11) and the emoji that are drawn in two cells.
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2614, 0x2615],
  [0x26aa, 0x26ab],
  [0x2705, 0x2705],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Terminal cells that `text` takes; colours take none. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const character of stripVTControlCharacters(text)) width += cells(character);
  return width;
}

/** `text` with spaces behind it (or before it) up to `width` cells. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'right' ? text + space : space + text;
}

/** At most `width` cells of plain `text`, with `…` at the end where something was cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let result = '';
  let used = 0;
  for (const character of text) {
    used += cells(character);
    if (used > width - 1) break;
    result += character;
  }
  return width > 0 ? `${result}…` : '';
}

/** `text` from outside made safe to show in a line of ours: control characters become visible (`\x1b`, `\n`). */
export function printable(text: string): string {
  if (ascii.test(text)) return text;
  return text.replace(controls, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return ' ';
    const code = character.codePointAt(0) ?? 0;
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

function cells(character: string): number {
  // Our own sign, in many a table: the first use of the expression below takes a millisecond.
  if (character === '…') return 1;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x1100) return code < 0x300 || !zeroWidth.test(character) ? 1 : 0;
  if (zeroWidth.test(character)) return 0;
  return wide.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}
