import { basename, relative, sep } from 'node:path';
import { normalizeProjectName, type Project } from '../compose/index.ts';
import { isWherryError, type WherryError } from '../core/index.ts';
import { loadFound } from './compose-project.ts';
import { type FindOptions, type FoundProject, findProjects } from './find-projects.ts';
import type { OrchestratedService } from './service.ts';
import { uniqueNames } from './unique-names.ts';

export interface DiscoverOptions extends FindOptions {
  env: Readonly<Record<string, string | undefined>>;
}

export interface DiscoveredServices {
  services: readonly OrchestratedService[];
  warnings: readonly string[];
}

interface Loaded {
  found: FoundProject;
  project: Project | null;
  problem: WherryError | null;
}

/** Files that are read at once. */
const atOnce = 8;

/**
 * The compose projects below a folder as services with unique names, which are their projects' names too. One whose
 * files cannot be loaded is there with its `problem`.
 */
export async function discoverServices(root: string, options: DiscoverOptions): Promise<DiscoveredServices> {
  const { projects, warnings } = await findProjects(root, options);
  const loaded = withoutMerged(await loadAll(projects, options));
  const names = uniqueNames(
    loaded.map(({ found, project }) => {
      const own = normalizeProjectName(basename(found.directory)) || 'project';
      const siblings = loaded.filter((other) => other.found.directory === found.directory);
      return {
        folders: relative(root, found.directory).split(sep),
        natural: project?.name ?? own,
        isNamed: project !== null && project.name !== own,
        isMain: found.isDefault || siblings.length === 1,
        variant: found.variant,
      };
    }),
  );
  return { services: loaded.map((one, index) => toService(one, names[index] ?? '', root)), warnings };
}

async function loadAll(projects: readonly FoundProject[], options: DiscoverOptions): Promise<Loaded[]> {
  const loaded: Loaded[] = [];
  const queue = projects.entries();
  const work = async (): Promise<void> => {
    for (const [index, found] of queue) loaded[index] = await load(found, options);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return loaded;
}

async function load(found: FoundProject, options: DiscoverOptions): Promise<Loaded> {
  try {
    return { found, project: await loadFound(found, options), problem: null };
  } catch (error) {
    if (isWherryError(error, 'CANCELLED') || !isWherryError(error)) throw error;
    return { found, project: null, problem: error };
  }
}

/** Without files that the default project of their folder merges anyway, as its `.env` says. */
function withoutMerged(loaded: readonly Loaded[]): Loaded[] {
  const merged = new Set(
    loaded.filter(({ found }) => found.isDefault).flatMap(({ project }) => project?.files ?? []),
  );
  return loaded.filter(({ found }) => found.isDefault || !merged.has(found.files[0] ?? ''));
}

function toService({ found, project, problem }: Loaded, name: string, root: string): OrchestratedService {
  const files = project?.files ?? found.files;
  return {
    name,
    files,
    profiles: [],
    services: [],
    project: name,
    required: true,
    dependsOn: [],
    health: null,
    description: `found in ${relative(root, files[0] ?? found.directory)}`,
    declared: Object.keys({ ...project?.services, ...project?.disabledServices }),
    origin: 'discovered',
    problem,
  };
}
