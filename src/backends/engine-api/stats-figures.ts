import type { ContainerStats } from '../../core/container.ts';
import type { ContainerRecord, CpuStatsRecord, StatsRecord } from './records.ts';
import { engineTime } from './status.ts';

/** The figures of one sample; null when the sample says that the container does not run. */
export function statsFigures(record: StatsRecord, cpuLimit: number | null): ContainerStats | null {
  const time = engineTime(record.read);
  if (time === null) return null;
  return {
    id: record.id ?? '',
    name: (record.name ?? '').replace(/^\//, ''),
    time,
    cpu: cores(record.cpu_stats, record.precpu_stats),
    cpuLimit: cpuLimit ?? (onlineCpus(record.cpu_stats) || null),
    memory: workingMemory(record),
    memoryLimit: record.memory_stats?.limit ?? null,
    networkRx: networkSum(record, 'rx_bytes'),
    networkTx: networkSum(record, 'tx_bytes'),
    blockRead: blockSum(record, 'read'),
    blockWrite: blockSum(record, 'write'),
    pids: record.pids_stats?.current ?? null,
  };
}

/** Cores that a container may use by its limits; null when it has none. */
export function cpuLimitOf(record: ContainerRecord): number | null {
  const host = record.HostConfig ?? {};
  if (host.NanoCpus) return host.NanoCpus / 1e9;
  if (host.CpuQuota && host.CpuQuota > 0) return host.CpuQuota / (host.CpuPeriod || 100_000);
  return host.CpusetCpus ? cpusInSet(host.CpusetCpus) : null;
}

/** The CPU time of the container as a share of all CPU time that passed, times the CPUs that are online. */
function cores(
  now: CpuStatsRecord | null | undefined,
  before: CpuStatsRecord | null | undefined,
): number | null {
  const used = now?.cpu_usage?.total_usage;
  const usedBefore = before?.cpu_usage?.total_usage;
  const system = now?.system_cpu_usage;
  const systemBefore = before?.system_cpu_usage;
  // The first sample of a stream has no predecessor: its fields are absent or zero.
  if (used === undefined || usedBefore === undefined || !system || !systemBefore) return null;
  if (system <= systemBefore || used < usedBefore) return null;
  return ((used - usedBefore) / (system - systemBefore)) * onlineCpus(now);
}

function onlineCpus(stats: CpuStatsRecord | null | undefined): number {
  return stats?.online_cpus || stats?.cpu_usage?.percpu_usage?.length || 0;
}

/** As `docker stats` counts it: page cache that the kernel can take back is not the container's need. */
function workingMemory(record: StatsRecord): number | null {
  const { usage, stats } = record.memory_stats ?? {};
  if (usage === undefined) return null;
  const reclaimable = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
  return reclaimable < usage ? usage - reclaimable : usage;
}

function networkSum(record: StatsRecord, field: 'rx_bytes' | 'tx_bytes'): number | null {
  if (record.networks === null || record.networks === undefined) return null;
  return Object.values(record.networks).reduce((sum, network) => sum + (network[field] ?? 0), 0);
}

/** `Read` on cgroup v1, `read` on v2. */
function blockSum(record: StatsRecord, op: 'read' | 'write'): number | null {
  const rows = record.blkio_stats?.io_service_bytes_recursive;
  if (rows === null || rows === undefined) return null;
  return rows.filter((row) => row.op?.toLowerCase() === op).reduce((sum, row) => sum + (row.value ?? 0), 0);
}

function cpusInSet(set: string): number {
  return set.split(',').reduce((count, part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return count + last - first + 1;
  }, 0);
}
