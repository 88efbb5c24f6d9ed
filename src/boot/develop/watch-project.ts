import { setTimeout as sleep } from 'node:timers/promises';
import type { Project } from '../../compose/index.ts';
import { asWherryError, type Backend, isWherryError, throwIfAborted } from '../../core/index.ts';
import { formatDuration } from '../../core/units.ts';
import { FileWatch } from '../../watch/index.ts';
import type { BootOptions } from '../options.ts';
import { restartServices } from '../services.ts';
import { type BatchWork, initialWork, workOf } from './batch-work.ts';
import { rebuild } from './rebuild.ts';
import { runCommand } from './run-command.ts';
import { syncFiles } from './sync-files.ts';
import { SyncHistory } from './sync-history.ts';
import type { OnWatchEvent } from './watch-event.ts';
import { type WatchedServices, watchedServices } from './watched-services.ts';

export interface WatchOptions extends Pick<BootOptions, 'events' | 'logger'> {
  /** Only the rules of these. Default: of all services. */
  services?: readonly string[] | undefined;
  /** Remove images that a rebuild took the name from. Default: true. */
  prune?: boolean | undefined;
  onEvent?: OnWatchEvent | undefined;
  /** Ends the watching; the project stays as it is. */
  signal: AbortSignal;
}

/** ms between tries while the engine does not answer. */
const retryDelay = 1000;

/**
 * Watches the files of the services' `develop.watch` and does what its rules say when they change: sync, rebuild,
 * restart, and what they combine. Resolves when `signal` fires. What goes wrong with a change is an event, not an error;
 * fails only when it cannot begin: with `INVALID` for a rule that cannot be carried out, with `NOT_FOUND` when there is
 * none, with `UNAVAILABLE` when the system allows no more files to be watched.
 */
export async function watchProject(backend: Backend, project: Project, options: WatchOptions): Promise<void> {
  throwIfAborted(options.signal);
  const watched = await watchedServices(project, options.services);
  await new ProjectWatcher(backend, project, watched, options).run();
}

/** Fails as {@link watchProject} does for rules that cannot be carried out, before anything is done. */
export async function checkWatch(project: Project, services?: readonly string[]): Promise<void> {
  await watchedServices(project, services);
}

class ProjectWatcher {
  readonly #backend: Backend;
  readonly #project: Project;
  readonly #watched: WatchedServices;
  readonly #options: WatchOptions;
  readonly #tell: OnWatchEvent;
  readonly #histories = new Map<string, SyncHistory>();

  constructor(backend: Backend, project: Project, watched: WatchedServices, options: WatchOptions) {
    this.#backend = backend;
    this.#project = project;
    this.#watched = watched;
    this.#options = options;
    this.#tell = (event) => options.onEvent?.(event);
  }

  async run(): Promise<void> {
    const { rules, warnings } = this.#watched;
    const { signal } = this.#options;
    for (const message of warnings) this.#tell({ kind: 'warning', message });
    using files = new FileWatch({
      roots: [...new Set(rules.map(({ rule }) => rule.path))],
      skips: (directory) => rules.every(({ rule }) => rule.skips(directory)),
      onFault: ({ message }) => this.#tell({ kind: 'warning', message }),
    });
    this.#tell({ kind: 'enabled', services: [...new Set(rules.map(({ service }) => service))] });
    try {
      // Watched already: what changes while this is under way is in the first batch.
      await this.#carryOut(await initialWork(this.#project, rules));
      for await (const paths of files.batches(signal)) {
        const began = performance.now();
        await this.#carryOut(workOf(rules, paths));
        const duration = formatDuration(performance.now() - began);
        this.#options.logger?.debug(`batch complete: duration[${duration}] count[${paths.length}]`);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    this.#tell({ kind: 'disabled' });
  }

  async #carryOut({ rebuilds, syncs, restarts, commands }: BatchWork): Promise<void> {
    const { signal, prune = true, events, logger } = this.#options;
    const projectName = this.#project.name;
    for (const service of rebuilds) {
      this.#tell({ kind: 'rebuilding', service });
      const onLine = (line: string): void => this.#tell({ kind: 'build', service, line });
      const done = await this.#patiently(service, () =>
        rebuild(this.#backend, this.#project, { service, prune, onLine, events, logger, signal }),
      );
      if (done) this.#tell({ kind: 'rebuilt', service });
    }
    const synced = new Set<string>();
    for (const [service, paths] of syncs) {
      this.#tell({ kind: 'syncing', service, changes: paths.length });
      const history = this.#histories.get(service) ?? new SyncHistory();
      this.#histories.set(service, history);
      const target = { projectName, service, signal };
      if (await this.#patiently(service, () => syncFiles(this.#backend, target, paths, history)))
        synced.add(service);
    }
    for (const service of restarts) {
      const done = await this.#patiently(service, () => this.#restart(service));
      if (done) this.#tell({ kind: 'restarted', service });
    }
    for (const { service, hook } of commands) {
      if (!synced.has(service)) continue;
      this.#tell({ kind: 'executing', service, command: hook.command });
      const target = { projectName, service, signal };
      await this.#patiently(service, () =>
        runCommand(this.#backend, target, hook, (container, stream, line) =>
          this.#tell({ kind: 'output', service, container, stream, line }),
        ),
      );
    }
  }

  async #restart(service: string): Promise<void> {
    const { signal, events, logger } = this.#options;
    const projectName = this.#project.name;
    const { rows } = await restartServices(this.#backend, {
      projectName,
      project: this.#project,
      services: [service],
      signal,
      events,
      logger,
    });
    const failed = rows.find(({ error }) => error !== null);
    if (failed?.error) throw failed.error;
  }

  /** Resolves to whether it worked. Tries again for as long as the engine does not answer; any other error is told. */
  async #patiently(service: string, work: () => Promise<void>): Promise<boolean> {
    const { signal } = this.#options;
    for (let told = false; ; told = true) {
      throwIfAborted(signal);
      try {
        await work();
        return true;
      } catch (error) {
        if (signal.aborted) throw error;
        const retrying = isWherryError(error, 'UNAVAILABLE');
        if (!told || !retrying)
          this.#tell({ kind: 'failed', service, error: asWherryError(error), retrying });
        if (!retrying) return false;
      }
      await sleep(retryDelay, undefined, { signal });
    }
  }
}
