import { composeLabel } from '../compose/index.ts';
import type {
  Backend,
  CallOptions,
  ContainerStatus,
  ContainerSummary,
  EngineHealth,
  PublishedPort,
} from '../core/index.ts';
import { type DependsOn, parseDependsOn } from './labels.ts';
import { heldPorts, inPlace } from './port-holder.ts';

/** One container of a project, as `ps` shows it. */
export interface ServiceRow {
  service: string;
  /** Number of the replica, from 1; 0 for a one-off container. */
  number: number;
  oneOff: boolean;
  id: string;
  name: string;
  image: string;
  command: string;
  status: ContainerStatus;
  /** Its state and since when, in the engine's own words; not on every engine. */
  statusText?: string;
  health: EngineHealth;
  /** Null while it runs, and where the engine's list does not tell. */
  exitCode: number | null;
  createdAt: Date;
  ports: readonly PublishedPort[];
}

/** One project on an engine, as `ls` shows it. */
export interface ProjectRow {
  name: string;
  /** Number of containers by status. */
  status: Readonly<Partial<Record<ContainerStatus, number>>>;
  configFiles: readonly string[];
  workingDirectory: string | null;
}

/** One container of a project as plans see it: its row and what its labels tell. */
export interface ObservedContainer extends ServiceRow {
  imageId: string | null;
  /** Null when somebody else's tool did not write one. */
  configHash: string | null;
  /** Id of the image that it was made from, by its label. */
  madeFrom: string | null;
  /** Services that it was started after. */
  dependsOn: readonly DependsOn[];
  /** Networks that it is connected to. */
  networks: readonly { name: string; networkId: string | null }[];
  /** Names of the volumes that it mounts; null where the engine's list does not tell. */
  mounts: readonly string[] | null;
  labels: Readonly<Record<string, string>>;
}

/**
 * Containers of a project, stopped ones too, by service and number. One engine call. Ports that a `serve` holds are told
 * as it listens on them, also of a service that is at zero.
 */
export async function observe(
  backend: Backend,
  projectName: string,
  options: CallOptions & { oneOff?: boolean; labels?: readonly string[] } = {},
): Promise<readonly ServiceRow[]> {
  const [containers, held] = await Promise.all([
    observeContainers(backend, projectName, options),
    heldPorts(backend.address, projectName, options),
  ]);
  return containers
    .filter((container) => options.oneOff === true || !container.oneOff)
    .map(({ imageId, configHash, madeFrom, dependsOn, networks, mounts, labels, ...row }) => ({
      ...row,
      ports: row.oneOff ? row.ports : inPlace(row.ports, held.get(row.service)),
    }));
}

/** All containers of a project with what plans need to know of them, one-off ones too. One engine call. */
export async function observeContainers(
  backend: Backend,
  projectName: string,
  options: CallOptions & { labels?: readonly string[] } = {},
): Promise<readonly ObservedContainer[]> {
  const labels = [`${composeLabel.project}=${projectName}`, ...(options.labels ?? [])];
  const found = await backend.list({ all: true, labels }, { signal: options.signal });
  return found.map(observed).sort(byServiceAndNumber);
}

/** The projects that have containers on the engine, by name. One engine call. */
export async function projectNames(
  backend: Backend,
  options: CallOptions = {},
): Promise<readonly ProjectRow[]> {
  const found = await backend.list({ all: true, labels: [composeLabel.project] }, { signal: options.signal });
  const projects = new Map<string, { row: ProjectRow; status: Partial<Record<ContainerStatus, number>> }>();
  for (const { labels, status } of found) {
    const name = labels[composeLabel.project];
    if (name === undefined || name === '') continue;
    const project = projects.get(name) ?? { row: projectRow(name, labels), status: {} };
    project.status[status] = (project.status[status] ?? 0) + 1;
    projects.set(name, project);
  }
  return [...projects.values()]
    .map(({ row, status }) => ({ ...row, status }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the labels of one listed container say. */
function observed(summary: ContainerSummary): ObservedContainer {
  const { labels } = summary;
  // A hook's container is none of the service's own either.
  const oneOff = labels[composeLabel.oneOff] === 'True' || labels[composeLabel.hook] !== undefined;
  const number = Number.parseInt(labels[composeLabel.containerNumber] ?? '', 10);
  return {
    service: labels[composeLabel.service] ?? '',
    number: oneOff || !Number.isSafeInteger(number) ? 0 : number,
    oneOff,
    id: summary.id,
    name: summary.name,
    image: summary.image,
    command: summary.command,
    status: summary.status,
    ...(summary.statusText === undefined ? {} : { statusText: summary.statusText }),
    health: summary.health,
    exitCode: summary.exitCode,
    createdAt: summary.createdAt,
    ports: summary.ports,
    imageId: summary.imageId,
    configHash: labels[composeLabel.configHash] ?? null,
    madeFrom: labels[composeLabel.image] ?? null,
    dependsOn: parseDependsOn(labels[composeLabel.dependsOn] ?? ''),
    networks: summary.networks.map(({ name, networkId }) => ({ name, networkId })),
    mounts: summary.volumes ?? null,
    labels,
  };
}

function projectRow(name: string, labels: Readonly<Record<string, string>>): ProjectRow {
  const files = labels[composeLabel.configFiles] ?? '';
  return {
    name,
    status: {},
    configFiles: files === '' ? [] : files.split(','),
    workingDirectory: labels[composeLabel.workingDirectory] ?? null,
  };
}

function byServiceAndNumber(a: ObservedContainer, b: ObservedContainer): number {
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  if (a.number !== b.number) return a.number - b.number;
  return a.name < b.name ? -1 : 1;
}
