import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, pad, printable, truncate } from './width.ts';

describe('displayWidth', () => {
  it.each([
    ['web-1', 5],
    ['über', 4],
    ['日本', 4],
    ['e\u0301', 1],
    ['\u001b[31mred\u001b[39m', 3],
    ['🚢', 2],
    ['', 0],
  ])('counts the cells of %j', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('truncate and pad', () => {
  it('never exceed the width, and keep what fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (raw, width) => {
        const text = printable(raw);
        const cut = truncate(text, width);
        expect(displayWidth(cut)).toBeLessThanOrEqual(width);
        if (displayWidth(text) <= width) expect(cut).toBe(text);
        expect(displayWidth(pad(cut, width))).toBe(width);
      }),
    );
  });
});

describe('printable', () => {
  it('makes visible what would move the cursor or reorder text', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a\\x1b[2Jb\\nc\\u202ed');
  });

  it('leaves no control character whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u.test(printable(text))).toBe(false);
      }),
    );
  });
});
