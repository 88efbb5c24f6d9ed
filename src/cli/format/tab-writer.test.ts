import { expect, it } from 'vitest';
import { aligned } from './tab-writer.ts';

it('aligns cells that end with a tab, ten wide at least', () => {
  expect(aligned(['NAME\tSTATE\tPORTS', 'app-web-1-long\trunning\t', 'x\tup\t80'])).toEqual([
    'NAME             STATE     PORTS',
    'app-web-1-long   running   ',
    'x                up        80',
  ]);
  expect(aligned(['日本語日本語\tb', 'a\tb'])).toEqual(['日本語日本語   b', 'a              b']);
  expect(aligned(['no cell', 'a\tb', ''])).toEqual(['no cell', 'a         b', '']);
});
