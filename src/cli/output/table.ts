import { displayWidth, pad, printable, truncate } from './width.ts';

export interface Column<R> {
  title: string;
  value: (row: R) => string;
  /** Colours the finished cell. */
  paint?: (text: string, row: R) => string;
  align?: 'left' | 'right';
  /** May be cut to this many cells when the terminal is narrow. Default: never cut. */
  shrinkTo?: number;
}

/** How columns stand, as docker's printers have it: cells between two, and the least cells of one with those. */
export interface Spacing {
  gap: number;
  least: number;
}

/** Tables that docker compose prints without a format of the docker CLI: `ls`, `images`, variables. */
export const wideSpacing: Spacing = { gap: 3, least: 20 };
const dockerSpacing: Spacing = { gap: 3, least: 10 };

export interface TableOptions {
  /** Cells of the terminal; undefined when there is none: then nothing is cut. */
  width?: number | undefined;
  paintTitle?: (text: string) => string;
  /** Default: that of the docker CLI. */
  spacing?: Spacing | undefined;
}

/** Lines of a table as docker prints them; as records one below the other where the terminal is too narrow for columns. */
export function tableLines<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  options: TableOptions = {},
): string[] {
  const paintTitle = options.paintTitle ?? ((text: string) => text);
  const { gap, least } = options.spacing ?? dockerSpacing;
  const cells = rows.map((row) => columns.map((column) => printable(column.value(row))));
  const natural = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((line) => displayWidth(line[index] ?? ''))),
  );
  const roomy = natural.map((width, index) =>
    index === natural.length - 1 ? width : Math.max(width, least - gap),
  );
  const widths =
    options.width === undefined || sum(roomy) + gap * (roomy.length - 1) <= options.width
      ? roomy
      : fittedWidths(columns, natural, { width: options.width, gap });
  if (widths === undefined) return recordLines(columns, rows, cells, paintTitle);
  const line = (texts: readonly string[], paint: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => {
        const last = index === texts.length - 1;
        const width = widths[index] ?? 0;
        const cut = truncate(text, width);
        const right = columns[index]?.align === 'right';
        const space = ' '.repeat(Math.max(0, width - displayWidth(cut)));
        return (right ? space : '') + paint(cut, index) + (right || last ? '' : space);
      })
      .join(' '.repeat(gap))
      .trimEnd();
  return [
    line(
      columns.map((column) => column.title),
      (text) => paintTitle(text),
    ),
    ...rows.map((row, index) =>
      line(cells[index] ?? [], (text, at) => columns[at]?.paint?.(text, row) ?? text),
    ),
  ];
}

/** Widths that fit into `width` cells by cutting columns that allow it, widest first; undefined when they cannot. */
function fittedWidths<R>(
  columns: readonly Column<R>[],
  natural: readonly number[],
  { width, gap }: { width: number; gap: number },
): number[] | undefined {
  const widths = [...natural];
  let excess = sum(widths) + gap * (widths.length - 1) - width;
  while (excess > 0) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const room = (widths[index] ?? 0) - (column.shrinkTo ?? Number.POSITIVE_INFINITY);
      if (room > 0 && (widest < 0 || (widths[index] ?? 0) > (widths[widest] ?? 0))) widest = index;
    }
    if (widest < 0) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}

function recordLines<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  cells: readonly (readonly string[])[],
  paintTitle: (text: string) => string,
): string[] {
  const titleWidth = Math.max(...columns.map((column) => displayWidth(column.title)));
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...columns.flatMap((column, at) => {
      const text = cells[index]?.[at] ?? '';
      if (text === '') return [];
      return [`${paintTitle(pad(column.title, titleWidth))}  ${column.paint?.(text, row) ?? text}`];
    }),
  ]);
}
