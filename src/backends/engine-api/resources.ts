import type { ResourceLimits } from '../../core/spec.ts';
import { present } from './present.ts';
import type { HostConfigRecord } from './records.ts';

/** Limits in the Engine API's words; what is undefined is not sent. */
export function resourceFields(limits: ResourceLimits): HostConfigRecord {
  return present<HostConfigRecord>({
    Memory: limits.memory,
    MemorySwap: limits.memorySwap,
    MemoryReservation: limits.memoryReservation,
    MemorySwappiness: limits.memorySwappiness,
    NanoCpus: limits.cpus === undefined ? undefined : Math.round(limits.cpus * 1e9),
    CpuQuota: limits.cpuQuota,
    CpuPeriod: limits.cpuPeriod,
    CpuShares: limits.cpuShares,
    CpusetCpus: limits.cpuset,
    PidsLimit: limits.pids,
    BlkioWeight: limits.blkioWeight,
    ShmSize: limits.shmSize || undefined,
    StorageOpt: limits.storage ? { size: String(limits.storage) } : undefined,
    Ulimits:
      limits.ulimits === undefined
        ? undefined
        : Object.entries(limits.ulimits).map(([name, { soft, hard }]) => ({
            Name: name,
            Soft: soft,
            Hard: hard,
          })),
  });
}
