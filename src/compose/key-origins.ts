import type { Origin, Project, Service } from './model.ts';
import { own } from './own.ts';
import { type Mapping, originOf, type Place, textOf } from './tree.ts';

/**
 * Keys of a service that not every engine carries out, with how many mappings below them are looked into. Only of these
 * is it known later where they were written.
 */
const gated: Readonly<Record<string, number>> = {
  annotations: 0,
  blkio_config: 1,
  build: 1,
  cpu_period: 0,
  cpu_quota: 0,
  cpu_rt_period: 0,
  cpu_rt_runtime: 0,
  cpu_shares: 0,
  cpus: 0,
  cpuset: 0,
  deploy: 4,
  device_cgroup_rules: 0,
  devices: 0,
  external_links: 0,
  gpus: 0,
  healthcheck: 1,
  init: 0,
  links: 0,
  mac_address: 0,
  mem_limit: 0,
  mem_reservation: 0,
  mem_swappiness: 0,
  memswap_limit: 0,
  networks: 2,
  pids_limit: 0,
  platform: 0,
  privileged: 0,
  storage_opt: 0,
  tmpfs: 0,
  umask: 0,
  volumes_from: 0,
};

/** Where the keys of a service stand that not every engine carries out, by their path in the service; volumes by target. */
export function keyOrigins(service: Mapping): Record<string, Origin> {
  const origins: Record<string, Origin> = {};
  for (const [key, { key: place, value }] of service.entries) {
    const depth = Object.hasOwn(gated, key) ? gated[key] : undefined;
    if (depth !== undefined) collect(origins, key, place, value, depth);
    if (key === 'volumes' && value.kind === 'sequence') {
      for (const item of value.items) {
        const target = item.kind === 'mapping' ? textOf(item.entries.get('target')?.value) : undefined;
        if (target !== undefined) origins[`volumes:${target}`] = originOf(item);
      }
    }
  }
  return origins;
}

function collect(
  origins: Record<string, Origin>,
  path: string,
  place: Place,
  value: Place & { kind: string; entries?: Mapping['entries'] },
  depth: number,
): void {
  origins[path] = originOf(place);
  if (depth === 0) return;
  for (const [key, entry] of value.entries ?? [])
    collect(origins, `${path}.${key}`, entry.key, entry.value, depth - 1);
}

/** A key of a file. */
export interface KeyPlace extends Origin {
  /** As `services.web.umask`. */
  path: string;
}

/** Where the file says what a field of the service's {@link ContainerSpec} is made of; the service itself when that is unknown. */
export function keyOfField(project: Project, service: Service, field: string): KeyPlace {
  const section = own(project.jobs, service.name)?.service === service ? 'jobs' : 'services';
  for (const path of paths(project, service, field)) {
    const origin = own(service.keyOrigins, path);
    if (origin === undefined) continue;
    const [first, target] = path.split(':', 2);
    const index = service.volumes.findIndex((mount) => mount.target === target);
    const key = first === 'volumes' && index >= 0 ? `volumes[${index}]` : path;
    return { ...origin, path: `${section}.${service.name}.${key}` };
  }
  return { ...service.origin, path: `${section}.${service.name}` };
}

/** Paths in the file that a field may come from, the likeliest first. */
function paths(project: Project, service: Service, field: string): string[] {
  const mount = /^volumes\[(\d+)\]/.exec(field)?.[1];
  if (mount !== undefined) {
    const target = service.volumes[Number(mount)]?.target;
    // Those of `tmpfs` come after the others.
    return target === undefined ? ['tmpfs'] : [`volumes:${target}`];
  }
  const network = Object.values(project.networks).find(
    ({ name }) => field === `networks.${name}` || field.startsWith(`networks.${name}.`),
  );
  if (network !== undefined) {
    const key = field.slice(`networks.${network.name}`.length);
    return [`networks.${network.key}${snake(key)}`, 'mac_address', `networks.${network.key}`, 'networks'];
  }
  const known = Object.hasOwn(written, field) ? written[field] : undefined;
  return known ?? [snake(field)];
}

const written: Readonly<Record<string, string[]>> = {
  'build.entitlements': ['build.entitlements', 'build.privileged'],
  gpus: ['gpus', 'deploy.resources.reservations.devices', 'devices'],
  links: ['links', 'external_links'],
  'resources.blkioReadBps': ['blkio_config.device_read_bps'],
  'resources.blkioReadIops': ['blkio_config.device_read_iops'],
  'resources.blkioWeight': ['blkio_config.weight'],
  'resources.blkioWeightDevice': ['blkio_config.weight_device'],
  'resources.blkioWriteBps': ['blkio_config.device_write_bps'],
  'resources.blkioWriteIops': ['blkio_config.device_write_iops'],
  'resources.cpuPeriod': ['cpu_period'],
  'resources.cpuQuota': ['cpu_quota'],
  'resources.cpuRealtimePeriod': ['cpu_rt_period'],
  'resources.cpuRealtimeRuntime': ['cpu_rt_runtime'],
  'resources.cpuShares': ['cpu_shares'],
  'resources.cpus': ['cpus', 'deploy.resources.limits.cpus'],
  'resources.cpuset': ['cpuset'],
  'resources.memory': ['mem_limit', 'deploy.resources.limits.memory'],
  'resources.memoryReservation': ['mem_reservation', 'deploy.resources.reservations.memory'],
  'resources.memorySwap': ['memswap_limit'],
  'resources.memorySwappiness': ['mem_swappiness'],
  'resources.pids': ['pids_limit', 'deploy.resources.limits.pids'],
  'resources.storage': ['storage_opt'],
};

/** `networks.front.gwPriority` as the file writes it. */
function snake(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
