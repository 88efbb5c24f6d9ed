import { define } from './decode.ts';
import type { Build, Resources, RestartPolicy, Service } from './model.ts';
import { finishDeploy } from './read-deploy.ts';
import type { Reading } from './reading.ts';
import type { ServiceDraft } from './service-draft.ts';
import type { Lookup } from './template.ts';

/** Fills in what a service did not say. */
export function finishService(draft: ServiceDraft, lookup: Lookup, to: Reading): Service {
  const { build, deploy, restart, scale, ...rest } = draft;
  const service: Service = {
    ...rest,
    resources: mergedResources(draft, to),
    restart: restart ?? deploy?.restartPolicy ?? ({ name: 'no' } satisfies RestartPolicy),
    scale: mergedScale(draft, to),
  };
  if (build !== undefined) {
    const args: Record<string, string> = {};
    for (const [name, value] of Object.entries(build.args)) {
      if (value !== null) define(args, name, value);
    }
    // The same object: the loader knows where it was written.
    service.build = Object.assign(build, { args });
    const platform = service.platform ?? defaultPlatform(service.name, build, lookup, to);
    if (platform !== undefined) service.platform = platform;
  }
  if (deploy !== undefined) service.deploy = finishDeploy(deploy);
  return service;
}

/** The platform that is built for where none is said. Fails where the build names others only. */
function defaultPlatform(
  name: string,
  build: Pick<Build, 'platforms'>,
  lookup: Lookup,
  to: Reading,
): string | undefined {
  const platform = lookup('DOCKER_DEFAULT_PLATFORM') || undefined;
  if (platform === undefined || build.platforms.length === 0 || build.platforms.includes(platform))
    return platform;
  const message = `service "${name}" build.platforms does not support value set by DOCKER_DEFAULT_PLATFORM: ${platform}`;
  return to.errorAt(build, 'conflict', message);
}

function mergedScale({ scale, deploy, origin }: ServiceDraft, to: Reading): number {
  if (scale !== undefined && deploy?.replicas !== undefined && scale !== deploy.replicas) {
    const message = `scale says ${scale}, deploy.replicas says ${deploy.replicas}`;
    to.errorAt(origin, 'conflict', message);
  }
  return scale ?? deploy?.replicas ?? 1;
}

/** Limits can be said at two places: they have to agree. */
function mergedResources(draft: ServiceDraft, to: Reading): Resources {
  const limits = draft.deploy?.limits ?? {};
  const reserved = draft.deploy?.reservations.memory;
  const resources: Resources = { ...draft.resources };
  const add = (
    key: 'cpus' | 'memory' | 'pids' | 'memoryReservation',
    value: number | undefined,
    here: string,
    there: string,
  ): void => {
    if (value === undefined) return;
    const own = resources[key];
    if (own !== undefined && own !== value) {
      to.errorAt(draft.origin, 'conflict', `${here} says ${own}, deploy.resources.${there} says ${value}`);
    }
    resources[key] = value;
  };
  add('cpus', limits.cpus, 'cpus', 'limits.cpus');
  add('memory', limits.memory, 'mem_limit', 'limits.memory');
  add('pids', limits.pids, 'pids_limit', 'limits.pids');
  add('memoryReservation', reserved, 'mem_reservation', 'reservations.memory');
  const quota = resources.cpuQuota ?? resources.cpuPeriod;
  // No engine takes both; who only wants to see the model may.
  if (resources.cpus !== undefined && quota !== undefined && !to.keepsUnsupported) {
    to.errorAt(draft.origin, 'conflict', 'cpus excludes cpu_quota and cpu_period');
  }
  return resources;
}

/** The service that `service:NAME` names. */
export function sharedService(mode: string | undefined): string | undefined {
  return mode?.startsWith('service:') ? mode.slice('service:'.length) : undefined;
}
