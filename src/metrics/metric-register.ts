import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Sample } from './snapshot-metrics.ts';

export type Prometheus = typeof import('prom-client');

/** Makes metrics in one registry, and takes them out again. */
export class MetricRegister {
  readonly registry: Registry;
  readonly #prometheus: Prometheus;
  readonly #names: string[] = [];
  /** Those whose only label is `name`. */
  readonly #named: { remove(labels: { name: string }): void }[] = [];

  constructor(prometheus: Prometheus, registry: Registry | undefined) {
    this.#prometheus = prometheus;
    this.registry = registry ?? new prometheus.Registry();
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return this.#keep(new this.#prometheus.Counter<L>(this.#about(name, help, labelNames)), name, labelNames);
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return this.#keep(new this.#prometheus.Gauge<L>(this.#about(name, help, labelNames)), name, labelNames);
  }

  histogram<L extends string>(
    name: string,
    help: string,
    options: { labelNames?: readonly L[]; buckets: readonly [start: number, factor: number, count: number] },
  ): Histogram<L> {
    const { labelNames = [] } = options;
    const buckets = this.#prometheus.exponentialBuckets(...options.buckets);
    const about = { ...this.#about(name, help, labelNames), buckets };
    return this.#keep(new this.#prometheus.Histogram<L>(about), name, labelNames);
  }

  /** A metric whose samples are asked for at each scrape; what has none has no series. */
  collected(
    metric: { name: string; help: string; type: 'gauge' | 'counter'; labelNames: readonly string[] },
    samples: () => readonly Sample[],
  ): void {
    const { name, help, type, labelNames } = metric;
    const about = this.#about(name, help, labelNames);
    if (type === 'gauge') {
      const gauge = new this.#prometheus.Gauge({
        ...about,
        collect: () => {
          gauge.reset();
          // Without labels there is a zero from the start, which would be a lie.
          if (labelNames.length === 0) gauge.remove({});
          for (const { labels, value } of samples()) gauge.set(labels, value);
        },
      });
    } else {
      const counter = new this.#prometheus.Counter({
        ...about,
        collect: () => {
          counter.reset();
          if (labelNames.length === 0) counter.remove({});
          for (const { labels, value } of samples()) counter.inc(labels, value);
        },
      });
    }
    this.#names.push(name);
  }

  /** Drops the series of a name. */
  forget(name: string): void {
    for (const metric of this.#named) metric.remove({ name });
  }

  /** Takes all metrics out of the registry. */
  close(): void {
    for (const name of this.#names) this.registry.removeSingleMetric(name);
  }

  #about<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
  ): { name: string; help: string; labelNames: L[]; registers: Registry[] } {
    return { name, help, labelNames: [...labelNames], registers: [this.registry] };
  }

  #keep<M extends { remove(labels: object): void }>(
    metric: M,
    name: string,
    labelNames: readonly string[],
  ): M {
    this.#names.push(name);
    if (labelNames.length === 1 && labelNames[0] === 'name') this.#named.push(metric);
    return metric;
  }
}
