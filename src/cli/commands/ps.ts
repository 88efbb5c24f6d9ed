import type { ServiceRow } from '../../boot/index.ts';
import { composeLabel } from '../../core/compose-labels.ts';
import type { ContainerStatus, ContainerSummary, EngineHealth } from '../../core/container.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { containerRows } from '../format/container-rows.ts';
import { dockerPsFormat } from '../format/docker-format.ts';
import { isPlainTable, printRows } from '../format/print-rows.ts';
import { shortId, statusText } from '../output/container-text.ts';
import { displayablePorts } from '../output/displayable-ports.ts';
import type { Output } from '../output/output.ts';
import { statusStyle } from '../output/style.ts';
import type { Column } from '../output/table.ts';
import { ago } from '../output/time.ts';
import { printable, truncate } from '../output/width.ts';
import type { ProjectScope } from '../scope.ts';
import { isService, unknownName } from '../targets.ts';
import { t } from '../text.ts';
import { readOptions } from '../usage.ts';
import { containerStatuses, oneOf } from '../values.ts';

const commandCells = 20;

export interface PsOptions {
  all: boolean;
  idsOnly: boolean;
  noOrphans: boolean;
  services: boolean;
  noTrunc: boolean;
  format: string | undefined;
  filter: readonly Filter[];
  status: readonly ContainerStatus[];
}

/** Lists the containers of the project, or those of the engine. */
export async function ps({ context, words, options }: Invocation<PsOptions>): Promise<undefined> {
  // The engine is asked how it is while the files are read; what it fails with is told when it is needed.
  context.backend().catch(() => undefined);
  let early: { name: string; rows: Promise<readonly ServiceRow[]> } | undefined;
  const scope = await context.scope({
    named: (name) => {
      const rows = containersOf(context, name, options);
      rows.catch(() => undefined);
      early = { name, rows };
    },
  });
  if (scope.kind === 'engine') return await engineContainers({ context, words, options });
  const rows = await (early?.name === scope.name ? early.rows : containersOf(context, scope.name, options));
  await showProject({ context, words, options }, scope, rows);
}

async function engineContainers({ context, words, options }: Invocation<PsOptions>): Promise<undefined> {
  const backend = await context.backend();
  const { labels, names, status, health } = readFilters(options);
  const rows = await backend.list(
    {
      all: options.all || status.length > 0,
      labels: labels.length > 0 ? labels : undefined,
      names: [...words, ...names].length > 0 ? [...words, ...names] : undefined,
      ...(status.length > 0 ? { status } : {}),
    },
    { signal: context.signal },
  );
  const wanted = rows.filter((row) => health.length === 0 || health.includes(row.health));
  const sorted = wanted.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  if (options.idsOnly) for (const row of sorted) context.output.line(shortId(row.id));
  else if (!isPlainTable(options.format))
    printRows(context.output, containerRows(sorted, options), options.format);
  else context.output.list(engineColumns(context.output, options), sorted, containerJson);
}

async function containersOf(
  context: Context,
  name: string,
  options: PsOptions,
): Promise<readonly ServiceRow[]> {
  const { labels } = readFilters(options);
  const { observe } = await import('../../boot/observed.ts');
  const { signal } = context;
  return await observe(await context.backend(), name, { signal, oneOff: options.all, labels });
}

async function showProject(
  { context, words, options }: Invocation<PsOptions>,
  scope: ProjectScope,
  rows: readonly ServiceRow[],
): Promise<void> {
  const { names, status, health } = readFilters(options);
  for (const word of words) {
    const known =
      isService(scope, word) || rows.some(({ service, name }) => service === word || name === word);
    if (!known) throw unknownName(context, scope, word, rows);
  }
  const shown = rows.filter(
    (row) =>
      (words.length === 0 || words.includes(row.service) || words.includes(row.name)) &&
      (options.all || status.length > 0 || lives.includes(row.status)) &&
      (!options.noOrphans || isService(scope, row.service)) &&
      (status.length === 0 || status.includes(row.status)) &&
      (health.length === 0 || health.includes(row.health)) &&
      (names.length === 0 || names.includes(row.name)),
  );
  if (options.services)
    for (const name of new Set(shown.map((row) => row.service))) context.output.line(name);
  else if (options.idsOnly) for (const row of shown) context.output.line(row.id);
  else {
    const format =
      options.format ?? (context.role === 'compose' ? await dockerPsFormat(context.env) : undefined);
    if (!isPlainTable(format)) await printFormatted(context, scope, shown, { ...options, format });
    else context.output.list(serviceColumns(context.output, options), shown, serviceJson);
  }
}

/** Rows with all that the engine's list tells, by name, as docker compose prints them. */
async function printFormatted(
  { backend, output, signal }: Context,
  { name }: ProjectScope,
  shown: readonly ServiceRow[],
  options: PsOptions,
): Promise<void> {
  const labels = [`${composeLabel.project}=${name}`];
  const listed = await (await backend()).list({ all: true, labels }, { signal });
  // A `serve` may hold ports of theirs, which the engine does not know.
  const ports = new Map(shown.map((row) => [row.id, row.ports]));
  const wanted = listed
    .flatMap((one) => (ports.has(one.id) ? [{ ...one, ports: ports.get(one.id) ?? [] }] : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  printRows(output, containerRows(wanted, options), options.format ?? '');
}

/** What is listed without `--all`, as with docker. */
const lives: readonly ContainerStatus[] = ['running', 'paused', 'starting', 'stopping'];

interface PsFilters {
  labels: string[];
  names: string[];
  status: ContainerStatus[];
  health: EngineHealth[];
}

/** Docker calls it restarting when the engine does it, and removing when it goes. */
const otherWords: Readonly<Record<string, ContainerStatus>> = {
  restarting: 'starting',
  removing: 'stopping',
};

function readFilters({ filter, status }: PsOptions): PsFilters {
  const values = (key: string): string[] => valuesOf(filter, key);
  return readOptions(() => ({
    labels: values('label'),
    names: values('name'),
    status: [
      ...status,
      ...values('status').map((word) => otherWords[word] ?? oneOf(containerStatuses, word)),
    ],
    health: values('health').map((word) => oneOf(['none', 'starting', 'healthy', 'unhealthy'], word)),
  }));
}

function engineColumns(output: Output, { noTrunc }: PsOptions): Column<ContainerSummary>[] {
  return [
    { title: t('column.containerId'), value: (row) => (noTrunc ? row.id : shortId(row.id)) },
    { title: t('column.image'), value: (row) => row.image, shrinkTo: 12 },
    { title: t('column.command'), value: (row) => commandText(row.command, noTrunc), shrinkTo: 8 },
    { title: t('column.created'), value: (row) => ago(row.createdAt), shrinkTo: 10 },
    statusColumn(output),
    { title: t('column.ports'), value: (row) => displayablePorts(row.ports), shrinkTo: 12 },
    { title: t('column.names'), value: (row) => row.name },
  ];
}

function serviceColumns(output: Output, { noTrunc }: PsOptions): Column<ServiceRow>[] {
  return [
    { title: t('column.name'), value: (row) => row.name },
    { title: t('column.image'), value: (row) => row.image, shrinkTo: 12 },
    { title: t('column.command'), value: (row) => commandText(row.command, noTrunc), shrinkTo: 8 },
    { title: t('column.service'), value: (row) => row.service },
    { title: t('column.created'), value: (row) => ago(row.createdAt), shrinkTo: 10 },
    statusColumn(output),
    { title: t('column.ports'), value: (row) => displayablePorts(row.ports), shrinkTo: 12 },
  ];
}

/** A command as docker shows it: in quotes, and its beginning only unless told otherwise. */
function commandText(command: string, noTrunc: boolean): string {
  const text = printable(command);
  return `"${noTrunc ? text : truncate(text, commandCells)}"`;
}

function statusColumn<R extends Pick<ContainerSummary, 'status' | 'statusText' | 'health' | 'exitCode'>>(
  output: Output,
): Column<R> {
  return {
    title: t('column.status'),
    value: statusText,
    paint: (text, row) => output.paint(statusStyle(row.status, row.health, row.exitCode), text),
  };
}

/** A container as `ps --json` prints it. */
export function containerJson(row: ContainerSummary): Record<string, unknown> {
  const { id, name, image, imageId, status, statusText: text = null, health, exitCode, createdAt } = row;
  const { command, labels, ports, networks } = row;
  const state = { status, statusText: text, health, exitCode, createdAt };
  return { id, name, image, imageId, ...state, command, labels, ports, networks };
}

function serviceJson(row: ServiceRow): Record<string, unknown> {
  const { service, number, oneOff, id, name, image, command, ports } = row;
  const { status, statusText: text = null, health, exitCode, createdAt } = row;
  const state = { status, statusText: text, health, exitCode, createdAt };
  return { service, number, oneOff, id, name, image, command, ...state, ports };
}
