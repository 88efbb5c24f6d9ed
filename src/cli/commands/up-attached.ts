import type {
  BootSummary,
  UpOptions as BootUpOptions,
  StopServicesOptions,
  UnhealthyRestarts,
} from '../../boot/index.ts';
import type { IsolatedCopy } from '../../boot/isolated/index.ts';
import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import { composeLabel } from '../../core/compose-labels.ts';
import type { Context } from '../context.ts';
import { deferred } from '../deferred.ts';
import { exitCode } from '../exit-codes.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { reportCopy, showCopy } from '../output/isolated-copy.ts';
import { LinePrefix } from '../output/prefix.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { unhealthyLine } from '../output/unhealthy.ts';
import { ProjectFollower } from '../project-follower.ts';
import { t } from '../text.ts';
import { reportChanges } from './down.ts';
import { showSummary } from './up.ts';

export interface AttachedOptions {
  noLogPrefix: boolean;
  timestamps: boolean;
  abortOnContainerExit: boolean;
  exitCodeFrom: string | undefined;
  /** ms. */
  timeout: number | undefined;
  /** The isolated copy that the project is; null for none. */
  copy: IsolatedCopy | null;
}

interface Exit {
  service: string;
  code: number;
}

/**
 * `up` in the foreground: logs of all services until all of them end or Ctrl-C comes, which stops them; a second Ctrl-C
 * kills them.
 */
export async function upAttached(
  context: Context,
  project: Project,
  wishes: BootUpOptions,
  options: AttachedOptions,
): Promise<number> {
  const { output, interrupts } = context;
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  const booting = new AbortController();
  const { promise: interrupted, resolve: interrupt } = deferred<'interrupted'>();
  const { promise: exited, resolve: onExit } = deferred<Exit>();
  let killing: Promise<unknown> | undefined;
  let stopping = false;
  using _answer = interrupts.intercept(() => {
    interrupt('interrupted');
    booting.abort();
    if (!stopping) return;
    killing ??= boot.killServices(backend, { projectName: project.name }).catch(() => undefined);
    output.note(t('up.killing'));
  });

  let board: ProgressBoard | undefined = new ProgressBoard(output);
  const follower = newFollower(context, backend, {
    project,
    wishes,
    options,
    onExit: (exit, id) => {
      if (restarts?.isRestarting(id) !== true) onExit(exit);
    },
    above: (write) => above(write),
  });
  const above = (write: () => void): void => (board === undefined ? write() : board.above(write));
  follower.listen();
  let restarts: UnhealthyRestarts | null = null;
  let summary: BootSummary | undefined;
  try {
    summary = await boot.up(backend, project, {
      ...wishes,
      signal: booting.signal,
      onProgress: bootProgress(board, project.name),
    });
  } catch (error) {
    if (!booting.signal.aborted) throw error;
  } finally {
    board[Symbol.dispose]();
    board = undefined;
  }
  if (summary !== undefined && !summary.ok) {
    await follower.close();
    showSummary(context, summary, project.name);
    return exitCode.failure;
  }
  // An engine may tell of a start late, even after the end: what was just made is followed without waiting for that.
  for (const { name, id, change } of summary?.rows.flatMap((row) => row.containers) ?? []) {
    if (change === 'kept') follower.follow(id, name, { tail: 0 });
    if (change === 'created' || change === 'recreated') follower.follow(id, name, {});
  }
  for (const { name, url } of summary?.rows ?? [])
    if (url !== null) output.note(t('up.answers', { name, url }));
  if (options.copy !== null && summary !== undefined)
    showCopy(context, await reportCopy(context, options.copy));
  const asksForCode = options.abortOnContainerExit || options.exitCodeFrom !== undefined;
  const ending = asksForCode ? exited : new Promise<never>(() => undefined);
  if (summary !== undefined)
    restarts = await boot.restartUnhealthy(backend, project, {
      services: wishes.services,
      events: wishes.events,
      logger: context.logger,
      onUnhealthy: (event) => output.alert(unhealthyLine(event)),
    });
  let end: 'interrupted' | 'ended' | Exit;
  try {
    end = await Promise.race([interrupted, ending, ended(follower, restarts)]);
  } finally {
    await restarts?.[Symbol.asyncDispose]();
  }
  if (end !== 'ended') {
    stopping = true;
    output.note(t(end === 'interrupted' ? 'up.stopping' : 'up.aborting'));
    const { timeout } = options;
    const stopped = await stopAll(context, backend, {
      projectName: project.name,
      project,
      services: wishes.services,
      events: wishes.events,
      timeout,
    });
    await killing;
    await follower.close();
    if (!stopped) return exitCode.failure;
  } else await follower.close();
  if (end === 'interrupted') return interrupts.exitCode ?? exitCode.interrupted;
  if (end !== 'ended') return end.code;
  return asksForCode ? lastExitCode(backend, project.name, options.exitCodeFrom) : exitCode.success;
}

/** When nothing runs, and not for a restart only. */
async function ended(follower: ProjectFollower, restarts: UnhealthyRestarts | null): Promise<'ended'> {
  for (;;) {
    await follower.idle();
    if (restarts === null || !restarts.isRestarting()) return 'ended';
    await restarts.settled();
  }
}

/** An engine may end the logs before it tells of the exit: the containers themselves know their exit codes. */
async function lastExitCode(backend: Backend, project: string, service: string | undefined): Promise<number> {
  const boot = await import('../../boot/index.ts');
  const rows = (await boot.observe(backend, project)).filter(
    (row) => row.status !== 'created' && (service === undefined || row.service === service),
  );
  const ends = await Promise.all(rows.map(({ id }) => backend.wait(id)));
  return ends.find((end) => end.exitCode !== 0)?.exitCode ?? exitCode.success;
}

async function stopAll(context: Context, backend: Backend, options: StopServicesOptions): Promise<boolean> {
  const boot = await import('../../boot/index.ts');
  using board = new ProgressBoard(context.output);
  const summary = await boot.stopServices(backend, {
    ...options,
    onProgress: bootProgress(board, options.projectName),
  });
  if (!summary.ok) reportChanges(context, summary, options.projectName);
  return summary.ok;
}

interface Following {
  project: Project;
  wishes: BootUpOptions;
  options: AttachedOptions;
  onExit: (exit: Exit, id: string) => void;
  above: (write: () => void) => void;
}

function newFollower(context: Context, backend: Backend, following: Following): ProjectFollower {
  const { output, signal } = context;
  const { project, wishes, options, onExit, above } = following;
  const short = (name: string): string =>
    name.startsWith(`${project.name}-`) ? name.slice(project.name.length + 1) : name;
  const names = Object.values(project.services).map(({ name }) => `${name}-1`);
  const prefix = options.noLogPrefix ? undefined : new LinePrefix(names, output.paint);
  const silent = new Set(
    Object.values(project.services).flatMap(({ name, attach }) => (attach ? [] : [name])),
  );
  return new ProjectFollower(backend, {
    projectName: project.name,
    services: wishes.services,
    signal,
    onRecord: (record, name) => {
      if (silent.has(short(name).replace(/-\d+$/, ''))) return;
      const stamp = options.timestamps ? `${record.timestamp ?? record.time?.toISOString() ?? '-'} ` : '';
      above(() => output.line(`${prefix?.of(short(name)) ?? ''}${stamp}${record.line}`));
    },
    afterBatch: () => output.flushed(context.signal),
    onExit: ({ subject, exitCode: code }) => {
      above(() => output.note(t('up.exited', { name: short(subject.name), code: code ?? '?' })));
      const service = subject.labels[composeLabel.service] ?? '';
      if (options.exitCodeFrom === undefined || options.exitCodeFrom === service)
        onExit({ service, code: code ?? 1 }, subject.id);
    },
  });
}
