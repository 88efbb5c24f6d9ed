import { cpus, release, totalmem } from 'node:os';
import { round, type Table } from './measure.ts';

/** The page docs/benchmarks.md. */
export function page(tables: readonly Table[], command: string, engines: readonly string[]): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
  return [
    '# Benchmarks',
    '',
    `Written by \`${command}\` on ${date}: ${machine}; ${engines.join('; ')}.`,
    'All contenders of a table ran in turn in the same run; figures are medians with the lowest and the highest beside them.',
    'Compare rows within a table, not tables of two machines.',
    '',
    ...tables.flatMap(section),
  ].join('\n');
}

function section(table: Table): string[] {
  const first = table.rows[0]?.value ?? Number.NaN;
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
    '',
  ];
}
