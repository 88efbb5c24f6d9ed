import { composeLabel, type Project } from '../compose/index.ts';
import { type DesiredService, mountedDigests } from './desired.ts';
import type { ObservedContainer } from './observed.ts';
import type { ProjectState } from './state.ts';

/** Names of the volumes that a container mounts; as its service says where the engine's list does not tell. */
export function mounts(one: ObservedContainer, service: DesiredService, project: Project): readonly string[] {
  return one.mounts ?? service.volumes.flatMap((key) => project.volumes[key]?.name ?? []);
}

/** Whether it is connected to every network that its service declares; others may be there beside. */
export function isConnected(
  one: ObservedContainer,
  service: DesiredService,
  project: Project,
  networks: ProjectState['networks'],
): boolean {
  if (networks === null) return true;
  return service.networks.every((key) => {
    const name = project.networks[key]?.name;
    const present = name === undefined ? undefined : networks.get(name);
    if (name === undefined || present === undefined) return false;
    return one.networks.some(({ name: to, networkId }) =>
      // An engine that has not started the container yet may know the name alone, and one knows networks by nothing else.
      networkId === null || networkId === '' || networkId === to || present.ids === undefined
        ? to === name
        : present.ids.includes(networkId),
    );
  });
}

/** Whether the images whose files it mounts are those that it was made with. */
export function mountsItsImages(
  { labels }: ObservedContainer,
  service: DesiredService,
  images: ProjectState['images'],
): boolean {
  const made = `,${labels[composeLabel.imageVolumes]},`;
  return mountedDigests(service, images).every((digest) => made.includes(`,${digest},`));
}

/** Whether it mounts every named volume that its service declares. */
export function hasItsVolumes(
  one: ObservedContainer,
  service: DesiredService,
  project: Project,
  volumes: ProjectState['volumes'],
): boolean {
  if (volumes === null) return true;
  const mounted = mounts(one, service, project);
  return service.volumes.every((key) => {
    const name = project.volumes[key]?.name;
    return name !== undefined && mounted.includes(name) && volumes.has(name);
  });
}
