import type { DeviceRate, ResourceLimits } from '../../core/spec.ts';
import { filled, present } from './present.ts';
import type { HostConfigRecord, RateRecord } from './records.ts';

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
    BlkioWeightDevice: limits.blkioWeightDevice?.map(({ path, weight }) => ({ Path: path, Weight: weight })),
    BlkioDeviceReadBps: limits.blkioReadBps?.map(rateRecord),
    BlkioDeviceWriteBps: limits.blkioWriteBps?.map(rateRecord),
    BlkioDeviceReadIOps: limits.blkioReadIops?.map(rateRecord),
    BlkioDeviceWriteIOps: limits.blkioWriteIops?.map(rateRecord),
    CpuRealtimePeriod: limits.cpuRealtimePeriod,
    CpuRealtimeRuntime: limits.cpuRealtimeRuntime,
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

function rateRecord({ path, rate }: DeviceRate): RateRecord {
  return { Path: path, Rate: rate };
}

/** {@link resourceFields} read back; what is the engine's default is left out. */
export function resourceLimits(host: HostConfigRecord): ResourceLimits {
  const ulimits = (host.Ulimits ?? []).map((limit): [string, { soft: number; hard: number }] => [
    limit.Name,
    { soft: limit.Soft, hard: limit.Hard },
  ]);
  const size = Number(host.StorageOpt?.size);
  return present({
    memory: host.Memory || undefined,
    memorySwap: host.MemorySwap || undefined,
    memoryReservation: host.MemoryReservation || undefined,
    memorySwappiness:
      host.MemorySwappiness === null || host.MemorySwappiness === -1 ? undefined : host.MemorySwappiness,
    cpus: host.NanoCpus ? host.NanoCpus / 1e9 : undefined,
    // Podman tells `cpus` also in these words.
    cpuQuota: host.NanoCpus ? undefined : host.CpuQuota || undefined,
    cpuPeriod: host.NanoCpus ? undefined : host.CpuPeriod || undefined,
    cpuShares: host.CpuShares || undefined,
    cpuset: host.CpusetCpus || undefined,
    pids: host.PidsLimit || undefined,
    storage: Number.isFinite(size) ? size : undefined,
    shmSize: host.ShmSize || undefined,
    ulimits: ulimits.length === 0 ? undefined : Object.fromEntries(ulimits),
    blkioWeight: host.BlkioWeight || undefined,
    blkioWeightDevice: filled(
      host.BlkioWeightDevice?.map(({ Path, Weight }) => ({ path: Path, weight: Weight })),
    ),
    blkioReadBps: filled(host.BlkioDeviceReadBps?.map(deviceRate)),
    blkioWriteBps: filled(host.BlkioDeviceWriteBps?.map(deviceRate)),
    blkioReadIops: filled(host.BlkioDeviceReadIOps?.map(deviceRate)),
    blkioWriteIops: filled(host.BlkioDeviceWriteIOps?.map(deviceRate)),
    cpuRealtimePeriod: host.CpuRealtimePeriod || undefined,
    cpuRealtimeRuntime: host.CpuRealtimeRuntime || undefined,
  });
}

function deviceRate({ Path, Rate }: RateRecord): DeviceRate {
  return { path: Path, rate: Rate };
}
