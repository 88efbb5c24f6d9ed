import type { ChangeRow, ChangeSummary, OnProgress } from '../../boot/index.ts';
import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import { isWherryError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { parallelOf } from '../parallel.ts';
import { isNamedAlone } from '../scope.ts';
import { splitNames, unknownName } from '../targets.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

/** What a verb does to services of a project, and to one container. */
export interface Verb {
  services: (
    boot: typeof import('../../boot/index.ts'),
    backend: Backend,
    options: {
      projectName: string;
      project: Project | undefined;
      services: readonly string[] | undefined;
      /** Without names, those of services that the files do not have are left alone, unless the project alone is named. */
      orphans: 'count' | 'left';
      parallel: number | undefined;
      onProgress: OnProgress | undefined;
    },
  ) => Promise<ChangeSummary>;
  container: (backend: Backend, id: string) => Promise<void>;
  /** The remark on a container of a service that was left as it is; without it nothing is said. */
  kept?: (name: string) => string;
  /** What is said when no container of the project was touched; without it, or when it is empty, nothing is. */
  nothing?: () => string;
}

interface Outcome {
  name: string;
  ok: boolean;
  error: unknown;
  /** What became of a container of the project; undefined for one of the engine. */
  change?: ChangeRow['change'];
}

/**
 * Does `verb` to all that `names` mean, side by side; what fails is reported and the rest goes on. Of the engine's
 * containers the names are the result, as with docker; what becomes of services is a remark, as with docker compose.
 */
export async function act(context: Context, names: readonly string[], verb: Verb): Promise<number> {
  const scope = await context.scope();
  const backend = await context.backend();
  if (scope.kind === 'engine') {
    if (names.length === 0) throw usage(t('usage.nameNeeded'), t('usage.nameNeededFix'));
    return report(context, await onContainers(backend, names, verb), 'result');
  }
  const { services, containers, rows } = await splitNames(context, scope, names);
  const [foreign] = containers;
  if (context.role === 'compose' && foreign !== undefined) throw unknownName(context, scope, foreign, rows);
  const outcomes = (await onContainers(backend, containers, verb)).map((outcome) =>
    isWherryError(outcome.error, 'NOT_FOUND')
      ? { ...outcome, error: unknownName(context, scope, outcome.name, rows) }
      : outcome,
  );
  if (names.length === 0 || services.length > 0) {
    const boot = await import('../../boot/index.ts');
    const chosen = names.length === 0 ? undefined : services;
    using board = new ProgressBoard(context.output);
    const summary = await verb.services(boot, backend, {
      projectName: scope.name,
      // Programs and hooks run for real or not at all.
      project: context.globals.dryRun ? undefined : (scope.project ?? undefined),
      services: chosen,
      orphans: isNamedAlone(context) ? 'count' : 'left',
      parallel: parallelOf(context, scope.project?.environment),
      onProgress: toldAsDone(context, board, scope.name),
    });
    for (const warning of summary.warnings) context.output.note(`${t('warning')} ${warning}`);
    // What was as it should be, or was left as it is, is not told as done.
    const touched = summary.rows.filter(({ change }) => change !== 'kept');
    for (const { name, change } of summary.rows)
      if (change === 'kept' && verb.kept !== undefined) context.output.note(verb.kept(name));
    for (const { name, error, change } of touched) outcomes.push({ name, ok: error === null, error, change });
    const remark = touched.length === 0 ? (verb.nothing?.() ?? '') : '';
    if (remark !== '') context.output.note(remark);
  }
  return report(context, outcomes, 'remark');
}

/** Docker compose tells each beginning and end; a dry run tells its calls. */
function toldAsDone(
  { output, globals }: Context,
  board: ProgressBoard,
  project: string,
): OnProgress | undefined {
  return output.inComposeWords && !globals.dryRun ? bootProgress(board, project) : undefined;
}

async function onContainers(backend: Backend, names: readonly string[], verb: Verb): Promise<Outcome[]> {
  return Promise.all(
    names.map(async (name) => {
      try {
        await verb.container(backend, name);
        return { name, ok: true, error: null };
      } catch (error) {
        return { name, ok: false, error };
      }
    }),
  );
}

/** Names are the result, as docker prints them, or a remark, as docker compose does. */
function report(
  { output, globals, signal }: Context,
  outcomes: readonly Outcome[],
  names: 'result' | 'remark',
): number {
  signal.throwIfAborted();
  const good = outcomes.filter((outcome) => outcome.ok);
  if (output.json) output.value(good.map(({ name }) => ({ name })));
  else if (!globals.dryRun)
    for (const { name, change } of good) {
      if (names === 'result') output.line(name);
      // In docker compose's words it was told while it was done.
      else if (!output.inComposeWords || change === undefined)
        output.note(change === undefined ? name : t('act.done', { name, change: t(`act.${change}`) }));
    }
  for (const { error, ok } of outcomes) if (!ok) reportFault(error, output, globals);
  return good.length === outcomes.length ? exitCode.success : exitCode.failure;
}
