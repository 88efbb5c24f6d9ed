import { displayWidth } from '../output/width.ts';

const leastWidth = 10;
const padding = 3;

/** Lines whose cells end with tabs, aligned in columns as the docker CLI aligns them (Go's text/tabwriter). */
export function aligned(lines: readonly string[]): string[] {
  const rows = lines.map((line) => line.split('\t'));
  const columns = Math.max(0, ...rows.map((row) => row.length - 1));
  for (let column = 0; column < columns; column += 1) {
    for (let from = 0; from < rows.length; ) {
      let to = from;
      while (hasCell(rows[to], column)) to += 1;
      pad(rows.slice(from, to), column);
      from = to + 1;
    }
  }
  return rows.map((row) => row.join(''));
}

/** The text after the last tab is no cell. */
function hasCell(row: readonly string[] | undefined, column: number): boolean {
  return row !== undefined && row.length > column + 1;
}

function pad(rows: readonly string[][], column: number): void {
  const widths = rows.map((row) => displayWidth(row[column] ?? ''));
  const width = Math.max(leastWidth, ...widths.map((cells) => cells + padding));
  for (const [index, row] of rows.entries()) {
    row[column] = (row[column] ?? '') + ' '.repeat(width - (widths[index] ?? 0));
  }
}
