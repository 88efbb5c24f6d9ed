import type { Counter, Gauge, Histogram } from 'prom-client';
import type { Event } from '../core/index.ts';
import type { MetricRegister } from './metric-register.ts';
import type { Sample } from './snapshot-metrics.ts';

/** What is counted as it happens. Names are labels already. */
export class LifecycleMetrics {
  readonly starts: Counter<'name'>;
  readonly stops: Counter<'name'>;
  readonly failures: Counter<'name'>;
  readonly healthChecks: Histogram<'name'>;
  readonly healthFailures: Counter<'name'>;
  readonly healthy: Gauge<'name'>;
  readonly boots: Counter<'outcome'>;
  readonly bootDuration: Histogram<never>;
  readonly events: Counter<'type'>;
  /** Raised or not, by name and rule. */
  readonly #thresholds: Map<string, Map<string, boolean>> = new Map();

  constructor(register: MetricRegister) {
    const name = ['name'] as const;
    this.starts = register.counter('containers_starts_total', 'Containers started.', name);
    this.stops = register.counter(
      'containers_stops_total',
      'Containers stopped as they were asked to.',
      name,
    );
    this.failures = register.counter(
      'containers_failures_total',
      'Containers that ended by themselves.',
      name,
    );
    this.healthChecks = register.histogram(
      'containers_health_check_duration_seconds',
      'How long health checks took.',
      { labelNames: name, buckets: [0.01, 2, 10] },
    );
    this.healthFailures = register.counter(
      'containers_health_check_failures_total',
      'Health checks that were not passed.',
      name,
    );
    this.healthy = register.gauge('containers_healthy', 'Whether the last change was to healthy.', name);
    this.boots = register.counter('containers_boots_total', 'Boots by outcome.', ['outcome']);
    this.bootDuration = register.histogram('containers_boot_duration_seconds', 'How long boots took.', {
      buckets: [0.1, 2, 12],
    });
    this.events = register.counter('containers_events_total', 'Lifecycle events by type.', ['type']);
    const thresholds = {
      name: 'containers_threshold_raised',
      help: 'Whether a threshold rule holds.',
      type: 'gauge',
      labelNames: ['rule', 'name'],
    } as const;
    register.collected(thresholds, () => this.#raised());
  }

  /** Takes in what an event tells; `label` bounds names. */
  take(event: Event, label: (name: string) => string): void {
    this.events.inc({ type: event.type });
    switch (event.type) {
      case 'container.started':
        this.starts.inc({ name: label(event.data.name) });
        break;
      case 'container.stopped':
        this.stops.inc({ name: label(event.data.name) });
        break;
      case 'container.failed':
        this.failures.inc({ name: label(event.data.name) });
        break;
      case 'health.changed':
        this.healthy.set({ name: label(event.data.target) }, event.data.to === 'healthy' ? 1 : 0);
        break;
      case 'boot.completed':
        this.boots.inc({ outcome: event.data.failed.length === 0 ? 'ok' : 'failed' });
        this.bootDuration.observe(event.data.durationMs / 1000);
        break;
      case 'threshold.raised':
      case 'threshold.cleared':
        this.#threshold(label(event.data.subject), event.data.rule, event.type === 'threshold.raised');
        break;
      default:
    }
  }

  forget(name: string): void {
    this.#thresholds.delete(name);
  }

  #threshold(name: string, rule: string, raised: boolean): void {
    const rules = this.#thresholds.get(name) ?? new Map<string, boolean>();
    this.#thresholds.set(name, rules.set(rule, raised));
  }

  #raised(): Sample[] {
    return [...this.#thresholds].flatMap(([name, rules]) =>
      [...rules].map(([rule, raised]) => ({ labels: { rule, name }, value: raised ? 1 : 0 })),
    );
  }
}
