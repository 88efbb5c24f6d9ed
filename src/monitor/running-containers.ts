import {
  asWherryError,
  type Backend,
  type ContainerInfo,
  type ContainerSummary,
  composeLabel,
  isWherryError,
  label,
  WherryError,
} from '../core/index.ts';

/** What the monitor knows of a container beside its figures. */
export interface RunningContainer {
  readonly id: string;
  name: string;
  readonly image: string;
  readonly project: string | null;
  readonly service: string | null;
  /** On the engine's machine. */
  readonly pid: number | null;
  readonly restartCount: number;
  /** Its interfaces are those of the machine: no figures of its own. */
  readonly hostNetwork: boolean;
}

/** Inspections at a time, when many containers are new. */
const PARALLEL = 8;

/** The containers of an engine that run, kept up to date through its events. */
export class RunningContainers {
  /** Resolves when all that ran at the beginning are known. Rejects when the engine is gone before. */
  readonly ready: Promise<void>;
  readonly #backend: Backend;
  readonly #signal: AbortSignal;
  readonly #running: Map<string, RunningContainer> = new Map();
  readonly #queue: Set<string> = new Set();
  /** The newest inspection of each; an older one's answer, or one of a container that ended meanwhile, counts no more. */
  readonly #inspections: Map<string, symbol> = new Map();
  #workers = 0;
  #idle: () => void = () => undefined;
  #failure: WherryError | null = null;

  constructor(backend: Backend, signal: AbortSignal) {
    this.#backend = backend;
    this.#signal = signal;
    const first = Promise.withResolvers<void>();
    this.ready = first.promise;
    this.ready.catch(() => undefined);
    this.#idle = first.resolve;
    this.#follow()
      .then(() => {
        throw new WherryError('STREAM_CUT', `the events of ${backend.address} ended`);
      })
      .catch((error: unknown) => {
        this.#failure = asWherryError(error);
        first.reject(this.#failure);
      });
  }

  /** Why nothing is heard of the engine any more; null while all is well. */
  get failure(): WherryError | null {
    return this.#failure;
  }

  /** In the order in which they became known. */
  all(): readonly RunningContainer[] {
    return [...this.#running.values()];
  }

  /** Asks again: whether this process is still that container. */
  async isCurrent({ id, pid }: RunningContainer): Promise<boolean> {
    const info = await this.#inspect(id);
    return info !== null && known(info).pid === pid;
  }

  async #follow(): Promise<void> {
    const signal = this.#signal;
    // Subscribed before the list, so that no start falls between the two.
    const events = this.#backend.events({ signal })[Symbol.asyncIterator]();
    const next = events.next();
    next.catch(() => undefined);
    this.#reconcile(await this.#backend.list({}, { signal }));
    if (this.#workers === 0) this.#idle();
    for (let step = await next; !step.done; step = await events.next()) {
      const event = step.value;
      if (event.type === 'resync') this.#reconcile(event.containers);
      else if (event.type === 'started') this.#look(event.subject.id);
      else if (event.type === 'died' || event.type === 'removed') this.#forget(event.subject.id);
      else if (event.type === 'renamed') this.#rename(event.subject.id, event.subject.name);
    }
  }

  #reconcile(rows: readonly ContainerSummary[]): void {
    const running = new Set(rows.filter(isUp).map(({ id }) => id));
    for (const id of [...this.#running.keys()]) if (!running.has(id)) this.#forget(id);
    for (const id of running) this.#look(id);
  }

  #rename(id: string, name: string): void {
    const container = this.#running.get(id);
    if (container !== undefined) container.name = name;
  }

  #forget(id: string): void {
    this.#queue.delete(id);
    this.#inspections.delete(id);
    this.#running.delete(id);
  }

  /** Puts it in the line of those to be inspected. */
  #look(id: string): void {
    this.#queue.add(id);
    if (this.#workers < PARALLEL) void this.#work();
  }

  async #work(): Promise<void> {
    this.#workers += 1;
    for (const id of this.#queue) {
      this.#queue.delete(id);
      const inspection = Symbol(id);
      this.#inspections.set(id, inspection);
      const info = await this.#inspect(id);
      if (this.#signal.aborted) break;
      if (this.#inspections.get(id) !== inspection) continue;
      this.#inspections.delete(id);
      if (info === null || !isUp(info)) this.#running.delete(id);
      else this.#running.set(id, known(info));
    }
    this.#workers -= 1;
    if (this.#workers === 0) this.#idle();
  }

  /** Null when it is gone; a failing engine is told by its events. */
  async #inspect(id: string): Promise<ContainerInfo | null> {
    try {
      return await this.#backend.inspect(id, { signal: this.#signal });
    } catch (error) {
      if (!isWherryError(error, 'NOT_FOUND', 'CANCELLED')) this.#failure = asWherryError(error);
      return null;
    }
  }
}

function isUp({ status }: Pick<ContainerSummary, 'status'>): boolean {
  return status === 'running' || status === 'paused';
}

function known(info: ContainerInfo): RunningContainer {
  const { id, name, image, labels, pid, restartCount, spec } = info;
  return {
    id,
    name,
    image,
    project: labels[composeLabel.project] ?? labels[label.project] ?? null,
    service: labels[composeLabel.service] ?? labels[label.service] ?? null,
    pid: pid === 0 ? null : pid,
    restartCount,
    hostNetwork: spec.networkMode === 'host',
  };
}
