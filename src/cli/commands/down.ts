import type { DownOptions as BootDownOptions, ChangeSummary } from '../../boot/index.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { isOn } from '../output/presentation.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { took } from '../output/time.ts';
import { parallelOf } from '../parallel.ts';
import { isNamedAlone, requireProjectName } from '../scope.ts';
import { t } from '../text.ts';

export interface DownOptions {
  volumes: boolean;
  removeOrphans: boolean;
  rmi: 'all' | 'local' | undefined;
  /** ms. */
  timeout: number | undefined;
  all: boolean;
  exclude: readonly string[];
}

/** Stops and removes the containers and networks of the project. */
export async function down(invocation: Invocation<DownOptions>): Promise<number> {
  const { context, words, options } = invocation;
  if (options.all) return (await import('./down-all.ts')).downAll(invocation);
  // The engine is asked how it is while the files are read; what it fails with is told when it is needed.
  context.backend().catch(() => undefined);
  const scope = await requireProjectName(context);
  const { volumes, rmi, timeout } = options;
  const environment = scope.project?.environment ?? context.env;
  const byName = isNamedAlone(context);
  const removeOrphans = byName || options.removeOrphans || isOn(environment.COMPOSE_REMOVE_ORPHANS);
  const wishes = {
    projectName: scope.name,
    // Images of a file that is found are not known to be the project's.
    project: byName && rmi !== undefined ? undefined : (scope.project ?? undefined),
    services: words.length > 0 ? words : undefined,
    volumes,
    removeOrphans,
    images: rmi,
    timeout,
    parallel: parallelOf(context, environment),
    signal: context.signal,
  };
  if (context.globals.dryRun) return await downDry(context, wishes);
  return takeDown(context, wishes);
}

/** Takes a project down, shows how it goes and what failed; resolves to the exit code. */
export async function takeDown(context: Context, options: BootDownOptions): Promise<number> {
  const summary = await downWithBoard(context, options);
  if (summary.ok && options.services === undefined) await forgetCopy(options.projectName);
  return reportChanges(context, summary, options.projectName);
}

async function downDry(context: Context, options: BootDownOptions): Promise<number> {
  const [boot, { tellPlan }] = await Promise.all([import('../../boot/index.ts'), import('../dry-run.ts')]);
  tellPlan(context.output, await boot.previewDown(await context.backend(), options));
  return exitCode.success;
}

/** An isolated copy that is gone needs its ports no more. */
async function forgetCopy(project: string): Promise<void> {
  const { IsolatedCopies } = await import('../../boot/isolated/index.ts');
  await new IsolatedCopies().forget(project);
}

async function downWithBoard(context: Context, options: BootDownOptions): Promise<ChangeSummary> {
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  using board = new ProgressBoard(context.output);
  return await boot.down(backend, { ...options, onProgress: bootProgress(board, options.projectName) });
}

/** Prints what became of a project, and the errors of what failed. */
export function reportChanges(context: Context, summary: ChangeSummary, project: string): number {
  const { output, globals } = context;
  for (const warning of summary.warnings)
    output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
  if (output.json) output.value({ project, ...summary });
  else {
    for (const { error } of summary.rows) if (error !== null) reportFault(error, output, globals);
    const count = summary.rows.filter(({ change }) => change === 'removed').length;
    if (summary.ok && !output.inComposeWords)
      output.note(t('down.done', { project, count, time: took(summary.durationMs) }));
  }
  return summary.ok ? exitCode.success : exitCode.failure;
}
