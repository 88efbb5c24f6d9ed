import { describe, expect, it } from 'vitest';
import { type Column, tableLines } from './table.ts';
import { displayWidth } from './width.ts';

interface Row {
  name: string;
  image: string;
  size: number;
}

const columns: readonly Column<Row>[] = [
  { title: 'NAME', value: (row) => row.name },
  { title: 'IMAGE', value: (row) => row.image, shrinkTo: 8 },
  { title: 'SIZE', value: (row) => String(row.size), align: 'right' },
];
const rows: readonly Row[] = [
  { name: 'web', image: 'registry.example/nginx:latest', size: 7 },
  { name: '日本', image: 'redis\u001b[2J', size: 12345 },
];

describe('tableLines', () => {
  it('aligns columns by cells and shows control characters', () => {
    expect(tableLines(columns, rows).join('\n')).toMatchInlineSnapshot(`
      "NAME      IMAGE                            SIZE
      web       registry.example/nginx:latest       7
      日本      redis\\x1b[2J                    12345"
    `);
  });

  it('cuts only columns that allow it to fit the terminal', () => {
    const lines = tableLines(columns, rows, { width: 30 });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "NAME   IMAGE              SIZE
      web    registry.examp…       7
      日本   redis\\x1b[2J      12345"
    `);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(30);
  });

  it('becomes one record below the other where columns have no room', () => {
    expect(tableLines(columns, rows, { width: 16 }).join('\n')).toMatchInlineSnapshot(`
      "NAME   web
      IMAGE  registry.example/nginx:latest
      SIZE   7

      NAME   日本
      IMAGE  redis\\x1b[2J
      SIZE   12345"
    `);
  });

  it("has docker's least width of columns, where the terminal has room for it", () => {
    expect(tableLines(columns, [])).toEqual(['NAME      IMAGE     SIZE']);
    expect(tableLines(columns, [], { width: 24 })).toEqual(['NAME      IMAGE     SIZE']);
    expect(tableLines(columns, [], { width: 23 })).toEqual(['NAME   IMAGE   SIZE']);
    expect(tableLines(columns, [], { spacing: { gap: 2, least: 4 } })).toEqual(['NAME  IMAGE  SIZE']);
  });
});
