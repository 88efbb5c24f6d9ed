import type { ContainerStats } from '../../core/container.ts';
import { noFigures } from '../../core/no-figures.ts';
import { formatBytes } from '../../core/units.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { isPlainTable, printRows } from '../format/print-rows.ts';
import { statsRows } from '../format/stats-rows.ts';
import { shortId } from '../output/container-text.ts';
import type { Column } from '../output/table.ts';
import { findTargets } from '../targets.ts';
import { t } from '../text.ts';

export interface StatsOptions {
  noStream: boolean;
  all: boolean;
  noTrunc: boolean;
  format: string | undefined;
}

/** The table of docker, whose place we take. */
const peerTable =
  'table {{.ID}}\\t{{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}\\t{{.MemPerc}}\\t{{.NetIO}}\\t{{.BlockIO}}\\t{{.PIDs}}';

const home = '\u001b[H';
const clearBelow = '\u001b[0J';
const clearLine = '\u001b[K';

/** Shows what containers use, about once a second; once with `--no-stream` and where there is no terminal to redraw. */
export async function stats({ context, words, options }: Invocation<StatsOptions>): Promise<undefined> {
  const { output, signal } = context;
  const backend = await context.backend();
  const ids = await wantedIds(context, words);
  const columns = columnsOf(options);
  const isFormatted = !isPlainTable(options.format);
  if (ids?.length === 0 && words.length === 0) {
    if (!output.json && !isFormatted) output.table(columns, []);
    return;
  }
  const once = options.noStream || (!output.json && !isFormatted && output.width === undefined);
  let first = true;
  for await (const batch of backend.statsAll({ signal, once, ...(ids === undefined ? {} : { ids }) })) {
    const stopped = options.all ? await withoutFigures(context, ids, batch) : [];
    const rows = [...batch, ...stopped].sort((a, b) => a.name.localeCompare(b.name));
    if (!isPlainTable(options.format)) printRows(output, statsRows(rows, options), options.format);
    else if (output.json) for (const row of rows) output.value(row, 'line');
    else if (once && context.role === 'compose') printRows(output, statsRows(rows, options), peerTable);
    else if (once) output.table(columns, rows);
    else {
      if (first) output.raw('\u001b[2J');
      first = false;
      output.raw(home);
      for (const line of output.tableLines(columns, rows)) output.raw(`${line}${clearLine}\n`);
      output.raw(clearBelow);
    }
  }
}

async function wantedIds(context: Context, words: readonly string[]): Promise<string[] | undefined> {
  const scope = await context.scope();
  if (scope.kind === 'engine' && words.length === 0) return undefined;
  return (await findTargets(context, words, { oneOff: true })).map(({ id }) => id);
}

/** Containers that do not run have no figures. */
async function withoutFigures(
  context: Context,
  ids: readonly string[] | undefined,
  running: readonly ContainerStats[],
): Promise<ContainerStats[]> {
  const { signal } = context;
  const seen = new Set(running.map(({ id }) => id));
  const all = await (await context.backend()).list({ all: true }, { signal });
  return all
    .filter(({ id, name }) => !seen.has(id) && (ids === undefined || ids.includes(id) || ids.includes(name)))
    .map(({ id, name }) => ({ id, name, time: new Date(), ...noFigures }));
}

function columnsOf({ noTrunc }: StatsOptions): readonly Column<ContainerStats>[] {
  return [
    { title: t('column.containerId'), value: ({ id }) => (noTrunc ? id : shortId(id)), shrinkTo: 12 },
    { title: t('column.name'), value: (row) => row.name, shrinkTo: 12 },
    { title: t('column.cpu'), value: (row) => percent(row.cpu), align: 'right' },
    { title: t('column.memory'), value: (row) => `${bytes(row.memory)} / ${bytes(row.memoryLimit)}` },
    {
      title: t('column.memoryShare'),
      value: (row) => percent(row.memory === null || !row.memoryLimit ? null : row.memory / row.memoryLimit),
      align: 'right',
    },
    { title: t('column.networkIo'), value: (row) => `${bytes(row.networkRx)} / ${bytes(row.networkTx)}` },
    { title: t('column.blockIo'), value: (row) => `${bytes(row.blockRead)} / ${bytes(row.blockWrite)}` },
    { title: t('column.pids'), value: (row) => (row.pids === null ? '-' : String(row.pids)), align: 'right' },
  ];
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(2)}%`;
}

function bytes(value: number | null): string {
  return value === null ? '-' : formatBytes(value);
}
