import { asWherryError, type Backend, type ContainerStats, WherryError } from '../core/index.ts';

interface Fed {
  last: ContainerStats;
  /** CPU figures since the last `take`. */
  cores: number[];
}

/** The newest figures of all containers of an engine, from its own stream. */
export class StatsFeed {
  /** Resolves with the first batch. Rejects when there is none. */
  readonly ready: Promise<void>;
  readonly #fed: Map<string, Fed> = new Map();
  #failure: WherryError | null = null;

  constructor(backend: Backend, signal: AbortSignal) {
    const first = Promise.withResolvers<void>();
    this.ready = first.promise;
    this.ready.catch(() => undefined);
    this.#read(backend, signal, first.resolve)
      .then(() => {
        throw new WherryError('STREAM_CUT', `the statistics of ${backend.address} ended`);
      })
      .catch((error: unknown) => {
        this.#failure = asWherryError(error);
        first.reject(this.#failure);
      });
  }

  /** Why the stream ended; null while it goes on. */
  get failure(): WherryError | null {
    return this.#failure;
  }

  /** The newest sample of each container by id; its CPU is the mean since the last call, as a longer sample has it. */
  take(): ReadonlyMap<string, ContainerStats> {
    const samples = new Map<string, ContainerStats>();
    for (const [id, fed] of this.#fed) {
      const { last, cores } = fed;
      const cpu = cores.length === 0 ? last.cpu : cores.reduce((sum, one) => sum + one, 0) / cores.length;
      samples.set(id, { ...last, cpu });
      fed.cores = [];
    }
    return samples;
  }

  /** Forgets containers that are gone. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#fed.keys()) if (!ids.has(id)) this.#fed.delete(id);
  }

  async #read(backend: Backend, signal: AbortSignal, onBatch: () => void): Promise<void> {
    for await (const batch of backend.statsAll({ signal })) {
      for (const sample of batch) this.#keep(sample);
      onBatch();
    }
  }

  #keep(sample: ContainerStats): void {
    const fed = this.#fed.get(sample.id) ?? { last: sample, cores: [] };
    fed.last = sample;
    if (sample.cpu !== null) fed.cores.push(sample.cpu);
    this.#fed.set(sample.id, fed);
  }
}
