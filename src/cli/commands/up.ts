import type { BootRow, BootSummary, UpPlanOptions } from '../../boot/index.ts';
import type { Project } from '../../compose/index.ts';
import { isRemote } from '../../compose/remote-files.ts';
import { isWherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { commandEvents } from '../history.ts';
import { placed } from '../isolation.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { composeFailure } from '../output/compose-failure.ts';
import { type CopyReport, reportCopy, showCopy } from '../output/isolated-copy.ts';
import type { Output } from '../output/output.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { quietImages } from '../output/quiet-images.ts';
import type { Style } from '../output/style.ts';
import type { Column } from '../output/table.ts';
import { took } from '../output/time.ts';
import { printable } from '../output/width.ts';
import { parallelOf } from '../parallel.ts';
import { requireProject } from '../scope.ts';
import { ask, canAsk } from '../terminal/ask.ts';
import { t } from '../text.ts';
import { upAttached } from './up-attached.ts';
import { excludeEachOther, type PlanOptions, upPlanOptions } from './up-options.ts';

export interface UpOptions extends PlanOptions {
  detach: boolean;
  wait: boolean;
  /** ms. */
  waitTimeout: number | undefined;
  noEager: boolean;
  /** ms. */
  timeout: number | undefined;
  noStart: boolean;
  quietPull: boolean;
  quietBuild: boolean;
  noLogPrefix: boolean;
  timestamps: boolean;
  attach: readonly string[];
  noAttach: readonly string[];
  attachDependencies: boolean;
  abortOnContainerExit: boolean;
  abortOnContainerFailure: boolean;
  exitCodeFrom: string | undefined;
  all: boolean;
  exclude: readonly string[];
  watch: boolean;
  menu: boolean;
  noMenu: boolean;
  /** File for lifecycle events. */
  history: string | undefined;
}

/** Creates and starts the services of the project, then shows their logs until Ctrl-C, which stops them. */
export async function up(invocation: Invocation<UpOptions>): Promise<number> {
  const { context, words, options } = invocation;
  if (options.all) return (await import('./up-all.ts')).upAll(invocation);
  checkCombination(options, context.output);
  const { project, copy } = await placed(
    context,
    await requireProject(context, words),
    context.globals.dryRun ? { effect: 'nothing' } : {},
  );
  if (isRemote(context.globals.file[0] ?? ''))
    context.output.note(t('up.fetched', { project: project.name, directory: project.workingDirectory }));
  const detached = options.detach || options.wait || options.noStart || context.output.json;
  const { wait, waitTimeout, timeout, noStart, noEager } = options;
  await using story = await commandEvents(context, options.history);
  const { events } = story;
  const { environment } = project;
  const wishes = {
    ...upPlanOptions(words, options, { globals: context.globals, environment }),
    wait,
    waitTimeout,
    timeout,
    noStart,
    eager: !noEager,
    // Who calls docker compose asks the engine next.
    healthBy: context.role === 'compose' ? ('engine' as const) : undefined,
    parallel: parallelOf(context, environment),
    events,
    mayReplaceVolume: canAsk(context.output) ? mayReplaceVolume : undefined,
  };
  if (options.watch) await (await import('../../boot/index.ts')).checkWatch(project, wishes.services);
  if (context.globals.dryRun) return await upDry(context, project, wishes);
  if (!detached) return await upAttached(context, project, wishes, { ...options, copy });
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  const summary = await withBoard(context, (board) =>
    boot.up(backend, project, {
      ...wishes,
      signal: context.signal,
      onProgress: quietImages(bootProgress(board, project.name), options),
    }),
  );
  const report = copy === null ? undefined : await reportCopy(context, copy);
  showSummary(context, summary, project.name, report);
  return summary.ok ? exitCode.success : exitCode.failure;
}

function mayReplaceVolume(name: string, options: CallOptions): Promise<boolean> {
  return ask(t('up.replaceVolume', { name }), options);
}

/** Tells what `up` would do. */
export async function upDry(context: Context, project: Project, wishes: UpPlanOptions): Promise<number> {
  const [boot, { tellPlan }] = await Promise.all([import('../../boot/index.ts'), import('../dry-run.ts')]);
  const backend = await context.backend();
  tellPlan(context.output, await boot.previewUp(backend, project, { ...wishes, signal: context.signal }));
  return exitCode.success;
}

/** What is about staying attached says nothing to an `up` that does not. */
function checkCombination(options: UpOptions, { json }: Output): void {
  const attached: readonly (readonly [string, boolean])[] = [
    ['--abort-on-container-exit', options.abortOnContainerExit],
    ['--abort-on-container-failure', options.abortOnContainerFailure],
    ['--exit-code-from', options.exitCodeFrom !== undefined],
    ['--attach', options.attach.length > 0],
    ['--attach-dependencies', options.attachDependencies],
    ['--watch', options.watch],
    ['--menu', options.menu],
  ];
  const detached: readonly (readonly [string, boolean])[] = [
    ['--detach', options.detach],
    ['--wait', options.wait],
    ['--no-start', options.noStart],
  ];
  const pairs = detached.flatMap(([a, hasA]) => attached.map(([b, hasB]) => [a, hasA, b, hasB] as const));
  excludeEachOther([
    ...pairs,
    ['--watch', options.watch, '--json', json],
    ['--watch', options.watch, '--no-build', options.noBuild],
    ['--watch', options.watch, '--abort-on-container-exit', options.abortOnContainerExit],
    ['--watch', options.watch, '--abort-on-container-failure', options.abortOnContainerFailure],
    ['--watch', options.watch, '--exit-code-from', options.exitCodeFrom !== undefined],
    ['--menu', options.menu, '--no-menu', options.noMenu],
    ['--attach', options.attach.length > 0, '--attach-dependencies', options.attachDependencies],
    [
      '--abort-on-container-exit',
      options.abortOnContainerExit,
      '--abort-on-container-failure',
      options.abortOnContainerFailure,
    ],
  ]);
}

async function withBoard<T>(context: Context, work: (board: ProgressBoard) => Promise<T>): Promise<T> {
  using board = new ProgressBoard(context.output);
  return await work(board);
}

const styles: Readonly<Record<BootRow['status'], Style>> = {
  started: 'green',
  remote: 'green',
  discovered: 'green',
  distributed: 'green',
  skipped: 'dim',
  failed: 'red',
  degraded: 'yellow',
};

/** The table of services with where they answer, what went wrong, and how to stop. */
export function showSummary(
  context: Context,
  summary: BootSummary,
  project: string,
  isolated?: CopyReport,
): void {
  const { output } = context;
  if (output.json) {
    output.value({ project, ...summary, ...(isolated && { isolated }) });
    return;
  }
  for (const warning of summary.warnings)
    output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
  if (!output.inComposeWords) output.noteTable(columns(output), summary.rows);
  for (const row of summary.rows) if (row.error !== null) showFailure(output, row);
  if (isolated !== undefined) showCopy(context, isolated);
  if (output.inComposeWords) return;
  output.note('');
  if (summary.ok)
    output.note(t('up.done', { project, time: took(summary.durationMs), command: downCommand(context) }));
  else output.note(output.paintNote('red', t('up.failed', { project, command: downCommand(context) })));
}

function columns(output: Output): Column<BootRow>[] {
  return [
    { title: t('column.service'), value: (row) => row.name },
    {
      title: t('column.status'),
      value: statusOf,
      paint: (text, row) => output.paintNote(styles[row.status], text),
    },
    {
      title: t('column.time'),
      value: (row) => (row.change === 'kept' ? '' : took(row.durationMs)),
      align: 'right',
    },
    {
      title: t('column.url'),
      value: (row) => row.url ?? '',
      paint: (text) => output.paintNote('cyan', text),
    },
  ];
}

function statusOf(row: BootRow): string {
  if (row.status !== 'started') return t(`up.status.${row.status}`);
  const state = t(`up.state.${stateOf(row)}`);
  const { change } = row;
  if (change !== 'recreated' && change !== 'restarted') return t('up.good', { state });
  return t('up.changed', { state, change: t(`up.change.${change}`) });
}

/** How the containers of a service are, all of them, in docker compose's words. */
function stateOf({
  containers,
  change,
}: BootRow): 'completed' | 'created' | 'healthy' | 'running' | 'started' {
  if (containers.length > 0 && containers.every(({ exitCode }) => exitCode === 0)) return 'completed';
  if (containers.some(({ status }) => status === 'created')) return 'created';
  if (containers.length > 0 && containers.every(({ health }) => health === 'healthy')) return 'healthy';
  return change === 'kept' ? 'running' : 'started';
}

function showFailure(output: Output, row: BootRow): void {
  const { error } = row;
  if (error === null) return;
  const paint = output.paintNote;
  output.alert('');
  if (output.inComposeWords) output.alert(composeFailure(row, error));
  output.alert(`${paint(row.required ? 'red' : 'yellow', row.name)}: ${error.message}`);
  const lines = isWherryError(error) ? (error.details.lastLines ?? error.details.log) : undefined;
  if (Array.isArray(lines)) {
    for (const line of lines.slice(-20)) output.alert(paint('dim', `  | ${printable(String(line))}`));
  }
  if (error.hint !== undefined) output.alert(`  ${paint('dim', t('fault.fix').trim())} ${error.hint}`);
}

/** `wherry down` with the options that found this project and its engine. */
function downCommand({ globals }: Context): string {
  const { file, projectName, projectDirectory, isolated, backend, host, context } = globals;
  const pairs: [string, string | undefined][] = [
    ...file.map((path): [string, string] => ['-f', path]),
    ['-p', projectName],
    ['--project-directory', projectDirectory],
    ['--backend', backend],
    ['-H', host],
    ['--context', context],
  ];
  const given = pairs.flatMap(([flag, value]) => (value === undefined ? [] : [flag, quoted(value)]));
  if (isolated !== undefined) given.push(isolated === '' ? '--isolated' : `--isolated=${quoted(isolated)}`);
  return ['wherry', ...given, 'down'].join(' ');
}

function quoted(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
