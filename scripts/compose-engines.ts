// What becomes of supported keys of the Compose specification where engines differ: columns of docs/compose-support.md.
// test/integration/boot/keys.test.ts proves them on every engine of the lab.

/** What an engine does with a key; undefined: it is supported on every version that Wherry speaks to. */
export interface EngineVerdicts {
  docker?: string;
  podman?: string;
}

const refused = 'refused';
const from = (version: string): string => `from API ${version}, refused before`;
const podman = (version: string): string => `from ${version}, refused before`;
const oneImage = "partial: of several, one image for the engine's own";
const noGpus = 'CDI devices (`driver: cdi`) from 5.4, others refused';

const byKey: Readonly<Record<string, EngineVerdicts>> = {
  'services.*.annotations': { docker: from('1.43'), podman: podman('5.1') },
  'services.*.blkio_config.weight': {
    docker: 'where the kernel has weights, refused elsewhere',
    podman: refused,
  },
  'services.*.blkio_config.weight_device': { docker: 'where the kernel has weights, refused elsewhere' },
  'services.*.build.network': { docker: 'with BuildKit: `host`, `none` or its own' },
  'services.*.build.platforms': { docker: oneImage, podman: oneImage },
  'services.*.build.secrets': { podman: 'as files of the context, which it takes out of it' },
  'services.*.build.ssh': { docker: 'sockets of agents, with BuildKit', podman: refused },
  'services.*.cpu_rt_period': { docker: 'on cgroup v1', podman: 'on cgroup v1' },
  'services.*.cpu_rt_runtime': { docker: 'on cgroup v1', podman: 'on cgroup v1' },
  'services.*.deploy.resources.reservations.devices': {
    docker: 'with the nvidia runtime or CDI devices (API 1.44), refused elsewhere',
    podman: noGpus,
  },
  'services.*.device_cgroup_rules': { podman: podman('5.4') },
  'services.*.devices': {
    docker: 'CDI names from API 1.44',
    podman: 'CDI names from 5.4',
  },
  'services.*.external_links': { podman: refused },
  'services.*.gpus': {
    docker: 'with the nvidia runtime or CDI devices (API 1.44), refused elsewhere',
    podman: noGpus,
  },
  'services.*.healthcheck.start_interval': { docker: from('1.44'), podman: refused },
  'services.*.init': { podman: 'where catatonit is installed' },
  'services.*.links': { podman: 'partial: aliases on shared networks, which others on them see too' },
  'services.*.networks.*.driver_opts': {
    docker: '`com.docker.network.endpoint.sysctls` from API 1.46',
    podman: refused,
  },
  'services.*.networks.*.gw_priority': { docker: from('1.48'), podman: refused },
  'services.*.networks.*.interface_name': { docker: from('1.49'), podman: refused },
  'services.*.networks.*.link_local_ips': { podman: refused },
  'services.*.networks.*.mac_address': {
    docker: 'of the first network (by priority); of others from API 1.44, refused before',
  },
  'services.*.storage_opt': { docker: 'on btrfs, zfs, and overlay2 on xfs with pquota', podman: refused },
  'services.*.tmpfs': {
    podman: 'with `size`, `mode`, `ro`, `exec`, `suid` and `dev`; other options refused',
  },
  'services.*.umask': { docker: from('1.56'), podman: refused },
  'services.*.volumes.[].bind.recursive': {
    docker: '`readonly` from API 1.44, refused before',
    podman: '`readonly` is refused',
  },
  'services.*.volumes.[].image': { docker: from('1.48') },
  'services.*.volumes.[].image.subpath': { docker: from('1.48'), podman: refused },
  'services.*.volumes.[].volume.labels': { podman: refused },
  'services.*.volumes.[].volume.subpath': { docker: from('1.45'), podman: refused },
};

/** Keys that engines treat differently, by their path in the file. */
export const engineKeys: readonly string[] = Object.keys(byKey);

/** The cells of a supported key: what Docker does, what Podman does. Jobs are as services. */
export function engineCells(key: string): [docker: string, podman: string] {
  const { docker, podman } = byKey[key.replace(/^jobs\.\*/, 'services.*')] ?? {};
  return [docker ?? 'supported', podman ?? 'supported'];
}
