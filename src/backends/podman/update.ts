import type { UpdateChanges } from '../../core/backend.ts';
import type { CallOptions } from '../../core/image.ts';
import { refuse, type SpecProblem } from '../../core/plan.ts';
import type { ResourceLimits } from '../../core/spec.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { containerPath } from '../engine-api/container-path.ts';
import { present } from '../engine-api/present.ts';

/** Changes limits through Podman's own endpoint, which takes the OCI runtime's `LinuxResources`. */
export async function updatePodman(
  connection: EngineConnection,
  id: string,
  changes: UpdateChanges,
  options: CallOptions,
): Promise<void> {
  const { resources = {}, restart } = changes;
  const problems: SpecProblem[] = [];
  const fixed = ['storage', 'shmSize', 'ulimits', 'memorySwappiness', 'blkioWeight'] as const;
  for (const field of fixed) {
    if (resources[field] !== undefined) {
      problems.push({ code: 'UNSUPPORTED', field: `resources.${field}`, message: 'is fixed at create' });
    }
  }
  for (const [field, value] of Object.entries(resources)) {
    if (value !== 0) continue;
    const message = 'a limit cannot be lifted on this engine, only changed';
    problems.push({ code: 'UNSUPPORTED', field: `resources.${field}`, message });
  }
  if (restart !== undefined) {
    problems.push({ code: 'UNSUPPORTED', field: 'restart', message: 'is fixed at create' });
  }
  refuse(problems, `an update of container ${id}`);
  await connection.call({
    method: 'POST',
    path: `/v4.3.0/libpod${containerPath(id, 'update')}`,
    versioned: false,
    json: linuxResources(resources),
    signal: options.signal,
  });
}

/** `LinuxResources` of the OCI runtime specification. */
function linuxResources(limits: ResourceLimits): object {
  const period = limits.cpuPeriod ?? 100_000;
  const quota = limits.cpus === undefined ? limits.cpuQuota : Math.round(limits.cpus * period);
  const memory = present({
    limit: limits.memory,
    swap: limits.memorySwap,
    reservation: limits.memoryReservation,
  });
  const cpu = present({
    shares: limits.cpuShares,
    quota,
    period: quota === undefined ? limits.cpuPeriod : period,
    cpus: limits.cpuset,
  });
  return present({
    memory: Object.keys(memory).length === 0 ? undefined : memory,
    cpu: Object.keys(cpu).length === 0 ? undefined : cpu,
    pids: limits.pids === undefined ? undefined : { limit: limits.pids },
  });
}
