import type { ProjectRow } from '../../boot/index.ts';
import type { Invocation } from '../declaration.ts';
import type { Column } from '../output/table.ts';
import { t } from '../text.ts';

export interface LsOptions {
  all: boolean;
  namesOnly: boolean;
}

/** Lists the compose projects of the engine. */
export async function ls({ context, options }: Invocation<LsOptions>): Promise<undefined> {
  const { output, signal } = context;
  const { projectNames } = await import('../../boot/index.ts');
  const rows = await projectNames(await context.backend(), { signal });
  const shown = rows.filter((row) => options.all || (row.status.running ?? 0) > 0);
  if (options.namesOnly) for (const row of shown) output.line(row.name);
  else output.list(columns, shown, (row) => row);
}

const columns: readonly Column<ProjectRow>[] = [
  { title: t('column.name'), value: (row) => row.name },
  {
    title: t('column.status'),
    value: ({ status }) =>
      Object.entries(status)
        .map(([name, count]) => `${name}(${count})`)
        .join(', '),
  },
  { title: t('column.configFiles'), value: (row) => row.configFiles.join(','), shrinkTo: 20 },
];
