import { composeLabel } from '../compose/index.ts';
import type { Backend, EngineEvent, EngineHealth } from '../core/index.ts';
import { cancelled, isWherryError } from '../core/index.ts';

/** What is known of one container while a project is worked on. */
export interface WatchedContainer {
  id: string;
  phase: 'created' | 'running' | 'exited' | 'removed';
  /** Null until something is known. */
  health: EngineHealth | null;
  exitCode: number | null;
  oomKilled: boolean | null;
  /** Exits seen since the watch began or `up` started it. */
  exits: number;
}

export interface WatchObserver {
  onHealth?: (id: string, from: EngineHealth | null, to: EngineHealth) => void;
  onExit?: (container: Readonly<WatchedContainer>) => void;
}

type Seed = Pick<WatchedContainer, 'id' | 'phase' | 'health' | 'exitCode'>;

interface Entry extends WatchedContainer {
  /** Events before the start that is on its way belong to an earlier run. */
  awaitsStart: boolean;
  /** It was found healthy before the engine said so. */
  foundEarly: boolean;
  listeners: Set<() => void>;
}

/** How long the stream may take to show a sign of life before the engine is asked directly, in ms. */
const quiet = 500;

/** Follows the engine's events of one project and keeps the state of its containers. One stream, no polling. */
export class ProjectWatch {
  readonly #backend: Backend;
  readonly #project: string;
  readonly #observer: WatchObserver;
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new AbortController();
  #reading: Promise<void> | undefined;
  /** Something came through the stream: from now on nothing is missed. */
  #live = false;
  #failure: unknown;

  constructor(backend: Backend, project: string, observer: WatchObserver = {}) {
    this.#backend = backend;
    this.#project = project;
    this.#observer = observer;
  }

  /** Opens the stream. */
  begin(since: Date): void {
    const { signal } = this.#closing;
    const labels = [`${composeLabel.project}=${this.#project}`];
    this.#reading ??= this.#read(this.#backend.events({ labels, since, signal }));
  }

  /** Tells what a list or an inspect said of a container. */
  seed(container: Seed): void {
    const entry = this.#entry(container.id);
    if (!entry.awaitsStart) this.#change(entry, container);
  }

  /** Call before a start: what was seen until then is of an earlier run. */
  starting(id: string): void {
    const entry = this.#entry(id);
    entry.awaitsStart = true;
    this.#change(entry, { phase: 'created', health: null, exitCode: null, oomKilled: null, exits: 0 });
  }

  /** Call when the start succeeded. */
  started(id: string): void {
    const entry = this.#entry(id);
    if (entry.awaitsStart) this.#change(entry, { phase: 'running' });
    entry.awaitsStart = false;
  }

  /** Call when its health check was seen to pass. */
  foundHealthy(id: string): void {
    const entry = this.#entry(id);
    if (entry.phase !== 'running') return;
    const foundEarly = entry.health !== 'healthy';
    this.#change(entry, { health: 'healthy' });
    entry.foundEarly = foundEarly;
  }

  /** Resolves when the engine itself has told the health of all that was found healthy sooner, and when `signal` fires. */
  async confirmed(signal: AbortSignal): Promise<void> {
    const early = [...this.#entries.values()].filter((entry) => entry.foundEarly);
    const isTold = ({ foundEarly }: Entry): boolean => !foundEarly;
    await Promise.allSettled(early.map((entry) => this.until(entry.id, () => isTold(entry), signal)));
  }

  state(id: string): Readonly<WatchedContainer> | undefined {
    return this.#entries.get(id);
  }

  /** Resolves when `met` says true of the container; rejects with what `met` throws, and when `signal` fires. */
  async until(
    id: string,
    met: (container: Readonly<WatchedContainer>) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const entry = this.#entry(id);
    const assured = this.#assure(entry, signal);
    try {
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          entry.listeners.delete(look);
          signal.removeEventListener('abort', look);
        };
        const look = (): void => {
          try {
            if (signal.aborted) throw cancelled(signal);
            if (this.#failure !== undefined) throw this.#failure;
            if (!met(entry)) return;
            stop();
            resolve();
          } catch (error) {
            stop();
            reject(error);
          }
        };
        entry.listeners.add(look);
        signal.addEventListener('abort', look);
        look();
      });
    } finally {
      assured();
    }
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  /** Asks the engine as long as the stream has shown no sign of life. Returns the way out. */
  #assure(entry: Entry, signal: AbortSignal): () => void {
    let timer: NodeJS.Timeout | undefined;
    const ask = async (): Promise<void> => {
      if (this.#live) return;
      try {
        const info = await this.#backend.inspect(entry.id, { signal });
        if (!this.#live) this.seed({ ...info, phase: phaseOf(info.status) });
      } catch (error) {
        if (isWherryError(error, 'NOT_FOUND')) this.#change(entry, { phase: 'removed' });
      }
      if (timer !== undefined) timer = setTimeout(ask, quiet);
    };
    timer = setTimeout(ask, quiet);
    return () => {
      clearTimeout(timer);
      timer = undefined;
    };
  }

  async #read(events: AsyncIterable<EngineEvent>): Promise<void> {
    try {
      for await (const event of events) {
        this.#live = true;
        this.#take(event);
      }
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#failure = error;
      for (const entry of this.#entries.values()) notify(entry);
    }
  }

  #take(event: EngineEvent): void {
    if (event.type === 'resync') {
      this.#resync(event.containers);
      return;
    }
    const entry = this.#entry(event.subject.id);
    switch (event.type) {
      case 'started': {
        const { foundEarly } = entry;
        entry.awaitsStart = false;
        this.#change(entry, { phase: 'running', health: null, exitCode: null, oomKilled: null });
        // Told late: what runs was found to be healthy meanwhile.
        entry.foundEarly = foundEarly;
        break;
      }
      case 'health':
        if (!entry.awaitsStart) this.#change(entry, { health: event.health });
        break;
      case 'died':
        if (!entry.awaitsStart) this.#exit(entry, event.exitCode, event.oomKilled);
        break;
      case 'removed':
        this.#change(entry, { phase: 'removed' });
        break;
      default:
    }
  }

  #resync(containers: Extract<EngineEvent, { type: 'resync' }>['containers']): void {
    const present = new Set(containers.map(({ id }) => id));
    for (const summary of containers) {
      const entry = this.#entries.get(summary.id);
      if (entry === undefined || entry.awaitsStart) continue;
      const phase = phaseOf(summary.status);
      if (phase === 'exited' && entry.phase === 'running') this.#exit(entry, summary.exitCode, null);
      else this.#change(entry, { phase, health: summary.health, exitCode: summary.exitCode });
    }
    for (const entry of this.#entries.values()) {
      if (!present.has(entry.id)) this.#change(entry, { phase: 'removed' });
    }
  }

  #exit(entry: Entry, exitCode: number | null, oomKilled: boolean | null): void {
    this.#change(entry, { phase: 'exited', exitCode, oomKilled, exits: entry.exits + 1 });
    this.#observer.onExit?.({ ...entry });
  }

  #change(entry: Entry, change: Partial<WatchedContainer>): void {
    const { health } = entry;
    entry.foundEarly = false;
    Object.assign(entry, {
      phase: change.phase ?? entry.phase,
      health: change.health === undefined ? entry.health : change.health,
      exitCode: change.exitCode === undefined ? entry.exitCode : change.exitCode,
      oomKilled: change.oomKilled === undefined ? entry.oomKilled : change.oomKilled,
      exits: change.exits ?? entry.exits,
    });
    if (entry.health !== null && entry.health !== health)
      this.#observer.onHealth?.(entry.id, health, entry.health);
    notify(entry);
  }

  #entry(id: string): Entry {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const fresh = { phase: 'created', health: null, exitCode: null, oomKilled: null, exits: 0 } as const;
    const entry: Entry = { ...fresh, id, awaitsStart: false, foundEarly: false, listeners: new Set() };
    this.#entries.set(id, entry);
    return entry;
  }
}

export function phaseOf(status: string): WatchedContainer['phase'] {
  if (status === 'created') return 'created';
  return status === 'exited' || status === 'dead' ? 'exited' : 'running';
}

function notify(entry: Entry): void {
  for (const listener of [...entry.listeners]) listener();
}
