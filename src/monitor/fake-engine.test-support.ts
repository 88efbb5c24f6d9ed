import type { Backend, ContainerInfo, ContainerStats, EngineEvent } from '../core/index.ts';

/** An engine with as much of the contract as the monitor asks for. */
export class FakeEngine {
  readonly type = 'docker';
  readonly address: string;
  /** Why nothing works; undefined while it does. */
  failure: Error | undefined;
  /** What lists wait for. */
  answering: Promise<void> = Promise.resolve();
  /** How often the list was asked for. */
  lists = 0;
  inspections = 0;
  /** Ends the statistics stream as if there were no more to tell. */
  endStats = false;
  readonly #containers: Map<string, Partial<ContainerInfo>> = new Map();
  readonly #listeners: Set<(event: EngineEvent) => void> = new Set();
  readonly #batches: (readonly ContainerStats[])[] = [];
  #onBatch: () => void = () => undefined;

  constructor(address = 'unix:///fake.sock') {
    this.address = address;
  }

  get backend(): Backend {
    return this as unknown as Backend;
  }

  /** Runs from now on; told by an event. */
  start(name: string, more: Partial<ContainerInfo> = {}): void {
    const id = `id-${name}`;
    const basics = { id, name, image: 'redis:7', labels: {}, restartCount: 0, spec: { image: 'redis:7' } };
    this.#containers.set(id, { ...basics, status: 'running', pid: 7, ...more });
    this.#tell({ type: 'started', time: new Date(), subject: { ...basics } });
  }

  end(name: string): void {
    const id = `id-${name}`;
    this.#containers.delete(id);
    const subject = { id, name, image: '', labels: {} };
    this.#tell({ type: 'died', time: new Date(), exitCode: 0, oomKilled: false, subject });
  }

  rename(name: string, to: string): void {
    const id = `id-${name}`;
    const subject = { id, name: to, image: '', labels: {} };
    this.#tell({ type: 'renamed', time: new Date(), previousName: name, subject });
  }

  /** What the statistics stream says next. */
  stats(...batch: (Partial<ContainerStats> & { id: string })[]): void {
    const nothing = { cpuLimit: null, memoryLimit: null, networkTx: null, blockRead: null, blockWrite: null };
    this.#batches.push(
      batch.map((one) => ({
        name: one.id,
        time: new Date(),
        cpu: null,
        memory: null,
        networkRx: null,
        pids: null,
        ...nothing,
        ...one,
      })),
    );
    this.#onBatch();
  }

  async list(): Promise<unknown> {
    this.lists += 1;
    await this.answering;
    if (this.failure !== undefined) throw this.failure;
    return [...this.#containers.values()];
  }

  async inspect(id: string): Promise<unknown> {
    this.inspections += 1;
    return structuredClone(this.#containers.get(id));
  }

  async *events({ signal }: { signal: AbortSignal }): AsyncGenerator<EngineEvent> {
    const queue: EngineEvent[] = [];
    let wake = (): void => undefined;
    const listener = (event: EngineEvent): void => {
      queue.push(event);
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        yield* queue.splice(0);
        await new Promise<void>((resolve) => {
          wake = resolve as () => undefined;
        });
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  async *statsAll({ signal }: { signal: AbortSignal }): AsyncGenerator<readonly ContainerStats[]> {
    while (!signal.aborted) {
      yield* this.#batches.splice(0);
      if (this.endStats) return;
      await new Promise<void>((resolve) => {
        this.#onBatch = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Open event streams. */
  get listeners(): number {
    return this.#listeners.size;
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
