import { dirname, resolve } from 'node:path';
import { throwIfAborted, WherryError } from '../core/errors.ts';
import { normalizeTree } from './canonical/normalize.ts';
import { withResolvedPaths } from './canonical/resolve-paths.ts';
import { type CanonicalStruct, canonicalMap, withFields } from './canonical/value.ts';
import { checkProject } from './check.ts';
import { checkCycles } from './check-cycles.ts';
import { checkPorts } from './check-ports.ts';
import { define } from './decode.ts';
import { ProjectEnvironment, splitList } from './environment.ts';
import type { FileAccess } from './file-access.ts';
import { finishService } from './finish-service.ts';
import { interpolate } from './interpolate.ts';
import type { Project, Service } from './model.ts';
import { invalidProject, type Problem, sortProblems } from './problem.ts';
import { type Selection, selectByName, selectByProfile, withoutAbsentDependencies } from './profiles.ts';
import { findProjectFiles } from './project-files.ts';
import { projectName } from './project-name.ts';
import { type ProjectDraft, readProject } from './read-project.ts';
import { Reading, type Surroundings } from './reading.ts';
import { ServiceFiles } from './service-files.ts';
import type { Mapping } from './tree.ts';
import { TreeLoader } from './tree-loader.ts';

export interface LoadOptions {
  /** Where relative names count from and where looking for a file starts. Absolute. */
  workingDirectory: string;
  /** The environment; the loader takes variables from nowhere else. */
  env: Readonly<Record<string, string | undefined>>;
  /** Files to merge, in order; `-` is standard input. Default: those of `COMPOSE_FILE`, else the default names here or above. */
  files?: readonly string[] | undefined;
  /** What relative paths in the files count from. Default: the directory of the first file. */
  projectDirectory?: string | undefined;
  /** Default: `COMPOSE_PROJECT_NAME`, the files' `name`, the name of the project directory. */
  projectName?: string | undefined;
  /** Default: those of `COMPOSE_PROFILES`. */
  profiles?: readonly string[] | undefined;
  /** Default: those of `COMPOSE_ENV_FILES`, else a `.env` in the project directory. */
  envFiles?: readonly string[] | undefined;
  /** Only these services and what they depend on. Default: all whose profiles are active. */
  services?: readonly string[] | undefined;
  /**
   * `kept`: for who only wants to see the model, which may hold keys that no engine of ours carries out and ports that are
   * taken twice; nothing is said of them. Default: `refused`.
   */
  unsupported?: 'refused' | 'kept' | undefined;
  /** Default: this machine's files. */
  access?: FileAccess | undefined;
  signal?: AbortSignal | undefined;
}

export interface LoadedProject {
  project: Project;
  /** What is odd and does not stop the project: unset variables, keys without effect. */
  warnings: Problem[];
}

/**
 * Loads a Compose project: finds its files, fills in variables, merges, checks and normalises. Fails with `INVALID` and
 * every problem of the files in `details.problems`, with `NOT_FOUND` when there is no file or no such service.
 */
export async function loadProject(options: LoadOptions): Promise<LoadedProject> {
  const access = options.access ?? (await import('./node-files.ts')).nodeFiles;
  const found = await findInputs(options, access);
  throwIfAborted(options.signal);
  const { environment, directory, files } = found;
  const home = environment.get('HOME');
  const to = new Reading({ directory, home }, { unsupported: options.unsupported });
  to.problems.push(...environment.warnings);
  const loader = new TreeLoader({ access, to });
  const documents: Mapping[] = [];
  for (const file of files) documents.push(...(await loader.parse(file)));
  stopOnErrors(to);

  const name = projectName({
    explicit: options.projectName,
    environment: environment.get('COMPOSE_PROJECT_NAME'),
    files: documents.map((document) => nameOf(document, environment, { directory, home })),
    directory,
  });
  environment.set('COMPOSE_PROJECT_NAME', name);

  const lookup = (variable: string): string | undefined => environment.get(variable);
  const merged = await loader.load(files, { directory, base: directory, environment, including: [] });
  if (merged === undefined) throw new WherryError('INVALID', 'the compose files are empty');
  const resolved = withResolvedPaths(merged, { directory, home });
  const draft = readProject(normalizeTree(resolved, { name, lookup }), to);
  if (draft === undefined) throw invalidProject(to.problems);
  throwIfAborted(options.signal);
  const project = await finishProject({ draft, name, options, environment, directory, files, access, to });
  stopOnErrors(to);
  return { project, warnings: sortProblems(to.problems) };
}

/** The `name` of a file. What is wrong with it is told later, when everything is filled in. */
function nameOf(document: Mapping, environment: ProjectEnvironment, surroundings: Surroundings): string {
  const written = document.entries.get('name')?.value;
  if (written === undefined) return '';
  const name = interpolate(written, (key) => environment.get(key), new Reading(surroundings));
  return name.kind === 'scalar' && typeof name.value === 'string' ? name.value : '';
}

interface Inputs {
  environment: ProjectEnvironment;
  directory: string;
  files: string[];
}

/** `.env` may name the compose file, and the compose file's directory may have a `.env` of its own. */
async function findInputs(options: LoadOptions, access: FileAccess): Promise<Inputs> {
  const workingDirectory = resolve(options.workingDirectory);
  const named = options.files ?? [];
  const chosen = options.projectDirectory && resolve(workingDirectory, options.projectDirectory);
  const firstNamed = named.find((file) => file !== '-');
  const start = chosen || (firstNamed ? dirname(resolve(workingDirectory, firstNamed)) : workingDirectory);
  const sources = { env: options.env, envFiles: options.envFiles ?? [], workingDirectory, access };
  const environment = await ProjectEnvironment.from(sources);
  await environment.addDefaultFile(start);
  const files = await findProjectFiles({ files: named, workingDirectory, start, environment, access });
  const first = files.find((file) => file !== '-');
  const directory = chosen || (first === undefined ? workingDirectory : dirname(first));
  await environment.addDefaultFile(directory);
  return { environment, directory, files };
}

interface Finishing extends Inputs {
  draft: ProjectDraft;
  name: string;
  options: LoadOptions;
  access: FileAccess;
  to: Reading;
}

async function finishProject(finishing: Finishing): Promise<Project> {
  const { draft, name, options, environment, directory, files, access, to } = finishing;
  const lookup = (variable: string): string | undefined => environment.get(variable);
  const all: Record<string, Service> = {};
  for (const service of Object.values(draft.services)) {
    define(all, service.name, finishService(service, lookup, to));
  }

  const named = options.services ?? [];
  const active = options.profiles?.length
    ? options.profiles
    : splitList(environment.get('COMPOSE_PROFILES'), ',');
  const profiled = selectByProfile(all, active, named);
  const selection = selectByName(profiled, named);
  refuseUnknown(selection, all);
  checkProject({ ...draft, ...selection }, to);
  checkCycles(selection.services, to);
  if (options.unsupported !== 'kept') checkPorts(selection.services, to);

  const serviceFiles = new ServiceFiles(access, lookup, to);
  const services: Record<string, Service> = {};
  for (const service of Object.values(selection.services)) {
    await serviceFiles.addTo(service);
    service.canonical = withVariables(service);
    define(services, service.name, withoutAbsentDependencies(service, selection.services));
  }
  return {
    name,
    workingDirectory: directory,
    files,
    profiles: selection.profiles,
    environmentFiles: [...environment.files],
    environment: environment.toRecord(),
    services,
    disabledServices: selection.disabledServices,
    networks: draft.networks,
    volumes: draft.volumes,
    configs: draft.configs,
    secrets: draft.secrets,
    extensions: draft.extensions,
    canonical: draft.canonical,
  };
}

/** The peer's form with what the files of variables and labels say; the files themselves are done with. */
function withVariables({ canonical, environment, labels }: Service): CanonicalStruct {
  return withFields(canonical, {
    env_file: undefined,
    environment: canonicalMap(Object.entries(environment)),
    labels: canonicalMap(Object.entries(labels)),
  });
}

function refuseUnknown(selection: Selection, all: Readonly<Record<string, Service>>): void {
  if (selection.unknown.length === 0) return;
  const names = selection.unknown.join(', ');
  throw new WherryError('NOT_FOUND', `the project has no service ${names}`, {
    hint: `its services are ${Object.keys(all).join(', ') || 'none'}`,
    details: { services: selection.unknown },
  });
}

function stopOnErrors(to: Reading): void {
  if (to.failed) throw invalidProject(to.problems);
}
