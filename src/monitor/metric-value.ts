import type { ContainerResources, SystemResources } from '../core/index.ts';

const systemValues: Readonly<Record<string, (system: SystemResources) => number | null>> = {
  cpu: ({ cpuPercent }) => cpuPercent,
  memory: ({ memoryPercent }) => memoryPercent,
  disk: ({ diskPercent }) => diskPercent,
  load: ({ load }) => load?.[0] ?? null,
  'pressure.cpu': ({ pressure }) => pressure?.cpu?.some.avg10 ?? null,
  'pressure.memory': ({ pressure }) => pressure?.memory?.some.avg10 ?? null,
  'pressure.io': ({ pressure }) => pressure?.io?.some.avg10 ?? null,
};

const containerValues: Readonly<Record<string, (container: ContainerResources) => number | null>> = {
  cpu: ({ cpuPercent }) => cpuPercent,
  memory: ({ memoryPercent }) => memoryPercent,
  pids: ({ pids }) => pids,
  restarts: ({ restartCount }) => restartCount,
};

/** Percent, except `load`: runnable tasks, averaged over a minute. Pressure is the share of the last 10 s. */
export type SystemMetric = 'cpu' | 'memory' | 'disk' | 'load' | `pressure.${'cpu' | 'memory' | 'io'}`;

/** `cpu` (100 is one core) and `memory` (of its limit) in percent, `pids` and `restarts` as counts. */
export type ContainerMetric = 'cpu' | 'memory' | 'pids' | 'restarts';

/** How a metric is read; null when there is none of this name. */
export function systemValue(metric: string): ((system: SystemResources) => number | null) | null {
  return Object.hasOwn(systemValues, metric) ? (systemValues[metric] ?? null) : null;
}

export function containerValue(metric: string): ((container: ContainerResources) => number | null) | null {
  return Object.hasOwn(containerValues, metric) ? (containerValues[metric] ?? null) : null;
}
