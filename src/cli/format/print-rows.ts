import type { Output } from '../output/output.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { GoTemplate, type Row } from './go-template.ts';
import { aligned } from './tab-writer.ts';

/** Rows of one kind, with docker's names for their fields. */
export interface Rows {
  rows: readonly Row[];
  /** Titles of columns by field. */
  titles: Readonly<Record<string, string>>;
  /** Fields that `json` has; those that take operands are never among them. */
  fields: readonly string[];
}

/** Whether a `--format` asks for the table that is printed without it. */
export function isPlainTable(format: string | undefined): format is undefined | '' | 'table' {
  return format === undefined || format === '' || format === 'table';
}

/** Prints rows by a `--format` of the docker CLI: `json`, a Go template, or `table` and one. Fails with `INVALID`. */
export function printRows(output: Output, { rows, titles, fields }: Rows, format: string): void {
  if (format === 'raw') throw usage(t('format.raw'), t('format.fix', { example: '{{.Name}}' }));
  if (format === 'json') {
    for (const row of rows) output.line(rowJson(row, fields));
    return;
  }
  const isTable = format.startsWith('table');
  const text = (isTable ? format.slice('table'.length) : format)
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  const template = new GoTemplate(text, { rowJson: (row) => rowJson(row, fields) });
  const printedRows = rows.map((row) => template.render(row));
  if (!isTable) for (const line of printedRows) output.line(line);
  else for (const line of aligned([template.renderTitles(titles), ...printedRows])) output.line(line);
}

/** An object with its fields in order, as Go's encoding/json writes it: safe inside HTML. */
function rowJson(row: Row, fields: readonly string[]): string {
  const members = [...fields].sort().map((field) => [field, row[field]]);
  return JSON.stringify(Object.fromEntries(members)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
