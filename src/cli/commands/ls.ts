import type { ProjectRow } from '../../boot/index.ts';
import type { ContainerStatus } from '../../core/container.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { type Column, wideSpacing } from '../output/table.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

export interface LsOptions {
  all: boolean;
  namesOnly: boolean;
  filter: readonly Filter[];
  format: 'table' | 'json' | undefined;
  discover: boolean;
  exclude: readonly string[];
}

/** Lists the compose projects of the engine, whichever tool started them, or those below a directory. */
export async function ls(invocation: Invocation<LsOptions>): Promise<undefined> {
  const { context, words, options } = invocation;
  const { output, signal } = context;
  if (options.discover) return (await import('./ls-discover.ts')).lsDiscover(invocation);
  if (words.length > 0) throw usage(t('ls.directoryNeedsDiscover'));
  const isNamed = nameFilter(options.filter);
  const { projectNames } = await import('../../boot/index.ts');
  const rows = await projectNames(await context.backend(), { signal });
  const shown = rows
    .map((row) => (options.all ? row : { ...row, status: ofLiving(row.status) }))
    .filter(({ name, status }) => isNamed(name) && Object.keys(status).length > 0);
  if (options.namesOnly) for (const row of shown) output.line(row.name);
  else if (options.format === 'json') output.value(shown.map(peerRow), 'line');
  else output.list(columns, shown, (row) => row, wideSpacing);
}

/** `name=TEXT`: that name, or an expression that the name matches, as docker compose has it. Several: any of them. */
export function nameFilter(filters: readonly Filter[]): (name: string) => boolean {
  const wanted = valuesOf(filters, 'name');
  return (name) => wanted.length === 0 || wanted.some((text) => name === text || matches(name, text));
}

function matches(name: string, expression: string): boolean {
  try {
    return new RegExp(expression).test(name);
  } catch {
    return false;
  }
}

/** Without `--all` only containers that run count. */
function ofLiving(status: ProjectRow['status']): ProjectRow['status'] {
  const dead: readonly string[] = ['created', 'exited', 'dead', 'unknown'];
  return Object.fromEntries(Object.entries(status).filter(([word]) => !dead.includes(word)));
}

/** Docker's own words, where ours are others. */
const peerWords: Readonly<Partial<Record<ContainerStatus, string>>> = {
  starting: 'restarting',
  stopping: 'removing',
};

function statusText(status: ProjectRow['status']): string {
  return Object.entries(status)
    .map(([word, count]) => `${peerWords[word as ContainerStatus] ?? word}(${count})`)
    .sort()
    .join(', ');
}

/** The row as docker compose prints it. */
function peerRow({ name, status, configFiles }: ProjectRow): object {
  return { Name: name, Status: statusText(status), ConfigFiles: configFiles.join(',') };
}

const columns: readonly Column<ProjectRow>[] = [
  { title: t('column.name'), value: (row) => row.name },
  { title: t('column.status'), value: ({ status }) => statusText(status) },
  { title: t('column.configFiles'), value: (row) => row.configFiles.join(','), shrinkTo: 20 },
];
