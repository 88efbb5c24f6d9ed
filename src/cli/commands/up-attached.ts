import type {
  BootSummary,
  UpOptions as BootUpOptions,
  Plan,
  StopServicesOptions,
  UnhealthyRestarts,
} from '../../boot/index.ts';
import type { IsolatedCopy } from '../../boot/isolated/index.ts';
import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import type { Context } from '../context.ts';
import { type CrashRecord, recordCrashes } from '../crash-record.ts';
import { type Deferred, deferred } from '../deferred.ts';
import { exitCode } from '../exit-codes.ts';
import { bootProgress, shortName } from '../output/boot-progress.ts';
import { reportCopy, showCopy } from '../output/isolated-copy.ts';
import type { Output } from '../output/output.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { quietImages } from '../output/quiet-images.ts';
import { unhealthyLine } from '../output/unhealthy.ts';
import type { ProjectFollower } from '../project-follower.ts';
import { t } from '../text.ts';
import { attachedLines } from './attached-lines.ts';
import { type Watched, watchedServices } from './attached-services.ts';
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
  /** File for lifecycle events. */
  history: string | undefined;
  menu: boolean;
  noMenu: boolean;
  /** The isolated copy that the project is; null for none. */
  copy: IsolatedCopy | null;
}

/**
 * `up` in the foreground: logs of all services until all of them end or Ctrl-C comes, which stops them; a second Ctrl-C
 * kills them, a third one ends the command at once. While files are watched it goes on without any.
 */
export async function upAttached(
  context: Context,
  project: Project,
  wishes: BootUpOptions,
  options: AttachedOptions,
): Promise<number> {
  const watched = watchedServices(project, wishes.services, options);
  const backend = await context.backend();
  const { killServices } = await import('../../boot/index.ts');
  const attached = new AttachedUp({ context, backend, project, watched, wishes, options });
  let killing: Promise<unknown> | undefined;
  let presses = 0;
  using _answer = context.interrupts.intercept(() => {
    presses += 1;
    // What it waits for may never come.
    if (presses > 2) context.interrupts.exit();
    attached.interrupt();
    if (!attached.isStopping) return;
    killing ??= killServices(backend, { projectName: project.name }).catch(() => undefined);
    context.output.note(t('up.killing'));
  });
  const code = await attached.run();
  await killing;
  return code;
}

interface Attached {
  context: Context;
  backend: Backend;
  project: Project;
  watched: Watched;
  wishes: BootUpOptions;
  options: AttachedOptions;
}

/** Why an attached `up` is over; a number is the exit code of the container that ended it. */
type End = 'interrupted' | 'detached' | 'ended' | number;

class AttachedUp {
  readonly #of: Attached;
  readonly #booting = new AbortController();
  readonly #interrupted = deferred<'interrupted'>();
  readonly #detached = deferred<'detached'>();
  readonly #exited: Deferred<number> = deferred();
  readonly #follower: ProjectFollower;
  /** What is above all else while things boot. */
  #board: ProgressBoard | undefined;
  #companions: UpCompanions | undefined;
  #restarts: UnhealthyRestarts | null = null;
  #crashes: CrashRecord | undefined;
  #isStopping = false;
  /** What is yet to be told before the first line. */
  #heading: string | undefined;

  constructor(of: Attached) {
    this.#of = of;
    const { context, backend, project, watched, options } = of;
    this.#follower = attachedLines(context, backend, {
      ...options,
      project,
      watched,
      onExit: (exit, id) => {
        if (this.#restarts?.isRestarting(id) !== true) this.#exited.resolve(exit);
      },
      above: (write) => {
        this.#tellHeading();
        this.#above(write);
      },
    });
  }

  /** Everything is about to end: one more interrupt is meant to hurry it up. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  interrupt(): void {
    this.#interrupted.resolve('interrupted');
    this.#booting.abort();
  }

  /** Resolves to the exit code. */
  async run(): Promise<number> {
    const summary = await this.#boot();
    if (summary !== undefined && !summary.ok) {
      await this.#crashes?.[Symbol.asyncDispose]();
      await this.#follower.close();
      showSummary(this.#of.context, summary, this.#of.project.name);
      return exitCode.failure;
    }
    if (summary !== undefined) await this.#begin(summary);
    return this.#finish(summary === undefined ? 'interrupted' : await this.#end());
  }

  /** Undefined when it was interrupted. */
  async #boot(): Promise<BootSummary | undefined> {
    const { context, backend, project, wishes, options } = this.#of;
    const { up } = await import('../../boot/index.ts');
    this.#crashes =
      options.history === undefined || wishes.events === undefined
        ? undefined
        : recordCrashes(backend, {
            projectName: project.name,
            events: wishes.events,
            signal: context.signal,
          });
    using board = new ProgressBoard(context.output);
    this.#board = board;
    this.#follower.listen();
    const tell = quietImages(bootProgress(board, project.name), options);
    try {
      return await up(backend, project, {
        ...wishes,
        events: this.#crashes?.others ?? wishes.events,
        // What ends before all is up is told by its own lines and its exit code.
        earlyExit: 'passes',
        signal: AbortSignal.any([this.#booting.signal, context.signal]),
        onProgress: (progress) => {
          if (progress.kind === 'planned' && context.role === 'compose')
            this.#heading = headingOf(progress.plan, this.#of.watched.shown);
          tell(progress);
        },
      });
    } catch (error) {
      if (!this.#booting.signal.aborted) throw error;
      return undefined;
    } finally {
      this.#board = undefined;
    }
  }

  /** Follows what is up, and tells of it. */
  async #begin({ rows, warnings }: BootSummary): Promise<void> {
    const { context, options } = this.#of;
    const { output } = context;
    for (const warning of warnings) output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
    this.#tellHeading();
    // An engine may tell of a start late, even after the end: what was just made is followed without waiting for that.
    for (const { name: service, containers } of rows)
      for (const { name, id, change } of containers) {
        if (change === 'kept') this.#follower.follow(id, name, service, { tail: 0 });
        if (change === 'created' || change === 'recreated') this.#follower.follow(id, name, service, {});
      }
    for (const { name, url } of rows)
      if (url !== null && !output.inComposeWords) output.note(t('up.answers', { name, url }));
    if (options.copy !== null) showCopy(context, await reportCopy(context, options.copy));
  }

  /** Looks after what runs, until that is over. */
  async #end(): Promise<End> {
    const { context, backend, project, wishes, options } = this.#of;
    const { services, events } = wishes;
    const { restartUnhealthy } = await import('../../boot/index.ts');
    const restarts = await restartUnhealthy(backend, project, {
      services,
      events,
      logger: context.logger,
      onUnhealthy: (event) => this.#above(() => context.output.alert(unhealthyLine(event))),
    });
    this.#restarts = restarts;
    await using companions = new UpCompanions(context, {
      backend,
      project,
      services,
      watch: options.watch ? 'on' : 'off',
      menu: wantsMenu(context, options, project.environment) ? 'shown' : 'none',
      onDetach: () => this.#detached.resolve('detached'),
    });
    this.#companions = companions;
    try {
      const ways: Promise<End>[] = [this.#interrupted.promise, this.#detached.promise, this.#allEnded()];
      if (endsTogether(options)) ways.push(this.#exited.promise);
      const end = await Promise.race(ways);
      if (end === 'interrupted') this.#isStopping = true;
      return end;
    } finally {
      await restarts?.[Symbol.asyncDispose]();
    }
  }

  /** Leaves things as they are to be. Resolves to the exit code. */
  async #finish(end: End): Promise<number> {
    const { context, backend, project, watched, options } = this.#of;
    const { output, interrupts } = context;
    // What ends from now on is meant to.
    await this.#crashes?.[Symbol.asyncDispose]();
    const stopped = end === 'ended' || end === 'detached' || (await this.#stop(end));
    if (typeof end === 'number') await this.#follower.endsTold();
    await this.#follower.close();
    if (!stopped) return exitCode.failure;
    if (end === 'detached') {
      output.note(t('up.detached', { project: project.name }));
      return exitCode.success;
    }
    if (end === 'interrupted') return interrupts.exitCode ?? exitCode.interrupted;
    if (options.exitCodeFrom !== undefined)
      return lastExitCode(backend, project.name, [options.exitCodeFrom]);
    if (end !== 'ended') return end;
    return endsTogether(options) ? lastExitCode(backend, project.name, watched.services) : exitCode.success;
  }

  /** False when something could not be stopped, which is told. */
  #stop(end: 'interrupted' | number): Promise<boolean> {
    const { context, backend, project, wishes, options } = this.#of;
    this.#isStopping = true;
    if (end !== 'interrupted') this.#follower.stopping();
    tellStopping(context.output, end === 'interrupted' ? 'up.stopping' : 'up.aborting');
    return stopAll(context, backend, {
      projectName: project.name,
      project,
      services: wishes.services,
      events: wishes.events,
      timeout: options.timeout,
    });
  }

  /** When nothing runs, and not for a restart only. While files are watched, a change may start what has ended. */
  async #allEnded(): Promise<'ended'> {
    for (;;) {
      await this.#companions?.unwatched();
      await this.#follower.idle();
      if (this.#companions?.isWatching === true) continue;
      if (this.#restarts?.isRestarting() !== true) return 'ended';
      await this.#restarts.settled();
    }
  }

  #tellHeading(): void {
    const text = this.#heading;
    this.#heading = undefined;
    if (text !== undefined) this.#above(() => this.#of.context.output.line(text));
  }

  #above(write: () => void): void {
    if (this.#board !== undefined) this.#board.above(write);
    else if (this.#companions !== undefined) this.#companions.above(write);
    else write();
  }
}

/** As docker compose has it: some wait for that line. */
function headingOf({ steps, project }: Plan, shown: ReadonlySet<string>): string | undefined {
  const names = steps.flatMap((step) =>
    step.kind === 'container' && shown.has(step.service) && (step.start || step.action === 'keep')
      ? [shortName(step.name, project)]
      : [],
  );
  return names.length === 0 ? undefined : `Attaching to ${names.toSorted().join(', ')}`;
}

/** Why all that is up is about to be stopped. */
function tellStopping(output: Output, reason: keyof typeof composeReasons): void {
  if (output.inComposeWords) output.progressLine({ ...stopping, details: composeReasons[reason] });
  else output.note(t(reason));
}

const stopping = { id: 'Compose', status: 'Working', text: 'Stopping' } as const;
/** In docker compose's words, which scripts look for. */
const composeReasons = {
  'up.aborting': 'Aborting on container exit...',
  'up.stopping': 'Gracefully Stopping... press Ctrl+C again to force',
} as const;

/** Whether the end of one container is the end of all. */
function endsTogether(options: AttachedOptions): boolean {
  const { abortOnContainerExit, abortOnContainerFailure, exitCodeFrom } = options;
  return abortOnContainerExit || abortOnContainerFailure || exitCodeFrom !== undefined;
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
