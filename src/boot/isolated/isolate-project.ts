import {
  type CanonicalStruct,
  type CanonicalValue,
  canonicalMap,
  isMap,
  isStruct,
  withFields,
} from '../../compose/canonical/value.ts';
import {
  everyService,
  type Network,
  type Port,
  type Project,
  type Service,
  type Volume,
} from '../../compose/index.ts';
import { type AssignedPort, type FixedPort, isFor } from './assign-ports.ts';
import type { IsolatedCopy } from './isolated-copies.ts';

/** Every port of the project's services that is published at one port of the host and no other. */
export function fixedPorts({ services }: Pick<Project, 'services'>): FixedPort[] {
  return Object.values(services).flatMap((service) =>
    service.ports.flatMap((port) => fixedPort(service.name, port) ?? []),
  );
}

/**
 * The project as the copy runs it: its ports where the copy has them, and names of its own for all that has a fixed name
 * and is not external: containers, networks, volumes, and the images that are built here. A container still answers to its
 * old name on its networks.
 */
export function isolateProject(project: Project, copy: IsolatedCopy): Project {
  const names = ownNames(project, copy);
  const change = (service: Service): Service => isolateService(service, copy, names);
  const networks = mapValues(project.networks, (one) => renamed(one, project, copy));
  const volumes = mapValues(project.volumes, (one) => renamed(one, project, copy));
  return {
    ...project,
    services: mapValues(project.services, change),
    disabledServices: mapValues(project.disabledServices, change),
    jobs: mapValues(project.jobs, (job) => ({ ...job, service: change(job.service) })),
    networks,
    volumes,
    canonical: withFields(project.canonical, {
      networks: canonicalNames(project.canonical, 'networks', networks),
      volumes: canonicalNames(project.canonical, 'volumes', volumes),
    }),
  };
}

/** What cannot be kept apart, in words. */
export function sharedThings(project: Project): string[] {
  const { services, networks } = project;
  const onHost = Object.values(services).filter(({ networkMode }) => networkMode === 'host');
  const fixed = Object.values(networks).filter(
    ({ external, ipam }) => !external && ipam.config.some(({ subnet }) => subnet !== undefined),
  );
  return [
    ...onHost.map(({ name }) => `${name} uses the host's network: its ports cannot be reassigned`),
    ...fixed.map(({ key }) => `network ${key} has a fixed subnet, which no second copy can have`),
  ];
}

interface OwnNames {
  /** Names of containers, old to new. */
  containers: ReadonlyMap<string, string>;
  /** Images that are built here, old to new. */
  images: ReadonlyMap<string, string>;
}

function ownNames(project: Project, { name: copy, suffix = copy }: IsolatedCopy): OwnNames {
  const containers = new Map<string, string>();
  const images = new Map<string, string>();
  for (const { containerName, build, image } of ofServicesAndJobs(project)) {
    if (containerName !== undefined) containers.set(containerName, `${containerName}-${suffix}`);
    if (build !== undefined && image !== undefined && !image.includes('@'))
      images.set(image, withTagSuffix(image, suffix));
  }
  return { containers, images };
}

function isolateService(service: Service, copy: IsolatedCopy, names: OwnNames): Service {
  const { containerName, image, canonical, networkMode, ipc, pid } = service;
  const ports = service.ports.map((port) => moved(port, service.name, copy.ports));
  const changed: Service = {
    ...service,
    ports,
    volumesFrom: service.volumesFrom.map((one) => ofContainer(one, names)),
    externalLinks: service.externalLinks.map((one) => externalLink(one, names)),
  };
  if (networkMode !== undefined) changed.networkMode = ofContainer(networkMode, names);
  if (ipc !== undefined) changed.ipc = ofContainer(ipc, names);
  if (pid !== undefined) changed.pid = ofContainer(pid, names);
  if (image !== undefined) changed.image = names.images.get(image) ?? image;
  if (containerName !== undefined) {
    changed.containerName = names.containers.get(containerName) ?? containerName;
    changed.networks = mapValues(service.networks, (network) => ({
      ...network,
      aliases: [...new Set([...network.aliases, containerName])],
    }));
  }
  changed.canonical = withFields(canonical, canonicalChanges(service, changed, copy));
  return changed;
}

/** The same changes in the peer's form, of which the config hash is made. */
function canonicalChanges(
  before: Service,
  after: Service,
  copy: IsolatedCopy,
): Record<string, CanonicalValue | undefined> {
  const changes: Record<string, CanonicalValue | undefined> = {};
  const written = before.canonical.values.get('ports');
  if (Array.isArray(written))
    changes.ports = written.map((port: CanonicalValue) => movedCanonical(port, before, copy));
  if (after.containerName !== before.containerName) changes.container_name = after.containerName;
  if (after.image !== before.image) changes.image = after.image;
  if (after.networkMode !== before.networkMode) changes.network_mode = after.networkMode;
  if (after.ipc !== before.ipc) changes.ipc = after.ipc;
  if (after.pid !== before.pid) changes.pid = after.pid;
  if (after.volumesFrom.length > 0) changes.volumes_from = after.volumesFrom;
  if (after.externalLinks.length > 0) changes.external_links = after.externalLinks;
  return changes;
}

function fixedPort(service: string, { target, protocol, hostIp, published }: Port): FixedPort | undefined {
  if (published === undefined || published.from !== published.to || published.from === 0) return undefined;
  return { service, target, protocol, hostIp: hostIp ?? null, wanted: published.from };
}

function moved(port: Port, service: string, assigned: readonly AssignedPort[]): Port {
  const fixed = fixedPort(service, port);
  const found = fixed && assigned.find((one) => isFor(one, fixed));
  return found === undefined ? port : { ...port, published: { from: found.published, to: found.published } };
}

function movedCanonical(port: CanonicalValue, { name, ports }: Service, copy: IsolatedCopy): CanonicalValue {
  if (!isStruct(port)) return port;
  const { values } = port;
  const said = (key: string): string => String(values.get(key) ?? '');
  const own = ports.find(
    ({ target, protocol, hostIp, published }) =>
      String(target) === said('target') &&
      protocol === (said('protocol') || 'tcp') &&
      (hostIp ?? '') === said('host_ip') &&
      String(published?.from) === said('published'),
  );
  if (own === undefined) return port;
  const { published } = moved(own, name, copy.ports);
  return withFields(port, { published: String(published?.from) });
}

/** `container:NAME` with what may follow it. */
function ofContainer(reference: string, { containers }: OwnNames): string {
  const [kind, name = '', ...rest] = reference.split(':');
  const own = kind === 'container' ? containers.get(name) : undefined;
  return own === undefined ? reference : [kind, own, ...rest].join(':');
}

/** `NAME[:ALIAS]`: it goes on by the alias it had. */
function externalLink(link: string, { containers }: OwnNames): string {
  const [name = '', alias] = link.split(':');
  const own = containers.get(name);
  return own === undefined ? link : `${own}:${alias ?? name}`;
}

/** One with a name that does not come from the project's own is renamed; so is none that is external. */
function renamed<T extends Network | Volume>(one: T, project: Project, copy: IsolatedCopy): T {
  // As a whole word: a copy `shop-b` does not own `shop-books`.
  const isOwn = new RegExp(`(^|[^a-z0-9])${project.name}($|[^a-z0-9])`).test(one.name);
  if (one.external || isOwn) return one;
  const name = `${one.name}-${copy.suffix ?? copy.name}`;
  return { ...one, name, canonical: withFields(one.canonical, { name }) };
}

function canonicalNames(
  canonical: CanonicalStruct,
  section: 'networks' | 'volumes',
  own: Readonly<Record<string, Network | Volume>>,
): CanonicalValue | undefined {
  const written = canonical.values.get(section);
  if (!isMap(written)) return written;
  return canonicalMap(
    [...written.entries].map(([key, value]) => {
      const name = own[key]?.name;
      const changed = isStruct(value) && name !== undefined ? withFields(value, { name }) : value;
      return [key, changed] as const;
    }),
  );
}

/** `shop:dev` → `shop:dev-NAME`, `shop` → `shop:NAME`. */
function withTagSuffix(image: string, suffix: string): string {
  const hasTag = image.lastIndexOf(':') > image.lastIndexOf('/');
  return hasTag ? `${image}-${suffix}` : `${image}:${suffix}`;
}

function ofServicesAndJobs(project: Project): Service[] {
  return [...everyService(project), ...Object.values(project.jobs).map(({ service }) => service)];
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
