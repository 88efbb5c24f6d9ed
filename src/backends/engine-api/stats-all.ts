import type { StatsOptions } from '../../core/backend.ts';
import type { ContainerStats, ContainerSummary } from '../../core/container.ts';
import type { EngineEvent } from '../../core/engine-event.ts';
import { cancelled, isWherryError } from '../../core/errors.ts';
import { pause } from './pause.ts';

const BATCH_MS = 1000;

export interface AllStatsSource {
  stats(id: string, options: StatsOptions): AsyncIterable<ContainerStats>;
  running(options: { signal: AbortSignal }): Promise<readonly ContainerSummary[]>;
  events(options: { signal: AbortSignal }): AsyncIterable<EngineEvent>;
}

/**
 * `Backend.statsAll` where an engine has figures only of one container at a time: one stream for each running container,
 * opened and closed as they start and end. A failing container leaves the batches; a failing engine ends them.
 */
export async function* allStats(
  source: AllStatsSource,
  options: StatsOptions & { ids?: readonly string[] },
): AsyncGenerator<readonly ContainerStats[], void, undefined> {
  const { once = false, ids = [], signal } = options;
  const stop = new AbortController();
  const both = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const isWanted = (row: { id: string; name: string }): boolean =>
    ids.length === 0 || ids.some((id) => row.id === id || row.name === id || row.id.startsWith(id));
  try {
    if (once) {
      const rows = (await source.running({ signal: both })).filter(isWanted);
      const samples = await Promise.all(rows.map((row) => oneSample(source, row.id, both)));
      yield samples.filter((sample) => sample !== null);
      return;
    }
    const fan = new StatsFan(source, both);
    const following = fan.follow(isWanted);
    following.catch(() => stop.abort());
    await Promise.race([fan.firstSamples, following]);
    while (!both.aborted) {
      yield fan.take();
      await pause(BATCH_MS, both);
    }
    if (signal?.aborted) throw cancelled(signal);
    await following;
  } finally {
    stop.abort();
  }
}

async function oneSample(
  source: AllStatsSource,
  id: string,
  signal: AbortSignal,
): Promise<ContainerStats | null> {
  try {
    for await (const sample of source.stats(id, { once: true, signal })) return sample;
    return null;
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND', 'CONFLICT')) return null;
    throw error;
  }
}

/** The streams of all containers, and the newest sample of each. */
class StatsFan {
  /** Resolves when every container that ran at the beginning has told something. */
  readonly firstSamples: Promise<void>;
  readonly #source: AllStatsSource;
  readonly #signal: AbortSignal;
  readonly #streams: Map<string, AbortController> = new Map();
  #fresh: Map<string, ContainerStats> = new Map();
  #begun: () => void = () => {};

  constructor(source: AllStatsSource, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
    this.firstSamples = new Promise((resolve) => {
      this.#begun = resolve;
    });
  }

  /** The samples since the last call, one for each container. */
  take(): readonly ContainerStats[] {
    const samples = [...this.#fresh.values()];
    this.#fresh = new Map();
    return samples;
  }

  /** Opens and closes streams as containers start and end; rejects when the engine is gone. */
  async follow(isWanted: (row: { id: string; name: string }) => boolean): Promise<void> {
    const signal = this.#signal;
    // Subscribed before the list, so that no start falls between the two.
    const events = this.#source.events({ signal })[Symbol.asyncIterator]();
    const next = events.next();
    next.catch(() => undefined);
    const rows = (await this.#source.running({ signal })).filter(isWanted);
    void Promise.all(rows.map((row) => this.#open(row.id))).then(this.#begun);
    for (let step = await next; !step.done; step = await events.next()) {
      const event = step.value;
      if (event.type === 'resync') this.#reconcile(event.containers.filter(isWanted));
      else if (event.type === 'started' && isWanted(event.subject)) void this.#open(event.subject.id);
      else if (event.type === 'died' || event.type === 'removed') this.#close(event.subject.id);
    }
  }

  #reconcile(rows: readonly ContainerSummary[]): void {
    const running = new Set(
      rows.filter((row) => row.status === 'running' || row.status === 'paused').map((row) => row.id),
    );
    for (const id of this.#streams.keys()) if (!running.has(id)) this.#close(id);
    for (const id of running) void this.#open(id);
  }

  /** Resolves with the first sample, or when there is none. */
  #open(id: string): Promise<void> {
    if (this.#streams.has(id)) return Promise.resolve();
    const stream = new AbortController();
    this.#streams.set(id, stream);
    return new Promise((resolve) => {
      void this.#read(id, stream, resolve).finally(() => {
        if (this.#streams.get(id) === stream) this.#streams.delete(id);
        resolve();
      });
    });
  }

  async #read(id: string, stream: AbortController, onSample: () => void): Promise<void> {
    const signal = AbortSignal.any([this.#signal, stream.signal]);
    while (!signal.aborted) {
      try {
        for await (const sample of this.#source.stats(id, { signal })) {
          if (signal.aborted) return;
          this.#fresh.set(id, sample);
          onSample();
        }
        return;
      } catch (error) {
        // A container that went away, or a connection that broke: only the latter is tried again.
        if (isWherryError(error, 'NOT_FOUND', 'CONFLICT')) return;
        await pause(BATCH_MS, signal);
      }
    }
  }

  #close(id: string): void {
    this.#streams.get(id)?.abort();
    this.#streams.delete(id);
    this.#fresh.delete(id);
  }
}
