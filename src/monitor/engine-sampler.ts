import {
  asWherryError,
  type Backend,
  type ContainerResources,
  type ContainerStats,
  type EngineSample,
  WherryError,
} from '../core/index.ts';
import { noFigures } from '../core/no-figures.ts';
import { CgroupSource } from './cgroup-source.ts';
import type { MonitorClock } from './clock.ts';
import { ContainerMeter } from './container-meter.ts';
import type { HostAccess } from './host-access.ts';
import { type RunningContainer, RunningContainers } from './running-containers.ts';
import { StatsFeed } from './stats-feed.ts';

/** How long a sample waits for an engine that does not answer. */
const PATIENCE_MS = 5000;

/** Where figures come from; `auto`: from the kernel's files where the containers are processes of this machine. */
export type ContainerSource = 'auto' | 'cgroup' | 'engine';

export interface EngineSamplerOptions {
  host: HostAccess;
  clock: MonitorClock;
  source: ContainerSource;
}

/** Figures of all running containers of one engine. An engine that fails is tried again with the next sample. */
export class EngineSampler implements AsyncDisposable {
  readonly #backend: Backend;
  readonly #clock: MonitorClock;
  readonly #cgroups: CgroupSource;
  readonly #meters: Map<string, ContainerMeter> = new Map();
  #source: 'cgroup' | 'engine' | null;
  #scope = new AbortController();
  #running: RunningContainers | null = null;
  #feed: StatsFeed | null = null;

  constructor(backend: Backend, { host, clock, source }: EngineSamplerOptions) {
    this.#backend = backend;
    this.#clock = clock;
    this.#cgroups = new CgroupSource(host, clock);
    this.#source = source === 'auto' ? null : source;
  }

  /** Never rejects: why there is nothing is part of the sample. */
  async sample(): Promise<{ engine: EngineSample; containers: readonly ContainerResources[] }> {
    const { type, address } = this.#backend;
    try {
      const containers = await this.#sample();
      return { engine: { type, address, source: this.#source, error: null }, containers };
    } catch (thrown) {
      // One that is only slow goes on with what it has begun.
      const failure = this.#running?.failure ?? this.#feed?.failure ?? null;
      if (failure !== null) this.#reset();
      const error = asWherryError(thrown);
      return { engine: { type, address, source: this.#source, error }, containers: [] };
    }
  }

  /** Lets go of the engine's streams. The backend itself is the caller's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#reset();
  }

  async #sample(): Promise<readonly ContainerResources[]> {
    const { signal } = this.#scope;
    this.#running ??= new RunningContainers(this.#backend, signal);
    await this.#patiently(this.#running.ready);
    if (this.#running.failure !== null) throw this.#running.failure;
    const running = this.#running.all();
    this.#source ??= await this.#chooseSource(this.#running);
    const ids = new Set(running.map(({ id }) => id));
    for (const id of this.#meters.keys()) if (!ids.has(id)) this.#meters.delete(id);
    return this.#source === 'engine' ? this.#fromEngine(running) : this.#fromCgroups(running);
  }

  /** Undecided while nothing runs. A process that is not seen and is still that container is not of this machine. */
  async #chooseSource(running: RunningContainers): Promise<'cgroup' | 'engine' | null> {
    for (const container of running.all()) {
      if (this.#cgroups.canSee(container)) return 'cgroup';
      if (await running.isCurrent(container)) return 'engine';
    }
    return null;
  }

  async #fromCgroups(running: readonly RunningContainer[]): Promise<ContainerResources[]> {
    const engine = this.#backend.address;
    const samples = await this.#cgroups.sample(running);
    return samples.map(({ container, figures, time }) =>
      this.#meter(container).measure(container, figures, { engine, time }),
    );
  }

  async #fromEngine(running: readonly RunningContainer[]): Promise<ContainerResources[]> {
    if (running.length === 0) return [];
    this.#feed ??= new StatsFeed(this.#backend, this.#scope.signal);
    await this.#patiently(this.#feed.ready);
    if (this.#feed.failure !== null) throw this.#feed.failure;
    this.#feed.keepOnly(new Set(running.map(({ id }) => id)));
    const samples = this.#feed.take();
    return running.map((container) => {
      const stats = samples.get(container.id) ?? this.#nothing(container);
      const about = { engine: this.#backend.address, time: stats.time.getTime() };
      return this.#meter(container).measure(container, { ...stats, cpuSeconds: null }, about);
    });
  }

  /** What the engine says of a container that it has not measured yet. */
  #nothing({ id, name }: RunningContainer): ContainerStats {
    return { id, name, time: this.#clock.now(), ...noFigures };
  }

  #meter({ id }: RunningContainer): ContainerMeter {
    const meter = this.#meters.get(id) ?? new ContainerMeter();
    this.#meters.set(id, meter);
    return meter;
  }

  async #patiently(work: Promise<void>): Promise<void> {
    const done = new AbortController();
    const { signal } = this.#scope;
    const late = this.#clock.sleep(PATIENCE_MS, AbortSignal.any([signal, done.signal])).then(() => {
      if (done.signal.aborted || signal.aborted) return;
      const { address } = this.#backend;
      throw new WherryError('TIMEOUT', `${address} says nothing of its containers within ${PATIENCE_MS} ms`, {
        hint: 'look whether the engine is overloaded',
      });
    });
    try {
      await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }

  #reset(): void {
    this.#scope.abort();
    this.#scope = new AbortController();
    this.#running = null;
    this.#feed = null;
  }
}
