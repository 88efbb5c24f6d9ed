import { composeLabel, networkHash, type Project, volumeHash } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import type { DesiredService } from './desired.ts';
import { mounts } from './matches.ts';
import { type NetworkStep, need, type VolumeStep } from './plan.ts';
import type { ProjectState, ResourceState } from './state.ts';

export interface PlanResourcesInput {
  project: Project;
  current: ProjectState;
  /** Services in scope. */
  services: readonly DesiredService[];
  /** Whether those are wanted that no service in scope uses, as well. */
  resources: 'all' | 'used';
  /** Volumes that may be made anew, with the loss of their data. */
  replaceVolumes: 'all' | readonly string[];
}

/** What becomes of the networks and volumes that services use. */
export interface PlannedResources {
  steps: readonly (NetworkStep | VolumeStep)[];
  /** Names of networks that are made anew under their containers. */
  replacedNetworks: ReadonlySet<string>;
  /** Names of volumes that are made anew: containers go before. */
  replacedVolumes: ReadonlySet<string>;
  /** Networks of this project that have another name in the file by now. */
  renamedNetworks: readonly { key: string; name: string }[];
  /** Names of volumes that differ from the file and stay. */
  divergedVolumes: readonly string[];
}

/**
 * Missing networks and volumes are made; those whose config hash is not the file's any more are made anew, volumes only
 * when that was allowed. What carries no hash of this project's (somebody made it by hand) is used as it is. As docker
 * compose v5 has it (pkg/compose/reconcile.go). Fails with `NOT_FOUND` for an external one that is not there, and with
 * `CONFLICT` for a changed network that containers of others are on.
 */
export function planResources(input: PlanResourcesInput): PlannedResources {
  const { project, current, services, replaceVolumes } = input;
  const wanted = (declared: object, used: (service: DesiredService) => readonly string[]): string[] =>
    [...new Set(input.resources === 'all' ? Object.keys(declared) : services.flatMap(used))].sort();
  const networks = wanted(project.networks, (service) => service.networks);
  const volumes = wanted(project.volumes, (service) => service.volumes);
  const replacedNetworks = new Set(changedNetworks(project, current, networks));
  const changed = changedVolumes(project, current, volumes);
  const allowed = changed.filter((name) => replaceVolumes === 'all' || replaceVolumes.includes(name));
  for (const name of replacedNetworks) refuseStrangers(name, current);
  return {
    steps: [
      ...missing(networks, project.networks, current.networks, 'network'),
      ...missing(volumes, project.volumes, current.volumes, 'volume'),
      ...networks.flatMap((key) => networkAnew(key, project, replacedNetworks)),
      ...volumes.flatMap((key) => volumeAnew(key, input, new Set(allowed))),
    ],
    replacedNetworks,
    replacedVolumes: new Set(allowed),
    renamedNetworks: networks.flatMap((key) => renamed(key, project, current)),
    divergedVolumes: changed.filter((name) => !allowed.includes(name)),
  };
}

/** Names of the networks among `keys` that are there and differ from what the file says. */
export function changedNetworks(
  project: Project,
  current: Pick<ProjectState, 'networks'>,
  keys: readonly string[],
): string[] {
  return keys.flatMap((key) => {
    const network = project.networks[key];
    if (network === undefined || network.external) return [];
    return differs(project, current.networks?.get(network.name), networkHash(network)) ? [network.name] : [];
  });
}

function changedVolumes(project: Project, current: ProjectState, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const volume = project.volumes[key];
    if (volume === undefined || volume.external) return [];
    return differs(project, current.volumes?.get(volume.name), volumeHash(volume)) ? [volume.name] : [];
  });
}

function differs(project: Project, present: ResourceState | undefined, hash: string): boolean {
  if (present === undefined || present.labels[composeLabel.project] !== project.name) return false;
  const known = present.labels[composeLabel.configHash] ?? '';
  return known !== '' && known !== hash;
}

function missing(
  wanted: readonly string[],
  declared: Readonly<Record<string, { name: string; external: boolean }>>,
  present: ProjectState['networks'],
  kind: 'network' | 'volume',
): (NetworkStep | VolumeStep)[] {
  if (present === null) return [];
  return wanted.flatMap((key) => {
    const resource = declared[key];
    if (resource === undefined || present.has(resource.name)) return [];
    if (resource.external) {
      throw new WherryError(
        'NOT_FOUND',
        `${kind} ${resource.name} declared as external, but could not be found`,
        {
          hint: `make it first, or take "external: true" off the ${kind} "${key}"`,
          details: { [kind]: resource.name },
        },
      );
    }
    const { name } = resource;
    const step = { id: `${kind} ${name}`, needs: [], action: 'create', key, name } as const;
    return [kind === 'network' ? { ...step, kind: 'network' } : { ...step, kind: 'volume' }];
  });
}

function renamed(key: string, project: Project, { networks }: ProjectState): { key: string; name: string }[] {
  const network = project.networks[key];
  if (network === undefined || network.external || networks === null || networks.has(network.name)) return [];
  return [...networks].flatMap(([name, { labels }]) =>
    labels[composeLabel.project] === project.name && labels[composeLabel.network] === key
      ? [{ key, name }]
      : [],
  );
}

/** Who is on it is known once the containers are planned. */
function networkAnew(key: string, project: Project, replaced: ReadonlySet<string>): NetworkStep[] {
  const name = project.networks[key]?.name;
  if (name === undefined || !replaced.has(name)) return [];
  return [{ id: `network ${name}`, kind: 'network', action: 'recreate', needs: [], key, name }];
}

function volumeAnew(key: string, input: PlanResourcesInput, replaced: ReadonlySet<string>): VolumeStep[] {
  const { project, current, services } = input;
  const name = project.volumes[key]?.name;
  if (name === undefined || !replaced.has(name)) return [];
  const users = current.containers.filter((one) => {
    const service = services.find((other) => other.name === one.service);
    return service !== undefined && !one.oneOff && mounts(one, service, project).includes(name);
  });
  const needs = users.map((one) => need(`remove ${one.name}`, 'done'));
  return [{ id: `volume ${name}`, kind: 'volume', action: 'recreate', needs, key, name }];
}

/** A network goes only when nobody is on it, and who is not of the project is not ours to take off. */
function refuseStrangers(name: string, { project, networks, containers }: ProjectState): void {
  const ours = new Set(
    containers.filter((one) => !one.oneOff || one.status === 'exited').map(({ id }) => id),
  );
  const strangers = (networks?.get(name)?.containers ?? []).filter((id) => !ours.has(id));
  if (strangers.length === 0) return;
  const names = strangers.map((id) => containers.find((one) => one.id === id)?.name ?? id.slice(0, 12));
  throw new WherryError(
    'CONFLICT',
    `the network "${name}" has changed and has to be made anew, but containers that "${project}" does not manage are on it: ${names.join(', ')}`,
    { hint: 'disconnect or remove them, then bring the project up again', details: { network: name } },
  );
}
