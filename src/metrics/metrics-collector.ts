import type { Registry } from 'prom-client';
import type { ContainerResources, EventBus, ResourceSnapshot } from '../core/index.ts';
import { ContainersUp } from './containers-up.ts';
import { LabelValues, otherValue } from './label-values.ts';
import { LifecycleMetrics } from './lifecycle-metrics.ts';
import { MetricRegister, type Prometheus } from './metric-register.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import { type Sample, snapshotMetrics } from './snapshot-metrics.ts';

export interface MetricsCollectorOptions {
  /** Starts, stops, failures, boots, health and thresholds are counted from it. */
  events?: EventBus;
  /** Figures of the machine and its containers are read from it at each scrape, such as a `ResourceMonitor`. */
  monitor?: { snapshot(): ResourceSnapshot | null };
  /** Where the metrics are registered. Default: one of its own, never prom-client's global one. */
  registry?: Registry;
  /** Names of containers, targets and the like that have series of their own; more are counted as `other`. Default: 1000. */
  maxNames?: number;
}

/** A queue at the time of a scrape, such as the figures of a `ConcurrencySemaphore`. */
export interface QueueFigures {
  /** Those that are in. */
  active: number;
  /** Those that wait. */
  waiting: number;
  /** How many may be in; undefined when there is no such limit. */
  max?: number;
}

/** Metrics in Prometheus' words. Their names and labels are a promise: docs/monitoring.md lists them. */
export class MetricsCollector implements Disposable {
  readonly #register: MetricRegister;
  readonly #lifecycle: LifecycleMetrics;
  readonly #monitor: MetricsCollectorOptions['monitor'];
  readonly #names: LabelValues;
  readonly #up = new ContainersUp();
  readonly #queues: Map<string, () => QueueFigures> = new Map();
  readonly #leases: Map<string, () => number> = new Map();
  readonly #unsubscribe: () => void;
  /** Containers of `snapshot` that have series of their own. */
  #seen: { snapshot: ResourceSnapshot; containers: readonly ContainerResources[] } | null = null;

  /** Loads prom-client and registers everything. Fails when `registry` has metrics of these names already. */
  static async open(options: MetricsCollectorOptions = {}): Promise<MetricsCollector> {
    return new MetricsCollector(await import('prom-client'), options);
  }

  private constructor(prometheus: Prometheus, options: MetricsCollectorOptions) {
    this.#register = new MetricRegister(prometheus, options.registry);
    this.#monitor = options.monitor;
    this.#names = new LabelValues({
      limit: options.maxNames ?? 1000,
      isNeeded: (name) => this.#up.has(name) || this.#queues.has(name) || this.#leases.has(name),
      onLeave: (name) => this.#forget(name),
    });
    this.#lifecycle = new LifecycleMetrics(this.#register);
    this.#registerUp();
    this.#registerQueues();
    for (const metric of snapshotMetrics)
      this.#register.collected(metric, () => {
        const seen = this.#look();
        return seen === null ? [] : metric.samples(seen.snapshot, seen.containers);
      });
    registerProcessMetrics(this.#register);
    this.#unsubscribe =
      options.events?.subscribe({}, (event) => {
        this.#lifecycle.take(event, this.#label);
        if (event.type === 'container.started')
          this.setContainerUp(event.data.name, { up: true, time: event.time });
        if (event.type === 'container.stopped' || event.type === 'container.failed')
          this.setContainerUp(event.data.name, { up: false, time: event.time });
      }) ?? (() => undefined);
  }

  /** What a scrape gets: `await registry.metrics()`. */
  get registry(): Registry {
    return this.#register.registry;
  }

  incContainerStarts(name: string): void {
    this.#lifecycle.starts.inc({ name: this.#label(name) });
  }

  incContainerStops(name: string): void {
    this.#lifecycle.stops.inc({ name: this.#label(name) });
  }

  incContainerFailures(name: string): void {
    this.#lifecycle.failures.inc({ name: this.#label(name) });
  }

  /** One check of a target; give it to a `HealthChecker` as `onResult`. */
  readonly observeHealthCheck = (result: { target: string; healthy: boolean; durationMs: number }): void => {
    const name = this.#label(result.target);
    this.#lifecycle.healthChecks.observe({ name }, result.durationMs / 1000);
    if (!result.healthy) this.#lifecycle.healthFailures.inc({ name });
  };

  /** ms. */
  observeHealthCheckDuration(name: string, durationMs: number): void {
    this.#lifecycle.healthChecks.observe({ name: this.#label(name) }, durationMs / 1000);
  }

  /** ms. */
  observeBootDuration(durationMs: number): void {
    this.#lifecycle.bootDuration.observe(durationMs / 1000);
  }

  /** `time`: since when; default: now. A later word of the monitor counts more. */
  setContainerUp(name: string, { up, time = new Date() }: { up: boolean; time?: Date }): void {
    const label = this.#label(name);
    if (label !== otherValue) this.#up.set(label, up, time);
  }

  /** Asks for the figures of a queue at each scrape; returns the way out. */
  observeQueue(name: string, read: () => QueueFigures): () => void {
    return this.#observe(this.#queues, name, read);
  }

  /** Asks how many leases are out at each scrape; returns the way out. */
  observeLeases(name: string, read: () => number): () => void {
    return this.#observe(this.#leases, name, read);
  }

  /** Stops listening and takes the metrics out of the registry. */
  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#register.close();
  }

  readonly #label = (name: string): string => this.#names.of(name);

  #forget(name: string): void {
    this.#register.forget(name);
    this.#lifecycle.forget(name);
    this.#up.forget(name);
  }

  #observe<T>(readers: Map<string, () => T>, name: string, read: () => T): () => void {
    readers.set(name, read);
    return () => {
      if (readers.get(name) === read) readers.delete(name);
    };
  }

  /** The newest snapshot, taken in once. */
  #look(): { snapshot: ResourceSnapshot; containers: readonly ContainerResources[] } | null {
    const snapshot = this.#monitor?.snapshot() ?? null;
    if (snapshot === null || snapshot === this.#seen?.snapshot) return this.#seen;
    const containers = snapshot.containers.filter(({ name }) => {
      if (this.#label(name) === otherValue) return false;
      this.#up.seen(name, snapshot.time);
      return true;
    });
    this.#up.missing(snapshot);
    this.#seen = { snapshot, containers };
    return this.#seen;
  }

  #registerUp(): void {
    const metric = { name: 'containers_up', help: 'Whether the container runs.', type: 'gauge' } as const;
    this.#register.collected({ ...metric, labelNames: ['name'] }, () => {
      this.#look();
      return [...this.#up.all()].map(([name, { up }]) => ({ labels: { name }, value: up ? 1 : 0 }));
    });
  }

  #registerQueues(): void {
    const gauge = (name: string, help: string, samples: () => Sample[]): void =>
      this.#register.collected({ name, help, type: 'gauge', labelNames: ['name'] }, samples);
    const queue = (name: string, help: string, read: (figures: QueueFigures) => number | undefined): void =>
      gauge(name, help, () =>
        [...this.#queues].flatMap(([of, figures]) => {
          const value = read(figures());
          return value === undefined ? [] : [sample(of, value)];
        }),
      );
    queue('containers_queue_length', 'Callers that wait for a place.', ({ waiting }) => waiting);
    queue('containers_queue_active', 'Places that are taken.', ({ active }) => active);
    queue('containers_queue_places', 'Places that there are.', ({ max }) => max);
    gauge('containers_leases', 'Leases that are out.', () =>
      [...this.#leases].map(([of, read]) => sample(of, read())),
    );
  }
}

function sample(name: string, value: number): Sample {
  return { labels: { name }, value };
}
