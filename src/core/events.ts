import type { WherryError } from './errors.ts';

interface ContainerSubject {
  id: string;
  name: string;
  image: string;
  project: string | null;
  service: string | null;
}

interface DiscoveredSubject {
  host: string;
  /** Null where the source tells of addresses only. */
  port: number | null;
  protocol: string;
  /** How it was found: `tcp`, `dns`, `engine`, `compose`. */
  foundBy: string;
}

interface ThresholdSubject {
  rule: string;
  /** Such as `system.cpu` or `container.web.memory`. */
  metric: string;
  /** Name of the container, or `system`. */
  subject: string;
  operator: string;
  threshold: number;
}

interface JobSubject {
  project: string;
  job: string;
  /** The crontab line. */
  cron: string;
  /** The time for which it was planned. */
  due: Date;
}

/** The payload of each lifecycle event. */
export interface EventPayloads {
  'container.started': ContainerSubject & { startedAt: Date };
  'container.stopped': ContainerSubject & { exitCode: number | null };
  'container.failed': ContainerSubject & {
    exitCode: number | null;
    oomKilled: boolean;
    lastLines: readonly string[];
  };
  /** An unhealthy one, for the `attempt`-th time in a row. */
  'container.restarted': ContainerSubject & { attempt: number; reason: string };
  /** It is still unhealthy after so many restarts, and gets no more. */
  'container.abandoned': ContainerSubject & { attempts: number; reason: string };
  'health.changed': {
    target: string;
    kind: string;
    from: 'unknown' | 'healthy' | 'unhealthy';
    to: 'healthy' | 'unhealthy';
    message: string;
  };
  'boot.started': { project: string | null; services: readonly string[] };
  'boot.completed': {
    project: string | null;
    counts: Readonly<Record<string, number>>;
    durationMs: number;
    failed: readonly string[];
  };
  'job.started': JobSubject;
  'job.completed': JobSubject & {
    /** Null when it did not come to run. */
    exitCode: number | null;
    durationMs: number;
  };
  /** A time at which it was due and did not run: the last run was not over, or nobody was there to start it. */
  'job.skipped': JobSubject & { reason: 'running' | 'missed' };
  'shutdown.started': { project: string | null; services: readonly string[] };
  'shutdown.completed': { project: string | null; durationMs: number; failed: readonly string[] };
  'remote.host.online': { host: string };
  'remote.host.offline': { host: string; missedProbes: number };
  'remote.host.degraded': { host: string; reason: string };
  'distribution.scheduled': { workload: string; host: string; score: number };
  'distribution.deployed': { workload: string; host: string; containerId: string };
  'distribution.migrated': { workload: string; from: string; to: string };
  'distribution.started': { workloads: readonly string[] };
  'distribution.completed': { local: number; remote: number; failed: readonly string[]; durationMs: number };
  'tunnel.created': { host: string; localPort: number; remotePort: number };
  'tunnel.closed': { host: string; localPort: number };
  'tunnel.failed': { host: string; localPort: number | null };
  'service.discovered': DiscoveredSubject;
  'service.lost': DiscoveredSubject & { reason: 'expired' | 'removed' };
  'project.discovered': { project: string; files: readonly string[]; services: readonly string[] };
  'volume.mounted': { host: string; source: string; target: string };
  'volume.unmounted': { host: string; source: string; target: string };
  'threshold.raised': ThresholdSubject & { value: number };
  'threshold.cleared': ThresholdSubject & {
    /** Null when the subject is gone. */
    value: number | null;
    /** ms since it was raised. */
    durationMs: number;
  };
}

export type EventType = keyof EventPayloads;

/** Something that happened in the life of a workload, published by whoever did it. */
export type Event = {
  [T in EventType]: {
    type: T;
    time: Date;
    /** Component that published it, such as `boot`. */
    source: string;
    /** What it is about: a service, container, host or project by name. */
    name: string;
    data: EventPayloads[T];
    error: WherryError | null;
  };
}[EventType];

export type EventOf<T extends EventType> = Extract<Event, { type: T }>;

/** Types and sources are alternatives within each list; both lists must match. An empty filter matches all. */
export interface EventFilter<T extends EventType = EventType> {
  types?: readonly T[];
  sources?: readonly string[];
}

/** Whether `event` passes `filter`. */
export function matches(filter: EventFilter, event: Event): boolean {
  const { types, sources } = filter;
  if (types !== undefined && types.length > 0 && !types.includes(event.type)) return false;
  return sources === undefined || sources.length === 0 || sources.includes(event.source);
}
