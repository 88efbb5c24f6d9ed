import type { ResourceSnapshot } from '../core/index.ts';

/** What one machine of a cluster told; null: nothing (it is offline or was not asked yet). */
export interface HostSnapshot {
  host: string;
  snapshot: ResourceSnapshot | null;
}

/** The figures of several machines together, each counted once, the local one too. */
export interface ClusterSnapshot {
  time: Date;
  hosts: readonly HostSnapshot[];
  hostCount: number;
  /** Machines whose figures are in the sums below. A sum is null when none of them tells its figure. */
  knownHosts: number;
  cpus: number | null;
  /** Percent of all cores together. */
  cpuPercent: number | null;
  /** Bytes. */
  memoryTotal: number | null;
  memoryUsed: number | null;
  memoryPercent: number | null;
  /** Bytes, over the file systems that are looked at. */
  diskTotal: number | null;
  diskUsed: number | null;
  containers: number;
}

/** Sums up. Machines that do not tell are left out of a share entirely, not counted as idle. */
export function clusterSnapshot(hosts: readonly HostSnapshot[], time: Date = new Date()): ClusterSnapshot {
  const names = new Set(hosts.map(({ host }) => host));
  const snapshots = hosts.flatMap(({ snapshot }) => snapshot ?? []);
  const systems = snapshots.flatMap(({ system }) => system ?? []);
  const busy = systems.flatMap(({ cpus, cpuPercent }) => (cpuPercent === null ? [] : { cpus, cpuPercent }));
  const measured = systems.flatMap(({ memoryTotal, memoryUsed }) =>
    memoryUsed === null ? [] : { memoryTotal, memoryUsed },
  );
  const disks = systems.flatMap((system) => system.disks);
  const busyCores = sum(busy.map(({ cpus, cpuPercent }) => (cpus * cpuPercent) / 100));
  return {
    time,
    hosts,
    hostCount: names.size,
    knownHosts: systems.length,
    cpus: sum(systems.map(({ cpus }) => cpus)),
    cpuPercent: share(busyCores, sum(busy.map(({ cpus }) => cpus))),
    memoryTotal: sum(systems.map(({ memoryTotal }) => memoryTotal)),
    memoryUsed: sum(measured.map(({ memoryUsed }) => memoryUsed)),
    memoryPercent: share(
      sum(measured.map(({ memoryUsed }) => memoryUsed)),
      sum(measured.map(({ memoryTotal }) => memoryTotal)),
    ),
    diskTotal: sum(disks.map(({ total }) => total)),
    diskUsed: sum(disks.map(({ used }) => used)),
    containers: snapshots.reduce((count, { containers }) => count + containers.length, 0),
  };
}

function sum(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : figures.reduce((total, figure) => total + figure, 0);
}

function share(part: number | null, whole: number | null): number | null {
  return part === null || !whole ? null : (100 * part) / whole;
}
