import type {
  BootSummary,
  UpOptions as BootUpOptions,
  StopServicesOptions,
  UnhealthyRestarts,
} from '../../boot/index.ts';
import type { IsolatedCopy } from '../../boot/isolated/index.ts';
import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import type { Context } from '../context.ts';
import { deferred } from '../deferred.ts';
import { exitCode } from '../exit-codes.ts';
import { bootProgress, shortName } from '../output/boot-progress.ts';
import { reportCopy, showCopy } from '../output/isolated-copy.ts';
import type { Output } from '../output/output.ts';
import { LinePrefix } from '../output/prefix.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { quietImages } from '../output/quiet-images.ts';
import { unhealthyLine } from '../output/unhealthy.ts';
import { ProjectFollower } from '../project-follower.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { reportChanges } from './down.ts';
import { showSummary } from './up.ts';
import { UpCompanions } from './up-companions.ts';
import { wantsMenu } from './wants-menu.ts';

export interface AttachedOptions {
  noLogPrefix: boolean;
  timestamps: boolean;
  quietPull: boolean;
  quietBuild: boolean;
  attach: readonly string[];
  noAttach: readonly string[];
  attachDependencies: boolean;
  abortOnContainerExit: boolean;
  abortOnContainerFailure: boolean;
  exitCodeFrom: string | undefined;
  /** ms. */
  timeout: number | undefined;
  /** Files are watched as well. */
  watch: boolean;
  menu: boolean;
  noMenu: boolean;
  /** The isolated copy that the project is; null for none. */
  copy: IsolatedCopy | null;
}

/**
 * `up` in the foreground: logs of all services until all of them end or Ctrl-C comes, which stops them; a second Ctrl-C
 * kills them. While files are watched it goes on without any.
 */
export async function upAttached(
  context: Context,
  project: Project,
  wishes: BootUpOptions,
  options: AttachedOptions,
): Promise<number> {
  const { output, interrupts } = context;
  const watched = watchedServices(project, wishes.services, options);
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  const booting = new AbortController();
  const { promise: interrupted, resolve: interrupt } = deferred<'interrupted'>();
  const { promise: exited, resolve: onExit } = deferred<number>();
  const { promise: detached, resolve: detach } = deferred<'detached'>();
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
    watched,
    options,
    onExit: (exit, id) => {
      if (restarts?.isRestarting(id) !== true) onExit(exit);
    },
    above: (write) => above(write),
  });
  let companions: UpCompanions | undefined;
  const above = (write: () => void): void => {
    if (board !== undefined) board.above(write);
    else if (companions !== undefined) companions.above(write);
    else write();
  };
  follower.listen();
  let restarts: UnhealthyRestarts | null = null;
  let summary: BootSummary | undefined;
  try {
    summary = await boot.up(backend, project, {
      ...wishes,
      // What ends before all is up is told by its own lines and its exit code.
      earlyExit: 'passes',
      signal: booting.signal,
      onProgress: quietImages(bootProgress(board, project.name), options),
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
  for (const warning of summary?.warnings ?? [])
    output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
  if (context.role === 'compose') tellAttached(output, summary, watched.shown, project.name);
  // An engine may tell of a start late, even after the end: what was just made is followed without waiting for that.
  for (const { name: service, containers } of summary?.rows ?? [])
    for (const { name, id, change } of containers) {
      if (change === 'kept') follower.follow(id, name, service, { tail: 0 });
      if (change === 'created' || change === 'recreated') follower.follow(id, name, service, {});
    }
  for (const { name, url } of summary?.rows ?? [])
    if (url !== null && !output.inComposeWords) output.note(t('up.answers', { name, url }));
  if (options.copy !== null && summary !== undefined)
    showCopy(context, await reportCopy(context, options.copy));
  const ending = endsTogether(options) ? exited : new Promise<never>(() => undefined);
  if (summary !== undefined)
    restarts = await boot.restartUnhealthy(backend, project, {
      services: wishes.services,
      events: wishes.events,
      logger: context.logger,
      onUnhealthy: (event) => above(() => output.alert(unhealthyLine(event))),
    });
  await using beside = new UpCompanions(context, {
    backend,
    project,
    services: wishes.services,
    watch: options.watch && summary !== undefined ? 'on' : 'off',
    menu: summary !== undefined && wantsMenu(context, options, project.environment) ? 'shown' : 'none',
    onDetach: () => detach('detached'),
  });
  companions = beside;
  let end: 'interrupted' | 'detached' | 'ended' | number;
  try {
    end = await Promise.race([interrupted, ending, detached, ended(follower, restarts, beside)]);
  } finally {
    await restarts?.[Symbol.asyncDispose]();
  }
  if (end === 'interrupted') stopping = true;
  await beside[Symbol.asyncDispose]();
  if (end === 'detached') {
    await follower.close();
    output.note(t('up.detached', { project: project.name }));
    return exitCode.success;
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
  if (options.exitCodeFrom !== undefined) return lastExitCode(backend, project.name, [options.exitCodeFrom]);
  if (end !== 'ended') return end;
  return endsTogether(options) ? lastExitCode(backend, project.name, watched.services) : exitCode.success;
}

/** As docker compose does: some wait for that line. */
function tellAttached(
  output: Output,
  summary: BootSummary | undefined,
  shown: ReadonlySet<string>,
  project: string,
): void {
  const names = (summary?.rows ?? []).flatMap(({ name: service, containers }) =>
    shown.has(service) ? containers.map(({ name }) => shortName(name, project)) : [],
  );
  if (names.length > 0) output.line(`Attaching to ${names.join(', ')}`);
}

/** Whether the end of one container is the end of all. */
function endsTogether(options: AttachedOptions): boolean {
  const { abortOnContainerExit, abortOnContainerFailure, exitCodeFrom } = options;
  return abortOnContainerExit || abortOnContainerFailure || exitCodeFrom !== undefined;
}

interface Watched {
  /** Whose ends count; undefined: all. */
  services: readonly string[] | undefined;
  /** Whose lines are shown. */
  shown: ReadonlySet<string>;
}

/** As docker compose chooses: the named services, or all whose file does not say `attach: false`. */
function watchedServices(
  project: Project,
  named: readonly string[] | undefined,
  options: AttachedOptions,
): Watched {
  const { attach, noAttach, attachDependencies, exitCodeFrom } = options;
  const unknown = [...attach, ...noAttach, ...(exitCodeFrom === undefined ? [] : [exitCodeFrom])].find(
    (name) => !Object.hasOwn(project.services, name),
  );
  if (unknown !== undefined) throw usage(t('usage.noSuchService', { name: unknown }));
  const chosen = named ?? Object.keys(project.services);
  const beside = attachDependencies ? withDependencies(project, chosen) : chosen;
  const attached = beside.filter((name) => writes(project.services[name]));
  const shown = (attach.length > 0 ? attach : attached).filter((name) => !noAttach.includes(name));
  return { services: named ?? (shown.length > 0 ? shown : undefined), shown: new Set(shown) };
}

/** What a provider makes writes no lines. */
function writes(service: Project['services'][string] | undefined): boolean {
  return service?.attach !== false && service?.provider === undefined;
}

function withDependencies(project: Project, names: readonly string[]): string[] {
  const all = new Set(names);
  for (const name of all)
    for (const dependency of Object.keys(project.services[name]?.dependsOn ?? {})) all.add(dependency);
  return [...all];
}

/** When nothing runs, and not for a restart only. While files are watched, a change may start what has ended. */
async function ended(
  follower: ProjectFollower,
  restarts: UnhealthyRestarts | null,
  companions: UpCompanions,
): Promise<'ended'> {
  for (;;) {
    await companions.unwatched();
    await follower.idle();
    if (companions.isWatching) continue;
    if (restarts === null || !restarts.isRestarting()) return 'ended';
    await restarts.settled();
  }
}

/** An engine may end the logs before it tells of the exit: the containers themselves know their exit codes. */
async function lastExitCode(
  backend: Backend,
  project: string,
  services: readonly string[] | undefined,
): Promise<number> {
  const boot = await import('../../boot/index.ts');
  const rows = (await boot.observe(backend, project)).filter(
    (row) => row.status !== 'created' && (services === undefined || services.includes(row.service)),
  );
  const ends = await Promise.all(rows.map(({ id }) => backend.wait(id)));
  return ends.find((end) => end.exitCode !== 0)?.exitCode ?? exitCode.success;
}

async function stopAll(context: Context, backend: Backend, options: StopServicesOptions): Promise<boolean> {
  const boot = await import('../../boot/index.ts');
  using board = new ProgressBoard(context.output);
  const tell = bootProgress(board, options.projectName);
  const summary = await boot.stopServices(backend, {
    ...options,
    onProgress: (progress) => {
      // While logs are shown, what a hook writes stands among them.
      if (progress.kind === 'hook' && progress.error === null && board.inComposeWords)
        context.output.line(`${shortName(progress.container, options.projectName)} ->  | ${progress.line}`);
      else tell(progress);
    },
  });
  if (!summary.ok) reportChanges(context, summary, options.projectName);
  return summary.ok;
}

interface Following {
  project: Project;
  watched: Watched;
  options: AttachedOptions;
  onExit: (code: number, id: string) => void;
  above: (write: () => void) => void;
}

function newFollower(context: Context, backend: Backend, following: Following): ProjectFollower {
  const { output, signal } = context;
  const { project, watched, options, onExit, above } = following;
  const short = (name: string): string => shortName(name, project.name);
  const names = [...watched.shown].map((name) => `${name}-1`);
  const prefixes = options.noLogPrefix
    ? undefined
    : { out: new LinePrefix(names, output.paint), error: new LinePrefix(names, output.paintNote) };
  return new ProjectFollower(backend, {
    projectName: project.name,
    services: watched.services,
    shown: watched.shown,
    signal,
    onRecord: (record, name) => {
      const stamp = options.timestamps ? `${record.timestamp ?? record.time?.toISOString() ?? '-'} ` : '';
      const label = short(name);
      above(() => {
        if (record.kind === 'stderr')
          output.alert(`${prefixes?.error.of(label) ?? ''}${stamp}${record.line}`);
        else output.line(`${prefixes?.out.of(label) ?? ''}${stamp}${record.line}`);
      });
    },
    afterBatch: () => output.flushed(context.signal),
    onExit: ({ subject, exitCode: code }) => {
      above(() => output.line(t('up.exited', { name: short(subject.name), code: code ?? '?' })));
      if (!options.abortOnContainerFailure || code !== 0) onExit(code ?? exitCode.failure, subject.id);
    },
  });
}
