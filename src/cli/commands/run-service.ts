import type { ProvidedVariables } from '../../boot/index.ts';
import type { Project, Service } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { placed } from '../isolation.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { imageProgress } from '../output/image-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { terminalWishes } from './exec.ts';
import type { RunOptions } from './run.ts';
import { runContainer } from './run-container.ts';
import { containerSpec } from './run-spec.ts';
import { showSummary, upDry } from './up.ts';

/** `run SERVICE [COMMAND]`: a one-off container of a service, after what it depends on is up. */
export async function runService({ context, words, options }: Invocation<RunOptions>): Promise<number> {
  const [name = '', ...command] = words;
  const scope = await context.scope();
  const declared = scope.kind === 'project' ? scope.project : null;
  if (
    declared !== null &&
    !Object.hasOwn({ ...declared.services, ...declared.disabledServices, ...declared.jobs }, name)
  ) {
    const names = Object.keys({ ...declared.services, ...declared.jobs }).join(', ');
    throw usage(t('usage.noSuchService', { name }), t('run.engineFix', { names }));
  }
  const found = await placed(context, await requireProject(context, [name]));
  const project = withJob(found.project, name);
  const service = project.services[name];
  if (service === undefined) throw usage(t('usage.noSuchService', { name }));
  const backend = await context.backend();
  const provided = await prepare(context, backend, project, service, options);
  if (provided === null) return exitCode.failure;
  const { stdin, tty } = terminalWishes(options, { project: true });
  const spec = await oneOffSpec(context, project, service, command, {
    ...options,
    interactive: stdin,
    tty,
    provided,
  });
  const afterStart = async (id: string): Promise<void> => {
    if (service.postStart.length === 0) return;
    const { runHooks } = await import('../../boot/index.ts');
    const container = { id, name: spec.name ?? name };
    await runHooks('post_start', service, container, { backend, signal: context.signal });
  };
  return runContainer(context, spec, { stdin, tty, detach: options.detach, remove: options.rm, afterStart });
}

/** The project with the job of that name among its services, if there is one. */
function withJob(project: Project, name: string): Project {
  const job = Object.hasOwn(project.jobs, name) ? project.jobs[name] : undefined;
  if (job === undefined) return project;
  if (!job.triggers.manual) {
    throw new WherryError('INVALID', t('run.notManual', { name }), { hint: t('run.notManualFix') });
  }
  return { ...project, services: { ...project.services, [name]: job.service } };
}

/**
 * What has to be there first: the services that it depends on, its networks and volumes, its image. Resolves to the variables
 * that providers give it; null when something failed.
 */
async function prepare(
  context: Context,
  backend: Backend,
  project: Project,
  service: Service,
  options: RunOptions,
): Promise<Record<string, string> | null> {
  const needed = Object.keys(service.dependsOn);
  const provided = new Map<string, ProvidedVariables>();
  let variables: Record<string, string> = {};
  if (needed.length > 0 && !options.noDeps && context.globals.dryRun) {
    await upDry(context, project, { services: needed });
  } else if (needed.length > 0 && !options.noDeps) {
    const boot = await import('../../boot/index.ts');
    using board = new ProgressBoard(context.output);
    const onProgress = bootProgress(board, project.name);
    const summary = await boot.up(backend, project, {
      services: needed,
      signal: context.signal,
      onProgress,
      onProvided: (name, variables) => provided.set(name, variables),
    });
    if (!summary.ok) {
      showSummary(context, summary, project.name);
      return null;
    }
    variables = boot.variablesFor(service, provided);
  }
  await ensureResources(context, backend, project, service);
  await ensureImage(context, backend, project, service);
  return variables;
}

async function ensureResources(
  context: Context,
  backend: Backend,
  project: Project,
  service: Service,
): Promise<void> {
  const { toNetworkSpec, toVolumeSpec } = await import('../../compose/index.ts');
  const { signal } = context;
  for (const key of Object.keys(service.networks)) {
    const network = project.networks[key];
    if (network === undefined || network.external) continue;
    await unlessThere(
      () => backend.networks?.inspect(network.name, { signal }),
      () => backend.networks?.create(toNetworkSpec(project, network), { signal }),
    );
  }
  for (const mount of service.volumes) {
    const volume =
      mount.type === 'volume' && mount.source !== undefined ? project.volumes[mount.source] : undefined;
    if (volume === undefined || volume.external) continue;
    await unlessThere(
      () => backend.volumes?.inspect(volume.name, { signal }),
      () => backend.volumes?.create(toVolumeSpec(project, volume), { signal }),
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
  context: Context,
  backend: Backend,
  project: Project,
  service: Service,
): Promise<void> {
  if (service.build === undefined) return;
  const { imageName, readFileContents, toBuildInput } = await import('../../compose/index.ts');
  const { signal } = context;
  const image = backend.image(imageName(project, service));
  const input = toBuildInput(project, service, await readFileContents(project));
  if (input === undefined || (await image.exists({ signal }))) return;
  using board = new ProgressBoard(context.output);
  await image.build(input, { signal, onProgress: imageProgress(board) });
}

/** The service's container with the options of `run` over it, and without its ports unless they are asked for. */
async function oneOffSpec(
  context: Context,
  project: Project,
  service: Service,
  command: readonly string[],
  { provided, ...options }: RunOptions & { provided: Readonly<Record<string, string>> },
): Promise<ContainerSpec> {
  const { readFileContents, serviceToSpec } = await import('../../compose/index.ts');
  const name = options.name ?? newId(`${project.name}-${service.name}`.slice(0, 10)).slice(0, 40);
  const base = serviceToSpec(project, service, {
    index: 1,
    oneOff: true,
    name,
    files: await readFileContents(project),
  });
  const { image: _image, name: _name, ...over } = containerSpec(base.image, command, options, context);
  const { ports: _ports, restart: _restart, ...kept } = base;
  return {
    ...kept,
    ...over,
    stdinOpen: options.interactive,
    tty: options.tty,
    environment: { ...base.environment, ...provided, ...over.environment },
    labels: { ...base.labels, ...over.labels },
    volumes: [...(over.volumes ?? []), ...withoutTargets(base, over)],
    resources: { ...base.resources, ...over.resources },
    ports: [...(options.servicePorts ? (base.ports ?? []) : []), ...(over.ports ?? [])],
  };
}

function withoutTargets(
  base: ContainerSpec,
  over: Pick<ContainerSpec, 'volumes'>,
): NonNullable<ContainerSpec['volumes']> {
  const taken = new Set((over.volumes ?? []).map(({ target }) => target));
  return (base.volumes ?? []).filter(({ target }) => !taken.has(target));
}
