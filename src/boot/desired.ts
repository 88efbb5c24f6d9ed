import {
  composeLabel,
  containerName,
  type FileContents,
  imageName,
  type OutsideProbe,
  outsideProbe,
  type Project,
  type PullPolicy,
  type Service,
  serviceHash,
  serviceToSpec,
} from '../compose/index.ts';
import {
  type Backend,
  type CallOptions,
  type ContainerSpec,
  label,
  ownerValue,
  type RestartPolicy,
  WherryError,
} from '../core/index.ts';
import { providedHash, providedLabel } from './providers/provided.ts';
import { type ImageState, variantKey } from './state.ts';

/** A service as plans and their execution see it. */
export interface DesiredService {
  name: string;
  declared: Service;
  /** The reference that it runs. */
  image: string;
  /** Of which variant; undefined also where the image is built here, for whatever platform that is. */
  platform: string | undefined;
  /** Images whose files it mounts. */
  mountedImages: readonly MountedImage[];
  canBuild: boolean;
  /** It names an image, which can be pulled. */
  hasOwnImage: boolean;
  pullPolicy: PullPolicy | undefined;
  /** Its config hash where `containerOf` tells whose namespaces it shares. */
  configHash(containerOf: (service: string) => string | undefined): string;
  /** Number of containers. */
  scale: number;
  dependsOn: Service['dependsOn'];
  /** Services whose container it shares namespaces or volumes with: it is made after them, and anew when they are. */
  shares: readonly string[];
  /** Those of them whose namespaces it is in: they are gone when that container stops. */
  namespaces: readonly string[];
  /** Keys of the project's networks. */
  networks: readonly string[];
  /** Keys of the project's volumes. */
  volumes: readonly string[];
  restart: RestartPolicy;
  /** Making it takes more than one call: files are copied in, further networks connected. */
  madeInParts: boolean;
  /** Whether it has a health check: one of its own, none, or what its image says. */
  healthcheck: 'own' | 'none' | 'image';
  /** Seen from outside instead: `x-wherry.probe`. */
  probe: OutsideProbe | undefined;
  containerName(number: number): string;
}

export interface MountedImage {
  image: string;
  /** Path in the container. */
  target: string;
}

/** The services that take part, by name. `scale` wins over the file; fails with `INVALID` when it cannot be. */
export function desiredServices(
  project: Project,
  scale: Readonly<Record<string, number>>,
): ReadonlyMap<string, DesiredService> {
  for (const name of Object.keys(scale)) {
    if (project.services[name] === undefined) {
      throw new WherryError('NOT_FOUND', `there is no service "${name}" to scale`, {
        details: { service: name },
      });
    }
  }
  const services = Object.values(project.services);
  const built = new Set(
    services.flatMap((one) => (one.build === undefined ? [] : [imageName(project, one)])),
  );
  return new Map(
    services.map((one) => {
      const service = desiredService(project, one, scale[one.name] ?? one.scale);
      return [one.name, built.has(service.image) ? { ...service, platform: undefined } : service];
    }),
  );
}

function desiredService(project: Project, declared: Service, scale: number): DesiredService {
  const { name } = declared;
  if (!Number.isSafeInteger(scale) || scale < 0) {
    throw new WherryError('INVALID', `"${name}" cannot have ${scale} containers`);
  }
  if (scale > 1 && declared.containerName !== undefined) {
    throw new WherryError('INVALID', `"${name}" cannot have ${scale} containers: they would share one name`, {
      hint: `take container_name "${declared.containerName}" off the service`,
      details: { service: name },
    });
  }
  return {
    name,
    declared,
    image: imageName(project, declared),
    platform: declared.platform,
    mountedImages: declared.volumes.flatMap(({ type, source = '', target }) =>
      type === 'image' ? [{ image: source, target }] : [],
    ),
    canBuild: declared.build !== undefined,
    hasOwnImage: declared.image !== undefined,
    pullPolicy: declared.pullPolicy,
    configHash: (containerOf) => serviceHash(declared, { containerOf, of: 'container' }),
    scale,
    dependsOn: declared.dependsOn,
    shares: [...new Set([...namespaceServices(declared), ...usedServices(project, declared)])],
    namespaces: namespaceServices(declared),
    networks: Object.keys(declared.networks),
    volumes: declared.volumes.flatMap(({ type, source }) =>
      type === 'volume' && source !== undefined && project.volumes[source] !== undefined ? [source] : [],
    ),
    restart: declared.restart,
    madeInParts:
      declared.secrets.length + declared.configs.length > 0 || Object.keys(declared.networks).length > 1,
    healthcheck: healthcheckOf(declared),
    probe: outsideProbe(declared),
    containerName: (number) => containerName(project, declared, number),
  };
}

export interface SpecInput {
  number: number;
  /** Images by their keys, where they are known. */
  images: ReadonlyMap<string, ImageState>;
  /** Ids of containers by service, for shared namespaces. */
  containers: ReadonlyMap<string, string>;
  files: FileContents;
  /** What links are made of; see {@link linksOn}. */
  links?: 'own' | 'aliases' | undefined;
  /** Variables of providers. Default: none. */
  provided?: Readonly<Record<string, string>>;
}

/** The container to make: Docker Compose's names and labels, and ours. Images are seen to before. */
export function specOf(project: Project, service: DesiredService, input: SpecInput): ContainerSpec {
  const spec = serviceToSpec(project, service.declared, {
    index: input.number,
    files: input.files,
    imageDigest: input.images.get(variantKey(service))?.id,
    containerOf: (other) => input.containers.get(other),
    links: input.links,
  });
  const ours = { [label.owner]: ownerValue, [label.project]: project.name, [label.service]: service.name };
  const { provided = {} } = input;
  const hash = providedHash(provided);
  const mounted = mountedDigests(service, input.images);
  return {
    ...spec,
    environment: { ...spec.environment, ...provided },
    labels: {
      ...spec.labels,
      ...ours,
      ...(hash === undefined ? {} : { [providedLabel]: hash }),
      ...(mounted.length === 0 ? {} : { [composeLabel.imageVolumes]: mounted.join(',') }),
    },
    pullPolicy: 'never',
  };
}

/** What the label of a container says of the images whose files it mounts, as far as they are known. */
export function mountedDigests(
  { mountedImages }: DesiredService,
  images: ReadonlyMap<string, ImageState>,
): readonly string[] {
  return mountedImages
    .flatMap(({ image, target }) => {
      const id = images.get(image)?.id;
      return id === undefined ? [] : [`${target}=${id}`];
    })
    .sort();
}

/** What the engine makes links of. It is asked only where there are some. */
export async function linksOn(
  backend: Backend,
  { services }: Project,
  options: CallOptions,
): Promise<'own' | 'aliases'> {
  if (!Object.values(services).some(({ links }) => links.length > 0)) return 'own';
  return (await backend.capabilities(options)).links.supported ? 'own' : 'aliases';
}

function namespaceServices({ networkMode, pid, ipc, uts }: Service): string[] {
  const shared = [networkMode, pid, ipc, uts].flatMap((mode) =>
    mode?.startsWith('service:') ? [mode.slice('service:'.length)] : [],
  );
  return [...new Set(shared)];
}

/** Whose volumes it mounts, and whose address it holds. */
function usedServices(project: Project, { networkMode, volumesFrom, links }: Service): string[] {
  const first = (line: string): string => line.split(':', 1)[0] ?? '';
  const mounted = volumesFrom.flatMap((line) => {
    if (!line.startsWith('container:')) return [first(line)];
    const container = line.split(':')[1];
    const other = Object.values(project.services).find((one) => containerName(project, one, 1) === container);
    return other === undefined ? [] : [other.name];
  });
  // Links on the default bridge hold the address of the other container.
  const linked = networkMode === 'bridge' ? links.map(first) : [];
  return [...mounted, ...linked];
}

function healthcheckOf({ healthcheck }: Service): DesiredService['healthcheck'] {
  if (healthcheck === undefined) return 'image';
  if (healthcheck.disable || healthcheck.test?.[0] === 'NONE') return 'none';
  return healthcheck.test === undefined ? 'image' : 'own';
}
