import {
  type BackendCapabilities,
  type Capability,
  supported,
  unsupported,
} from '../../core/capabilities.ts';
import { compareApiVersions } from './api-version.ts';
import type { SystemRecord } from './records.ts';

export interface CapabilityFacts {
  system: SystemRecord;
  apiVersion: string;
  /** Whether the file system under the engine's storage can bound a container's disk; null when it cannot be seen from here. */
  hasProjectQuota: boolean | null;
}

/** What a Docker engine can do, by what it tells of itself and its machine. */
export function engineCapabilities(facts: CapabilityFacts): BackendCapabilities {
  const { system, apiVersion } = facts;
  const cgroups = cgroupLimits(system);
  return {
    memory: cgroups(system.MemoryLimit, 'memory'),
    memorySwap: cgroups(system.SwapLimit, 'swap accounting'),
    cpu: cgroups(cpuLimits(system), 'cpu'),
    pids: cgroups(system.PidsLimit, 'pids'),
    storage: storageLimit(facts),
    build: supported,
    buildSecrets: supported,
    oci: supported,
    networking: supported,
    volumes: supported,
    ports: supported,
    durablePorts: supported,
    aliases: supported,
    links: supported,
    staticAddresses: supported,
    attachmentMtu: unsupported(
      'the engine sets the MTU of a network, not of one container on it (`NetworkSpec.mtu`)',
    ),
    networkWalls: supported,
    multipleNetworks: supported,
    hostNetwork: supported,
    dns: supported,
    exec: supported,
    attach: supported,
    splitStreams: supported,
    pause: supported,
    rename: supported,
    update: supported,
    stats: supported,
    events: supported,
    stopEvents: supported,
    copy: supported,
    copyOwners: supported,
    restartPolicy: supported,
    healthcheck: supported,
    durableHealthchecks: supported,
    healthStartInterval:
      compareApiVersions(apiVersion, '1.44') >= 0
        ? supported
        : unsupported(`needs Engine API 1.44, this engine speaks ${apiVersion}`),
    init: system.InitBinary === '' ? unsupported('the engine has no init binary') : supported,
    readOnlyRoot: supported,
    tmpfs: supported,
    privileged: supported,
    platform: supported,
    files: supported,
    oomReport: supported,
    exitSignal: unsupported(
      'the engine tells only an exit code (128 + signal may also be a code of the program)',
    ),
    stopTimeout: supported,
    push: supported,
    archive: supported,
    processes: supported,
    prune: supported,
    gpus: gpus(system),
    checkpoint: unsupported('the engine keeps checkpoints behind its experimental flag, without a promise'),
  };
}

/** What every Docker engine of this API version can do, on the poorest of machines. */
export function certainCapabilities(apiVersion: string): BackendCapabilities {
  const poorest = { CgroupDriver: 'none', InitBinary: '' };
  const capabilities = engineCapabilities({ system: poorest, apiVersion, hasProjectQuota: false });
  return { ...capabilities, privileged: unsupported('the engine may lack capabilities itself') };
}

function cgroupLimits(system: SystemRecord): (flag: boolean | undefined, controller: string) => Capability {
  const isRootless = (system.SecurityOptions ?? []).some((option) => option.includes('name=rootless'));
  return (flag, controller) => {
    if (system.CgroupDriver === 'none') {
      return unsupported(
        `the rootless engine has no cgroup delegated to it (cgroup v${system.CgroupVersion ?? '1'})`,
      );
    }
    if (flag !== false) return supported;
    const where = isRootless ? 'is not delegated to the rootless engine' : 'is not enabled in the kernel';
    return unsupported(`the ${controller} cgroup controller ${where}`);
  };
}

function cpuLimits(system: SystemRecord): boolean | undefined {
  const flags = [system.CpuCfsPeriod, system.CpuCfsQuota, system.CPUShares];
  if (flags.includes(false)) return false;
  return flags.every((flag) => flag === undefined) ? undefined : true;
}

/** Which storage drivers can bound the writable layer: docs.docker.com, `docker run --storage-opt`. */
function storageLimit({ system, hasProjectQuota }: CapabilityFacts): Capability {
  const driver = system.Driver ?? 'unknown';
  if (driver === 'btrfs' || driver === 'zfs' || driver === 'devicemapper' || driver === 'windowsfilter') {
    return supported;
  }
  if (driver !== 'overlay2') return unsupported(`storage driver ${driver} cannot bound a container's disk`);
  const backing = system.DriverStatus?.find(([key]) => key === 'Backing Filesystem')?.[1] ?? 'unknown';
  if (backing !== 'xfs')
    return unsupported(`overlay2 bounds a container's disk only on xfs, not on ${backing}`);
  if (hasProjectQuota === true) return supported;
  return unsupported(
    hasProjectQuota === false
      ? 'the xfs under overlay2 is mounted without pquota'
      : 'whether the xfs under overlay2 is mounted with pquota cannot be seen from here',
  );
}

function gpus(system: SystemRecord): Capability {
  const hasRuntime = 'nvidia' in (system.Runtimes ?? {});
  if (hasRuntime || (system.DiscoveredDevices ?? []).length > 0) return supported;
  return unsupported('the engine has neither the nvidia runtime nor CDI devices');
}
