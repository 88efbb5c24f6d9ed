import { isWherryError, type WherryError } from '../../core/errors.ts';
import type { ListedService, OrchestratedService, Orchestrator } from '../../orchestrator/index.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import type { Output } from '../output/output.ts';
import type { Style } from '../output/style.ts';
import type { Column } from '../output/table.ts';
import { t } from '../text.ts';
import { discoverProjects } from './discover-projects.ts';
import { type LsOptions, nameFilter } from './ls.ts';

/** How it is; null where the engine does not tell. */
type Row = OrchestratedService & { live: Pick<ListedService, 'status' | 'containers'> | null };

/** Lists the compose projects below a directory, with how they are on the engine where that answers. */
export async function lsDiscover({ context, words, options }: Invocation<LsOptions>): Promise<undefined> {
  const { output } = context;
  const isNamed = nameFilter(options.filter);
  const backend = await context.backend().catch((error: unknown) => unknownStatus(context, error));
  const orchestrator = await discoverProjects(context, { words, exclude: options.exclude, backend });
  const live = backend === null ? [] : await liveRows(context, orchestrator);
  const rows = orchestrator.services
    .filter(({ name }) => isNamed(name))
    .map((service): Row => ({ ...service, live: live.find(({ name }) => name === service.name) ?? null }));
  if (options.namesOnly) for (const { name } of rows) output.line(name);
  else if (options.format === 'json') output.value(rows.map(jsonRow), 'line');
  else output.list(columns(output), rows, jsonRow);
  for (const { name, problem } of rows)
    if (problem !== null && !options.namesOnly)
      output.note(`${output.paintNote('yellow', t('warning'))} ${name}: ${problem.message}`);
}

async function liveRows(context: Context, orchestrator: Orchestrator): Promise<readonly ListedService[]> {
  try {
    return await orchestrator.listServices({ signal: context.signal });
  } catch (error) {
    unknownStatus(context, error);
    return [];
  }
}

/** Projects are there without an engine too. */
function unknownStatus({ output, signal }: Context, error: unknown): null {
  if (!isWherryError(error, 'UNAVAILABLE', 'PERMISSION', 'TIMEOUT') || signal.aborted) throw error;
  output.note(`${output.paintNote('yellow', t('warning'))} ${t('ls.noEngine', { reason: error.message })}`);
  return null;
}

const styles: Readonly<Partial<Record<ListedService['status'], Style>>> = {
  running: 'green',
  starting: 'cyan',
  partial: 'yellow',
  unhealthy: 'red',
  invalid: 'red',
};

function columns(output: Output): Column<Row>[] {
  return [
    { title: t('column.name'), value: ({ name }) => name },
    {
      title: t('column.status'),
      value: ({ live }) => (live === null ? t('ls.status.unknown') : statusOf(live)),
      paint: (text, { live }) => output.paint(styles[live?.status ?? 'absent'] ?? 'dim', text),
    },
    { title: t('column.services'), value: ({ declared }) => declared.join(','), shrinkTo: 12 },
    { title: t('column.configFiles'), value: ({ files }) => files.join(','), shrinkTo: 20 },
  ];
}

function statusOf({ status, containers: { running, total } }: NonNullable<Row['live']>): string {
  const word = t(`ls.status.${status}`);
  return total === 0 ? word : `${word}(${running}/${total})`;
}

function jsonRow({ name, live, declared, files, problem }: Row): object {
  return {
    name,
    status: live?.status ?? null,
    containers: live?.containers ?? null,
    services: declared,
    configFiles: files,
    problem: problem === null ? null : shortError(problem),
  };
}

function shortError({ code, message, hint }: WherryError): object {
  return { code, message, hint: hint ?? null };
}
