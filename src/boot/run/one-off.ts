import { randomBytes } from 'node:crypto';
import {
  composeLabel,
  imageName,
  type Project,
  readFileContents,
  type Service,
  serviceToSpec,
  toNetworkSpec,
  toVolumeSpec,
} from '../../compose/index.ts';
import {
  type Backend,
  type ContainerSpec,
  isWherryError,
  type VolumeMount,
  WherryError,
} from '../../core/index.ts';
import { linksOn } from '../desired.ts';
import { checkBuilds, checkOneOff } from '../engine-gate.ts';
import { ImageBuilds } from '../images/image-builds.ts';
import { withModels } from '../models/with-models.ts';
import { observeContainers } from '../observed.ts';
import type { BootOptions } from '../options.ts';
import { isOrphan } from '../plan-containers.ts';
import type { ProvidedVariables } from '../providers/messages.ts';
import { variablesFor } from '../providers/provided.ts';
import { removeServices } from '../services.ts';
import { assertBooted } from '../summary.ts';
import { up } from '../up.ts';

/** What a one-off container has beside or instead of what its service says. */
export type OneOffChanges = Partial<Omit<ContainerSpec, 'name' | 'image'>>;

export interface RunOptions extends BootOptions {
  /** A service of the project. */
  service: string;
  /** Its environment, labels, limits and ports are added; mounts take the place of those with the same target. */
  changes?: OneOffChanges | undefined;
  /** Default: `PROJECT-SERVICE-run-` and twelve random digits. */
  name?: string | undefined;
  /** Do not start what the service depends on. Default: false. */
  noDeps?: boolean | undefined;
  /** Publish the service's ports. Default: false. */
  servicePorts?: boolean | undefined;
  /** Answer to the service's names in its networks. Default: only to its own name. */
  useAliases?: boolean | undefined;
  /** Build the service's image: always, or when it is not there (the default). */
  build?: 'always' | 'missing' | undefined;
  /** Remove containers of services that the project does not have any more. Default: false. */
  removeOrphans?: boolean | undefined;
  /** Say nothing of them. Default: false. */
  ignoreOrphans?: boolean | undefined;
  /** Gets what is odd and stops nothing. */
  onWarning?: ((text: string) => void) | undefined;
}

/**
 * Makes what a one-off container of a service needs (the services that it depends on, networks, volumes, its image) and
 * resolves to the container to create. Fails with `NOT_FOUND` for a service that is not there, with the reasons and
 * `details.summary` when a dependency did not come up.
 */
export async function prepareRun(
  backend: Backend,
  project: Project,
  options: RunOptions,
): Promise<ContainerSpec> {
  const service = project.services[options.service];
  if (service === undefined) {
    throw new WherryError('NOT_FOUND', `no such service: ${options.service}`, {
      hint: `its services are ${Object.keys(project.services).join(', ')}`,
      details: { service: options.service },
    });
  }
  await checkKeys(backend, project, service, options);
  if (options.removeOrphans === true) await removeOrphans(backend, project, options);
  const needed = options.noDeps === true ? [] : Object.keys(service.dependsOn);
  const provided = new Map<string, ProvidedVariables>();
  if (needed.length > 0) {
    const onProvided = (name: string, variables: ProvidedVariables): void =>
      void provided.set(name, variables);
    const { ignoreOrphans } = options;
    const wishes = { ...bootOptions(options), services: needed, onProvided, ignoreOrphans };
    const summary = await up(backend, project, wishes);
    for (const warning of summary.warnings) options.onWarning?.(warning);
    assertBooted(summary);
  }
  await ensureResources(backend, project, service, options);
  await ensureImage(backend, project, service, options);
  const { signal, onProgress } = options;
  const own = { services: [service.name], noDeps: true, signal, onProgress };
  const knowing = await withModels(backend, project, { ...own, effect: 'make' });
  const spec = await oneOffSpec(backend, knowing, knowing.services[service.name] ?? service, options);
  const given = variablesFor(service, provided);
  return { ...spec, environment: { ...spec.environment, ...given, ...options.changes?.environment } };
}

/** Before anything is made. What is in secrets and configs does not matter here. */
async function checkKeys(
  backend: Backend,
  project: Project,
  service: Service,
  { changes = {}, servicePorts, build, signal }: RunOptions,
): Promise<void> {
  const declared = { ...service, secrets: [], configs: [] };
  const {
    ports,
    restart: _restart,
    ...kept
  } = serviceToSpec(project, declared, {
    index: 1,
    oneOff: true,
    name: service.name,
    files: new Map(),
    links: await linksOn(backend, project, { signal }),
  });
  const spec = { ...kept, ...(servicePorts === true && ports !== undefined ? { ports } : {}) };
  await checkOneOff(service, spec, { backend, project, changed: Object.keys(changes), signal });
  if (build === 'always') await checkBuilds([service], { backend, project, signal });
}

function bootOptions({ parallel, signal, onProgress, events, logger }: BootOptions): BootOptions {
  return { parallel, signal, onProgress, events, logger };
}

async function removeOrphans(backend: Backend, project: Project, options: RunOptions): Promise<void> {
  const known = new Set([...Object.keys(project.services), ...Object.keys(project.disabledServices)]);
  const all = await observeContainers(backend, project.name, { signal: options.signal });
  const orphans = all.filter((one) => isOrphan(one, known));
  const { signal } = options;
  await Promise.all(orphans.map(({ id, oneOff }) => (oneOff ? backend.remove(id, { signal }) : undefined)));
  const services = [...new Set(orphans.flatMap(({ oneOff, service }) => (oneOff ? [] : [service])))];
  if (services.length === 0) return;
  const wishes = { ...bootOptions(options), projectName: project.name, services, stop: true };
  const { rows } = await removeServices(backend, wishes);
  const failed = rows.find(({ error }) => error !== null)?.error;
  if (failed) throw failed;
}

async function ensureResources(
  backend: Backend,
  project: Project,
  service: Service,
  { signal }: RunOptions,
): Promise<void> {
  const { networks, volumes } = backend;
  for (const key of Object.keys(service.networks)) {
    const network = project.networks[key];
    if (network === undefined || network.external) continue;
    await unlessThere(
      () => networks?.inspect(network.name, { signal }),
      () => networks?.create(toNetworkSpec(project, network), { signal }),
    );
  }
  for (const mount of service.volumes) {
    const volume =
      mount.type === 'volume' && mount.source !== undefined ? project.volumes[mount.source] : undefined;
    if (volume === undefined || volume.external) continue;
    await unlessThere(
      () => volumes?.inspect(volume.name, { signal }),
      () => volumes?.create(toVolumeSpec(project, volume), { signal }),
    );
  }
}

async function unlessThere(
  look: () => Promise<unknown> | undefined,
  make: () => Promise<unknown> | undefined,
): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
    await make();
  }
}

async function ensureImage(
  backend: Backend,
  project: Project,
  service: Service,
  { build, signal, onProgress }: RunOptions,
): Promise<void> {
  if (service.build === undefined) return;
  const image = backend.image(imageName(project, service));
  if (build !== 'always' && (await image.exists({ signal }))) return;
  const builds = new ImageBuilds({
    backend,
    project,
    files: await readFileContents(project),
    renews: () => build === 'always',
    signal,
    onProgress: (name, { name: builtFor }, progress) =>
      onProgress?.({ kind: 'image', image: name, services: [builtFor], progress }),
  });
  await builds.build(service);
}

async function oneOffSpec(
  backend: Backend,
  project: Project,
  service: Service,
  options: RunOptions,
): Promise<ContainerSpec> {
  const slug = randomBytes(32).toString('hex');
  const name = options.name ?? `${project.name}-${service.name}-run-${slug.slice(0, 12)}`;
  const image = await backend
    .image(imageName(project, service))
    .inspect({ signal: options.signal })
    .catch(() => undefined);
  const files = await readFileContents(project);
  const base = serviceToSpec(project, service, {
    index: 1,
    oneOff: true,
    name,
    files,
    imageDigest: image?.contentId ?? image?.id,
    links: await linksOn(backend, project, { signal: options.signal }),
  });
  const { ports: _ports, restart: _restart, networks = {}, ...kept } = base;
  const { changes = {} } = options;
  const volumes = (changes.volumes ?? []).map((mount) => ofProject(mount, project));
  return {
    ...kept,
    ...changes,
    networks: changes.networks ?? (options.useAliases === true ? networks : withOwnNameOnly(networks, name)),
    environment: { ...base.environment, ...changes.environment },
    labels: { ...base.labels, [composeLabel.slug]: slug, ...changes.labels },
    volumes: [...volumes, ...withoutTargets(base.volumes ?? [], volumes)],
    resources: { ...base.resources, ...changes.resources },
    ports: [...(options.servicePorts === true ? (base.ports ?? []) : []), ...(changes.ports ?? [])],
  };
}

/** Nobody is to take it for the service. */
function withOwnNameOnly(
  networks: NonNullable<ContainerSpec['networks']>,
  name: string,
): NonNullable<ContainerSpec['networks']> {
  return Object.fromEntries(
    Object.entries(networks).map(([network, attachment]) => [network, { ...attachment, aliases: [name] }]),
  );
}

/** A volume that the project declares has the project's name for it. */
function ofProject(mount: VolumeMount, project: Project): VolumeMount {
  if (mount.type !== 'volume' || mount.source === undefined) return mount;
  const volume = Object.hasOwn(project.volumes, mount.source) ? project.volumes[mount.source] : undefined;
  return volume === undefined ? mount : { ...mount, source: volume.name };
}

function withoutTargets(mounts: readonly VolumeMount[], over: readonly VolumeMount[]): VolumeMount[] {
  const taken = new Set(over.map(({ target }) => target));
  return mounts.filter(({ target }) => !taken.has(target));
}
