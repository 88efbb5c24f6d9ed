import { setTimeout } from 'node:timers/promises';
import type { Backend } from '../core/backend.ts';
import type { EngineEvent } from '../core/engine-event.ts';

type ContainerEvent = Exclude<EngineEvent, { type: 'resync' }>;

/** On a container that replaces another one: the name of the old one. */
const replaceLabel = 'com.docker.compose.replace';

/** ms within which an engine tells of a stop after it told of the end. */
const tellingOfStop = 100;
/** ms within which what is stopped for a restart starts again. */
const restarting = 1000;

/** `restart`: the same container starts again; `replacement`: another one takes its place. */
export type NextRun = 'nothing' | 'restart' | 'replacement';

/** Tells ends that are final from those of containers that are replaced or restarted. */
export class ProjectEnds {
  readonly #backend: Backend;
  readonly #project: string;
  readonly #signal: AbortSignal;
  /** Names of containers that are about to be replaced. */
  readonly #replaced = new Set<string>();
  /** Runs that ended because somebody stopped them, by container. */
  readonly #stopped = new Set<string>();
  readonly #starts = new Map<string, number>();
  /** Containers whose start was told, or was seen to come, and no end since. */
  readonly #started = new Set<string>();

  constructor(backend: Backend, project: string, signal: AbortSignal) {
    this.#backend = backend;
    this.#project = project;
    this.#signal = signal;
  }

  /** Takes note of an event. */
  see({ type, subject }: ContainerEvent): void {
    const { id, labels } = subject;
    const old = labels[replaceLabel];
    if (type === 'created' && old !== undefined) this.#replaced.add(old);
    // The name is free: whoever has it from now on is not replaced.
    else if (type === 'renamed' || type === 'removed') this.#replaced.delete(old ?? subject.name);
    else if (type === 'stopped') this.#stopped.add(id);
    if (type === 'died' || type === 'removed') this.#started.delete(id);
    if (type === 'started') {
      this.#started.add(id);
      this.#stopped.delete(id);
      this.#starts.set(id, (this.#starts.get(id) ?? 0) + 1);
    }
  }

  /** Containers whose start the engine told, or showed to come, and not yet their end. */
  get owed(): ReadonlySet<string> {
    return this.#started;
  }

  /** What follows the end of a container. */
  async next({ subject }: ContainerEvent): Promise<NextRun> {
    const { id, name } = subject;
    // docker compose leaves the project out of the name.
    if ([...this.#replaced].some((old) => name === old || name.endsWith(`-${old}`))) return 'replacement';
    const starts = this.#starts.get(id);
    const info = await this.#backend.inspect(id, { signal: this.#signal }).catch(() => undefined);
    if (info?.status === 'starting' || info?.status === 'running') {
      // A busy engine may tell of that start only when the run is over.
      if (this.#starts.get(id) === starts) this.#started.add(id);
      return 'restart';
    }
    await this.passes();
    return this.#starts.get(id) === starts ? 'nothing' : 'restart';
  }

  /**
   * Resolves when what ended would have been started again: a moment after a stop (after any end where the engine does not
   * tell of stops), and when no `up` or `restart` of this machine is at work.
   */
  async passes(): Promise<void> {
    const signal = this.#signal;
    await setTimeout(tellingOfStop, undefined, { signal });
    const { stopEvents } = await this.#backend.capabilities({ signal });
    if (this.#stopped.size > 0 || !stopEvents.supported) await setTimeout(restarting, undefined, { signal });
    const { projectAtRest } = await import('../boot/index.ts');
    await projectAtRest(this.#backend.address, this.#project, { signal });
  }
}
