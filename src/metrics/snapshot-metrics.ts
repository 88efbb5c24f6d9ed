import type { ContainerResources, ResourceSnapshot, Stall, SystemResources } from '../core/index.ts';

export type Labels = Readonly<Record<string, string>>;

/** One value of a metric. */
export interface Sample {
  labels: Labels;
  value: number;
}

/** A metric that is read from the newest snapshot when it is scraped. */
export interface SnapshotMetric {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  labelNames: readonly string[];
  /** What is unknown has no sample. `containers`: those that have series of their own. */
  samples(snapshot: ResourceSnapshot, containers: readonly ContainerResources[]): readonly Sample[];
}

/** All of them. Units are Prometheus' base units: seconds, bytes, ratios from 0 to 1. */
export const snapshotMetrics: readonly SnapshotMetric[] = [
  ofContainers(
    'containers_cpu_seconds_total',
    'CPU time since the container started.',
    (one) => one.cpuSeconds,
  ),
  ofContainers('containers_cpu_cores', 'Cores in use.', ({ cpu }) => cpu),
  ofContainers('containers_cpu_limit_cores', 'Cores that it may use.', ({ cpuLimit }) => cpuLimit),
  ofContainers('containers_memory_bytes', 'Memory without reclaimable page cache.', ({ memory }) => memory),
  ofContainers('containers_memory_limit_bytes', 'Memory that it may use.', ({ memoryLimit }) => memoryLimit),
  ofContainers('containers_network_receive_bytes_total', 'Bytes received.', ({ networkRx }) => networkRx),
  ofContainers('containers_network_transmit_bytes_total', 'Bytes sent.', ({ networkTx }) => networkTx),
  ofContainers('containers_block_read_bytes_total', 'Bytes read from disks.', ({ blockRead }) => blockRead),
  ofContainers(
    'containers_block_write_bytes_total',
    'Bytes written to disks.',
    ({ blockWrite }) => blockWrite,
  ),
  ofContainers('containers_pids', 'Processes and threads.', ({ pids }) => pids),
  ofContainers(
    'containers_restarts_total',
    "Restarts by the engine's restart policy.",
    ({ restartCount }) => restartCount,
  ),
  {
    name: 'containers_info',
    help: 'What a container is, to join with; always 1.',
    type: 'gauge',
    labelNames: ['name', 'engine', 'image', 'project', 'service'],
    samples: (_, containers) =>
      containers.map(({ name, engine, image, project, service }) => ({
        labels: { name, engine, image, project: project ?? '', service: service ?? '' },
        value: 1,
      })),
  },
  {
    name: 'containers_without_series',
    help: 'Containers that have no series because the limit of names is reached.',
    type: 'gauge',
    labelNames: [],
    samples: (snapshot, containers) => [
      { labels: {}, value: snapshot.containers.length - containers.length },
    ],
  },
  {
    name: 'containers_engine_up',
    help: 'Whether the engine tells of its containers.',
    type: 'gauge',
    labelNames: ['engine', 'type'],
    samples: ({ engines }) =>
      engines.map(({ address, type, error }) => ({
        labels: { engine: address, type },
        value: error === null ? 1 : 0,
      })),
  },
  {
    name: 'containers_sample_timestamp_seconds',
    help: 'When the figures were taken.',
    type: 'gauge',
    labelNames: [],
    samples: ({ time }) => [{ labels: {}, value: time.getTime() / 1000 }],
  },
  ofHost('containers_host_cpu_ratio', 'share of all cores in use.', ({ cpuPercent }) => ratio(cpuPercent)),
  ofHost('containers_host_cpus', 'cores.', ({ cpus }) => cpus),
  ofHost('containers_host_load1', 'runnable tasks over 1 minute.', ({ load }) => load?.[0] ?? null),
  ofHost('containers_host_load5', 'runnable tasks over 5 minutes.', ({ load }) => load?.[1] ?? null),
  ofHost('containers_host_load15', 'runnable tasks over 15 minutes.', ({ load }) => load?.[2] ?? null),
  ofHost('containers_host_memory_size_bytes', 'memory.', ({ memoryTotal }) => memoryTotal),
  ofHost(
    'containers_host_memory_used_bytes',
    'memory not available to new programs.',
    ({ memoryUsed }) => memoryUsed,
  ),
  ofHost(
    'containers_host_network_receive_bytes_total',
    'bytes received.',
    ({ network }) => network?.rx ?? null,
  ),
  ofHost('containers_host_network_transmit_bytes_total', 'bytes sent.', ({ network }) => network?.tx ?? null),
  ofDisks('containers_host_disk_size_bytes', 'The machine: size of the file system.', ({ total }) => total),
  ofDisks('containers_host_disk_used_bytes', 'The machine: used space.', ({ used }) => used),
  ofDisks(
    'containers_host_disk_available_bytes',
    'The machine: space for ordinary users.',
    ({ available }) => available,
  ),
  ofPressure(
    'containers_host_pressure_ratio',
    'The machine: share of the last 10 s in which tasks waited.',
    'gauge',
    (stall) => stall.avg10 / 100,
  ),
  ofPressure(
    'containers_host_pressure_seconds_total',
    'The machine: time in which tasks waited.',
    'counter',
    (stall) => stall.total / 1000,
  ),
];

function ofContainers(
  name: string,
  help: string,
  read: (container: ContainerResources) => number | null,
): SnapshotMetric {
  return {
    name,
    help,
    type: typeOf(name),
    labelNames: ['name', 'engine'],
    samples: (_, containers) =>
      containers.flatMap((container) =>
        known({ name: container.name, engine: container.engine }, read(container)),
      ),
  };
}

function ofHost(
  name: string,
  help: string,
  read: (system: SystemResources) => number | null,
): SnapshotMetric {
  return {
    name,
    help: `The machine: ${help}`,
    type: typeOf(name),
    labelNames: [],
    samples: ({ system }) => (system === null ? [] : known({}, read(system))),
  };
}

function ofDisks(
  name: string,
  help: string,
  read: (disk: SystemResources['disks'][number]) => number,
): SnapshotMetric {
  return {
    name,
    help,
    type: 'gauge',
    labelNames: ['path'],
    samples: ({ system }) =>
      (system?.disks ?? []).map((disk) => ({ labels: { path: disk.path }, value: read(disk) })),
  };
}

function ofPressure(
  name: string,
  help: string,
  type: SnapshotMetric['type'],
  read: (stall: Stall) => number,
): SnapshotMetric {
  const resources = ['cpu', 'memory', 'io'] as const;
  const kinds = ['some', 'full'] as const;
  return {
    name,
    help,
    type,
    labelNames: ['resource', 'kind'],
    samples: ({ system }) =>
      resources.flatMap((resource) =>
        kinds.flatMap((kind) => {
          const stall = system?.pressure?.[resource]?.[kind];
          return stall ? [{ labels: { resource, kind }, value: read(stall) }] : [];
        }),
      ),
  };
}

function typeOf(name: string): SnapshotMetric['type'] {
  return name.endsWith('_total') ? 'counter' : 'gauge';
}

function known(labels: Labels, value: number | null): Sample[] {
  return value === null ? [] : [{ labels, value }];
}

function ratio(percent: number | null): number | null {
  return percent === null ? null : percent / 100;
}
