import type { Project } from '../compose/index.ts';
import { type Backend, type CallOptions, type ImageInfo, isWherryError } from '../core/index.ts';
import { type ObservedContainer, observeContainers } from './observed.ts';
import { changedNetworks } from './plan-resources.ts';

/** What there is of a project on an engine, as plans start from it. */
export interface ProjectState {
  project: string;
  containers: readonly ObservedContainer[];
  /** The engine's networks by name; null when nobody looked. */
  networks: ReadonlyMap<string, ResourceState> | null;
  /** The engine's volumes by name; null when nobody looked. */
  volumes: ReadonlyMap<string, ResourceState> | null;
  /** By what {@link variantKey} makes of the references that services use; a missing image is not in it. */
  images: ReadonlyMap<string, ImageState>;
}

/** An image as a service runs it. */
export interface ImageVariant {
  image: string;
  /** Undefined: whatever the engine takes by itself. */
  platform?: string | undefined;
}

/** Images of one name for several platforms may be there side by side. */
export function variantKey({ image, platform }: ImageVariant): string {
  return platform === undefined ? image : `${image} ${platform}`;
}

export interface ResourceState {
  labels: Readonly<Record<string, string>>;
  /** Ids of all that have the name: engines let two networks have the same. Default: the name is enough. */
  ids?: readonly string[];
  /** Ids of the containers on it, where somebody asked. */
  containers?: readonly string[];
}

export interface ImageState {
  /** What its containers are labelled with. */
  id: string;
  /** What the engine calls it, where that is something else. */
  engineId?: string | undefined;
  createdAt: Date | null;
  /** The image has a health check of its own. */
  healthcheck: boolean;
}

/** All that there is of a project, and the images that it names: three lists, and one inspect for each image, side by side. */
export async function lookAtProject(
  backend: Backend,
  project: Project,
  images: readonly ImageVariant[],
  options: CallOptions,
): Promise<ProjectState> {
  const [containers, known, resources] = await Promise.all([
    observeContainers(backend, project.name, options),
    lookAtImages(backend, images, options),
    lookAtResources(backend, project, options),
  ]);
  return { project: project.name, containers, images: known, ...resources };
}

/** The engine's networks and volumes, where the project has any: two lists, side by side. */
async function lookAtResources(
  backend: Backend,
  project: Project,
  options: CallOptions,
): Promise<Pick<ProjectState, 'networks' | 'volumes'>> {
  const none = Promise.resolve([]);
  const [listed, volumes] = await Promise.all([
    Object.keys(project.networks).length > 0 ? (backend.networks?.list(options) ?? none) : none,
    Object.keys(project.volumes).length > 0 ? (backend.volumes?.list(options) ?? none) : none,
  ]);
  const networks = new Map<string, ResourceState & { ids: readonly string[] }>();
  for (const { name, labels, id } of listed)
    networks.set(name, { labels, ids: [...(networks.get(name)?.ids ?? []), id] });
  for (const name of changedNetworks(project, { networks }, Object.keys(project.networks))) {
    const { labels = {}, ids = [] } = networks.get(name) ?? {};
    networks.set(name, { labels, ids, containers: await onNetworks(backend, ids, options) });
  }
  return { networks, volumes: new Map(volumes.map(({ name, labels }) => [name, { labels }])) };
}

/** Lists do not tell it on every engine. */
async function onNetworks(
  backend: Backend,
  ids: readonly string[],
  options: CallOptions,
): Promise<readonly string[]> {
  const infos = await Promise.all(ids.map((id) => backend.networks?.inspect(id, options)));
  return infos.flatMap((info) => info?.containers ?? []);
}

/** The images that are there, by their keys. */
async function lookAtImages(
  backend: Backend,
  variants: readonly ImageVariant[],
  options: CallOptions,
): Promise<ReadonlyMap<string, ImageState>> {
  const byKey = new Map(variants.map((variant) => [variantKey(variant), variant]));
  const found = await Promise.all(
    [...byKey].map(async ([key, { image, platform }]): Promise<[string, ImageState][]> => {
      try {
        return [[key, imageState(await backend.image(image).inspect({ ...options, platform }))]];
      } catch (error) {
        if (isWherryError(error, 'NOT_FOUND')) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}

export function imageState(info: ImageInfo): ImageState {
  const test = info.config?.healthcheck?.test;
  const healthcheck = test !== undefined && test.length > 0 && test[0] !== 'NONE';
  return { id: info.contentId ?? info.id, engineId: info.id, createdAt: info.createdAt, healthcheck };
}
