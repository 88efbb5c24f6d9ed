import type { Invocation } from '../declaration.ts';
import { findTargets } from '../targets.ts';

export interface TopOptions {
  psArgs: string | undefined;
}

/** Lists the processes in containers. */
export async function top({ context, words, options }: Invocation<TopOptions>): Promise<undefined> {
  const { output, signal } = context;
  const backend = await context.backend();
  const { psArgs } = options;
  const targets = await findTargets(context, words);
  const running = targets.length > 1 ? await runningOf() : targets;
  const tables = await Promise.all(
    running.map(async (target) => ({
      target,
      table: await backend.processes(target.id, { signal, ...(psArgs === undefined ? {} : { psArgs }) }),
    })),
  );
  if (output.json) {
    output.value(
      tables.map(({ target, table }) => ({
        container: target.label,
        service: target.service,
        processes: table.processes.map((cells) =>
          Object.fromEntries(table.titles.map((title, index) => [title, cells[index] ?? ''])),
        ),
      })),
    );
    return;
  }
  for (const [index, { target, table }] of tables.entries()) {
    if (tables.length > 1) {
      if (index > 0) output.line('');
      output.line(output.paint('bold', target.label));
    }
    const columns = table.titles.map((title, at) => ({
      title,
      value: (cells: readonly string[]) => cells[at] ?? '',
    }));
    output.table(columns, table.processes);
  }

  async function runningOf(): Promise<typeof targets> {
    const ids = new Set((await backend.list({}, { signal })).map(({ id }) => id));
    return targets.filter((target) => target.service === null || ids.has(target.id));
  }
}
