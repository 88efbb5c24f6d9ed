import { cpus, release, totalmem } from 'node:os';
import { round, type Table } from './measure.ts';

/** What was measured with what, for people who read a table. */
export interface Setting {
  command: string;
  engine: string;
}

/** docs/benchmarks.md after a run: its tables in place of their older selves, the others as they are in `before`. */
export function page(tables: readonly Table[], setting: Setting, before: string): string {
  const sections = new Map(
    before
      .split(/^(?=## )/m)
      .slice(1)
      .map((section) => [/^## (.*)$/m.exec(section)?.[1] ?? '', section.trim()]),
  );
  for (const table of tables) sections.set(table.title, section(table, setting));
  const head = [
    '# Benchmarks',
    '',
    'All contenders of a table ran in turn in one run; figures are medians with the lowest and the highest beside them.',
    'Compare rows within a table, not tables of two runs or two machines.',
  ].join('\n');
  return `${[head, ...sections.values()].join('\n\n')}\n`;
}

export function section(table: Table, { command, engine }: Setting): string {
  const first = table.rows[0]?.value ?? Number.NaN;
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
  return [
    `## ${table.title}`,
    '',
    table.about,
    '',
    `| | ${table.unit} | low – high | ratio |`,
    '|---|--:|--:|--:|',
    ...table.rows.map(
      (row) =>
        `| ${row.name} | ${round(row.value)} | ${round(row.low)} – ${round(row.high)} | ${(row.value / first).toFixed(2)} |`,
    ),
    '',
    ...table.verdicts.map((verdict) => `- ${verdict}`),
    ...(table.verdicts.length > 0 ? [''] : []),
    `\`${command}\` on ${date}: ${machine}; ${table.engine ?? engine}.`,
  ].join('\n');
}
