import type { ProcessTable } from '../../core/container.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import type { Column, Spacing } from '../output/table.ts';
import { findTargets, type Target } from '../targets.ts';
import { t } from '../text.ts';

const topSpacing: Spacing = { gap: 2, least: 4 };

export interface TopOptions {
  psArgs: string | undefined;
}

interface Listed {
  target: Target;
  table: ProcessTable;
}

/** Lists the processes in containers. */
export async function top({ context, words, options }: Invocation<TopOptions>): Promise<undefined> {
  const { output, signal } = context;
  const backend = await context.backend();
  const { psArgs } = options;
  const targets = await runningOf(context, await findTargets(context, words, { oneOff: true }));
  const listed = await Promise.all(
    targets.map(async (target) => ({
      target,
      table: await backend.processes(target.id, { signal, ...(psArgs === undefined ? {} : { psArgs }) }),
    })),
  );
  if (output.json) output.value(listed.map(jsonOf));
  else if (listed.some(({ target }) => target.service !== null)) ofServices(context, listed);
  else ofContainers(context, listed);
}

/** Of services only what runs; a container that somebody named is asked for in any case. */
async function runningOf(context: Context, targets: readonly Target[]): Promise<readonly Target[]> {
  if (targets.every(({ service }) => service === null)) return targets;
  const running = await (await context.backend()).list({}, { signal: context.signal });
  const ids = new Set(running.map(({ id }) => id));
  return targets.filter((target) => target.service === null || ids.has(target.id));
}

function jsonOf({ target, table }: Listed): object {
  return {
    container: target.label,
    service: target.service,
    processes: table.processes.map((cells) =>
      Object.fromEntries(table.titles.map((title, index) => [title, cells[index] ?? ''])),
    ),
  };
}

/** One table for all, as docker compose has it. */
function ofServices({ output }: Context, listed: readonly Listed[]): void {
  const titles = [...new Set(listed.flatMap(({ table }) => table.titles))];
  const rows = listed.flatMap(({ target, table }) =>
    table.processes.map((cells) => ({
      target,
      cells: new Map(table.titles.map((title, index) => [title, cells[index] ?? ''])),
    })),
  );
  const columns: Column<(typeof rows)[number]>[] = [
    { title: t('column.service'), value: ({ target }) => target.service ?? target.label },
    { title: '#', value: ({ target }) => String(target.number || '') },
    ...[...titles].sort(lastIsCommand).map((title) => ({
      title,
      value: ({ cells }: (typeof rows)[number]) => cells.get(title) ?? '-',
    })),
  ];
  output.table(columns, rows, topSpacing);
}

/** Whatever else the tables of some containers have stands before the command, which may be long. */
function lastIsCommand(a: string, b: string): number {
  return Number(a === 'CMD') - Number(b === 'CMD');
}

function ofContainers({ output }: Context, listed: readonly Listed[]): void {
  for (const [index, { target, table }] of listed.entries()) {
    if (listed.length > 1) {
      if (index > 0) output.line('');
      output.line(output.paint('bold', target.label));
    }
    const columns = table.titles.map((title, at) => ({
      title,
      value: (cells: readonly string[]) => cells[at] ?? '',
    }));
    output.table(columns, table.processes);
  }
}
