import { throwIfAborted, WherryError } from '../core/errors.ts';
import { decodeStruct } from './canonical/decode.ts';
import { type CanonicalForm, formedTree } from './canonical/form.ts';
import { projectShape } from './canonical/shapes-project.ts';
import { serviceShape } from './canonical/shapes-service.ts';
import { type CanonicalStruct, canonicalMap, isMap, withFields } from './canonical/value.ts';
import { checkProject } from './check.ts';
import { checkCycles } from './check-cycles.ts';
import { checkPorts } from './check-ports.ts';
import { define } from './decode.ts';
import { splitList } from './environment.ts';
import { finishService } from './finish-service.ts';
import type { LoadOptions } from './load-options.ts';
import { type MergedFiles, mergeFiles } from './merge-files.ts';
import type { Job, Project, Service } from './model.ts';
import { invalidProject, type Problem, sortProblems } from './problem.ts';
import { type Selection, selectByName, selectByProfile, withoutAbsentDependencies } from './profiles.ts';
import { type ProjectDraft, readProject, withoutServices } from './read-project.ts';
import { Reading } from './reading.ts';
import type { ServiceDraft } from './service-draft.ts';
import { ServiceFiles } from './service-files.ts';
import type { Lookup } from './template.ts';
import { type Mapping, valueAt } from './tree.ts';

export type { LoadOptions };

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
  const files = await mergeFiles(options);
  const { to } = files;
  const draft = readProject(formedTree(files), to);
  if (draft === undefined) throw invalidProject(to.problems);
  if (options.form !== undefined) reform(draft, formedTree(files, options.form));
  throwIfAborted(options.signal);
  const project = await finishProject({ ...files, draft, options });
  if (to.failed) throw invalidProject(to.problems);
  return { project, warnings: sortProblems(to.problems) };
}

/** Decodes the canonical model from a tree of another form. */
function reform(draft: ProjectDraft, tree: Mapping): void {
  for (const service of Object.values(draft.services)) {
    const node = valueAt(valueAt(tree, 'services'), service.name);
    if (node !== undefined) service.canonical = decodeStruct(node, serviceShape);
  }
  draft.canonical = decodeStruct(withoutServices(tree), projectShape);
}

interface Finishing extends MergedFiles {
  draft: ProjectDraft;
  options: LoadOptions;
}

async function finishProject(finishing: Finishing): Promise<Project> {
  const { draft, name, options, environment, lookup, files, access, to } = finishing;
  const named = options.services ?? [];
  const active = options.profiles?.length
    ? options.profiles
    : splitList(environment.get('COMPOSE_PROFILES'), ',');
  const selection = selectServices(finishing, active, named);
  const jobs = activeJobs(finishing, active);
  if (options.checks !== 'none') {
    const containers = Object.fromEntries(Object.values(jobs).map(({ service }) => [service.name, service]));
    checkProject({ ...draft, ...selection, jobs: containers }, to);
    checkCycles(selection.services, to);
  }
  if (options.unsupported !== 'kept') checkPorts(selection.services, to);

  const serviceFiles = new ServiceFiles(access, lookup, to);
  const services: Record<string, Service> = {};
  for (const service of Object.values(selection.services)) {
    await addFiles(service, serviceFiles, options);
    service.canonical = withVariables(service, options.form);
    if (named.length > 0) service.canonical = withDependencies(service.canonical, selection.services);
    define(services, service.name, withoutAbsentDependencies(service, selection.services));
  }
  for (const { service } of Object.values(jobs)) {
    await addFiles(service, serviceFiles, options);
    service.canonical = withVariables(service, options.form);
  }
  return {
    name,
    workingDirectory: to.surroundings.directory,
    files,
    profiles: selection.profiles,
    environmentFiles: [...environment.files],
    environment: environment.toRecord(),
    nameSeparator: options.nameSeparator ?? (isCompatible(environment) ? '_' : '-'),
    services,
    disabledServices: selection.disabledServices,
    networks: draft.networks,
    volumes: draft.volumes,
    configs: draft.configs,
    secrets: draft.secrets,
    models: draft.models,
    jobs,
    extensions: draft.extensions,
    canonical: draft.canonical,
  };
}

/** Services whose profiles are off may be of fragments only, which others extend: what they lack is not told. */
function selectServices(
  { draft, lookup, to }: Finishing,
  active: readonly string[],
  named: readonly string[],
): Selection {
  const profiled = selectByProfile(draft.services, active, named);
  const unread = new Reading(to.surroundings);
  const finished = {
    ...profiled,
    services: finishServices(profiled.services, lookup, to),
    disabledServices: finishServices(profiled.disabledServices, lookup, unread),
  };
  const selection = selectByName(finished, named);
  refuseUnknown(selection, draft.services);
  return selection;
}

function finishServices(
  drafts: Readonly<Record<string, ServiceDraft>>,
  lookup: Lookup,
  to: Reading,
): Record<string, Service> {
  return Object.fromEntries(
    Object.entries(drafts).map(([name, draft]) => [name, finishService(draft, lookup, to)]),
  );
}

function isCompatible(environment: MergedFiles['environment']): boolean {
  return /^\s*(1|t|true|y)\s*$/i.test(environment.get('COMPOSE_COMPATIBILITY') ?? '');
}

/** The jobs whose profiles are active. */
function activeJobs({ draft, lookup, to }: Finishing, active: readonly string[]): Record<string, Job> {
  const jobs: Record<string, Job> = {};
  for (const { triggers, ...job } of Object.values(draft.jobs)) {
    if (triggers !== undefined)
      define(jobs, job.name, { name: job.name, triggers, service: finishService(job, lookup, to) });
    if (Object.hasOwn(draft.services, job.name))
      to.errorAt(job.origin, 'conflict', `a service is named ${job.name} too`);
  }
  const containers = Object.fromEntries(Object.values(jobs).map(({ name, service }) => [name, service]));
  const { services } = selectByProfile(containers, active, []);
  return Object.fromEntries(Object.entries(jobs).filter(([name]) => Object.hasOwn(services, name)));
}

/** The files of variables are left alone where only their names are asked for: a missing one is no fault then. */
async function addFiles(service: Service, files: ServiceFiles, { form }: LoadOptions): Promise<void> {
  if (form?.envFiles !== 'as-written') await files.addVariables(service);
  await files.addLabels(service);
  await files.addProbeFiles(service);
}

/** Where services are named, the peer tells of dependencies that take part only. */
function withDependencies(
  canonical: CanonicalStruct,
  present: Readonly<Record<string, Service>>,
): CanonicalStruct {
  const dependencies = canonical.values.get('depends_on');
  if (!isMap(dependencies)) return canonical;
  const left = [...dependencies.entries].filter(([name]) => Object.hasOwn(present, name));
  return withFields(canonical, { depends_on: left.length === 0 ? undefined : canonicalMap(left) });
}

/** The peer's form with what the files of variables and labels say; the files themselves are done with. */
function withVariables(
  { canonical, environment, labels }: Service,
  form: CanonicalForm = {},
): CanonicalStruct {
  const labelled = withFields(canonical, { labels: canonicalMap(Object.entries(labels)) });
  if (form.envFiles === 'as-written') return labelled;
  return withFields(labelled, {
    env_file: undefined,
    environment: canonicalMap(Object.entries(environment)),
  });
}

function refuseUnknown(selection: Selection, all: Readonly<Record<string, ServiceDraft>>): void {
  if (selection.unknown.length === 0) return;
  const names = selection.unknown.join(', ');
  throw new WherryError('NOT_FOUND', `no such service: ${names}`, {
    hint: `its services are ${Object.keys(all).join(', ') || 'none'}`,
    details: { services: selection.unknown },
  });
}
