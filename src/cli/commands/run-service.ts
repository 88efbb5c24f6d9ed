import type { BootSummary, OneOffChanges } from '../../boot/index.ts';
import type { Project, Service } from '../../compose/index.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { placed } from '../isolation.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { isOn } from '../output/presentation.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { quietImages } from '../output/quiet-images.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { readOptions, usage } from '../usage.ts';
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
  const { stdin, tty } = terminalWishes(options, { project: true });
  // Detached, its stdin is open for whoever attaches later, as docker compose has it.
  const interactive = stdin || options.detach;
  const changes = await changesOf({ ...context, env: project.environment }, command, {
    ...options,
    interactive,
    tty,
  });
  const spec = await prepare(context, project, service, { ...options, changes });
  if (spec === null) return exitCode.failure;
  const afterStart = async (id: string): Promise<void> => {
    if (service.postStart.length === 0) return;
    const { runHooks } = await import('../../boot/index.ts');
    const container = { id, name: spec.name ?? name };
    await runHooks('post_start', service, container, {
      backend: await context.backend(),
      signal: context.signal,
    });
  };
  const { detach, rm: remove, quietPull } = options;
  return runContainer(context, spec, { stdin, tty, detach, remove, afterStart, ofService: { quietPull } });
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

/** What the options of `run` say, over what the service does. */
async function changesOf(
  context: Pick<Context, 'env' | 'directory'>,
  command: readonly string[],
  options: RunOptions,
): Promise<OneOffChanges> {
  const { entrypoint, ...others } = options;
  const spec = readOptions(() => containerSpec('', command, { ...others, entrypoint: undefined }, context));
  const { image: _image, name: _name, ...changes } = spec;
  const terminal = { stdinOpen: options.interactive, tty: options.tty };
  if (entrypoint === undefined) return { ...changes, ...terminal };
  // The service's command is for its own entrypoint.
  return { ...changes, ...terminal, entrypoint: await shellWords(entrypoint), command };
}

async function shellWords(text: string): Promise<string[]> {
  const { splitShellWords } = await import('../../compose/shell-words.ts');
  const split = splitShellWords(text);
  if (split === undefined) throw usage(t('run.badEntrypoint', { text }));
  return split.words;
}

/** Null when what the service depends on did not come up, which is told. */
async function prepare(
  context: Context,
  project: Project,
  service: Service,
  options: RunOptions & { changes: OneOffChanges },
): Promise<ContainerSpec | null> {
  const { globals, signal, output } = context;
  const needed = Object.keys(service.dependsOn);
  const runsDry = globals.dryRun && needed.length > 0 && !options.noDeps;
  if (runsDry) await upDry(context, project, { services: needed });
  const [boot, backend] = await Promise.all([import('../../boot/index.ts'), context.backend()]);
  const { changes, name, servicePorts, useAliases, removeOrphans } = options;
  const attempt = async (): Promise<ContainerSpec> => {
    using board = new ProgressBoard(output);
    return await boot.prepareRun(backend, project, {
      service: service.name,
      changes,
      name,
      noDeps: options.noDeps || runsDry,
      servicePorts,
      useAliases,
      removeOrphans,
      ignoreOrphans: isOn(project.environment.COMPOSE_IGNORE_ORPHANS),
      onWarning: (text) => board.log(`${output.paintNote('yellow', t('warning'))} ${text}`),
      build: options.build ? 'always' : 'missing',
      signal,
      onProgress: quietImages(bootProgress(board, project.name), options),
    });
  };
  try {
    return await attempt();
  } catch (error) {
    const summary = isWherryError(error) ? error.details.summary : undefined;
    if (!isSummary(summary)) throw error;
    showSummary(context, summary, project.name);
    return null;
  }
}

function isSummary(value: unknown): value is BootSummary {
  return typeof value === 'object' && value !== null && 'rows' in value;
}
