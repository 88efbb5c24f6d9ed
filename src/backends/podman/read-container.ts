import { constants } from 'node:os';
import type { ContainerInfo } from '../../core/container.ts';
import type { ContainerSpec, ResourceLimits, VolumeMount } from '../../core/spec.ts';

const signals = Object.entries(constants.signals);

/** What Podman's compatible inspect says differently: signals by number, and ports also of one that does not run. */
export function podmanContainer(info: ContainerInfo): ContainerInfo {
  const runs = info.status === 'running' || info.status === 'paused' || info.status === 'stopping';
  const { stopSignal, networkMode, networks, resources, volumes: _, ...spec } = info.spec;
  return {
    ...info,
    ports: runs ? info.ports : [],
    spec: {
      ...spec,
      ...(stopSignal === undefined ? {} : stopSignalOf(stopSignal)),
      ...networksOf(networkMode, networks),
      ...(resources === undefined ? {} : { resources: resourcesOf(resources) }),
      ...volumesOf(info.spec),
    },
  };
}

/** Podman writes its default where none was given. */
function stopSignalOf(text: string): { stopSignal?: string } {
  if (!/^\d+$/.test(text)) return { stopSignal: text };
  const name = signals.find(([, number]) => number === Number(text))?.[0];
  return name === undefined || name === 'SIGTERM' ? {} : { stopSignal: name };
}

/** Podman's mode is `bridge` on whatever networks, and its default network (Docker's `bridge`) is one of them. */
function networksOf(
  networkMode: string | undefined,
  networks: ContainerSpec['networks'] = {},
): Pick<ContainerSpec, 'networkMode' | 'networks'> {
  const { podman, ...named } = networks;
  const hasNamed = Object.keys(named).length > 0;
  const mode = networkMode === 'bridge' && podman === undefined && hasNamed ? undefined : networkMode;
  return {
    ...(mode === undefined ? {} : { networkMode: mode }),
    ...(hasNamed ? { networks: named } : {}),
  };
}

/** With a read-only root Podman adds a tmpfs where programs like to write, and some versions tell of it. */
function volumesOf({ volumes, readOnly }: ContainerSpec): Pick<ContainerSpec, 'volumes'> {
  const isOwn = (mount: VolumeMount): boolean =>
    readOnly === true && mount.type === 'tmpfs' && ['/run', '/tmp', '/var/tmp'].includes(mount.target);
  const images = new Set((volumes ?? []).flatMap((mount) => (mount.type === 'image' ? [mount.target] : [])));
  // It tells of the mount of an image once more, as that of the directory that it makes for it.
  const isImage = (mount: VolumeMount): boolean => mount.type !== 'image' && images.has(mount.target);
  const given = (volumes ?? []).filter((mount) => !isOwn(mount) && !isImage(mount));
  return given.length === 0 ? {} : { volumes: given };
}

/** `RLIMIT_NOFILE` is the kernel's word for what create takes as `nofile`. */
function resourcesOf({ ulimits, ...others }: ResourceLimits): ResourceLimits {
  if (ulimits === undefined) return others;
  const named = Object.entries(ulimits).map(([name, limit]) => [
    name.replace(/^RLIMIT_/, '').toLowerCase(),
    limit,
  ]);
  return { ...others, ulimits: Object.fromEntries(named) };
}
