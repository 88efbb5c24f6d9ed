import { resolve } from 'node:path';
import type { Backend } from '../../core/backend.ts';
import { WherryError } from '../../core/errors.ts';
import type { Orchestrator } from '../../orchestrator/index.ts';
import type { Context } from '../context.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

export interface DiscoverInput {
  /** At most one: the directory; this one when left out. */
  words: readonly string[];
  exclude: readonly string[];
  backend: Backend | null;
}

/** An orchestrator of all projects below a directory. What was left out is said. */
export async function discoverProjects(
  context: Context,
  { words, exclude, backend }: DiscoverInput,
): Promise<Orchestrator> {
  const { globals, output, env, directory, logger, signal } = context;
  const [folder = '.', ...more] = words;
  if (more.length > 0) throw usage(t('all.oneDirectory'));
  refuseOneProject(context);
  const envFiles = globals.envFile.map((file) => resolve(directory, file));
  const orchestration = await import('../../orchestrator/index.ts');
  const orchestrator = new orchestration.Orchestrator({
    directory,
    env: {
      ...env,
      ...(globals.profile.length > 0 ? { COMPOSE_PROFILES: globals.profile.join(',') } : {}),
      ...(globals.compatibility ? { COMPOSE_COMPATIBILITY: '1' } : {}),
      ...(envFiles.length > 0 ? { COMPOSE_ENV_FILES: envFiles.join(',') } : {}),
    },
    logger,
    ...(backend === null ? {} : { backend }),
  });
  const { warnings } = await orchestrator.discoverServices(folder, { exclude, signal });
  for (const warning of warnings) output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
  return orchestrator;
}

function refuseOneProject({ globals }: Context): void {
  const given = {
    '-f': globals.file.length > 0,
    '-p': globals.projectName !== undefined,
    '--project-directory': globals.projectDirectory !== undefined,
    '--isolated': globals.isolated !== undefined,
  };
  const [first] = Object.entries(given).find(([, isGiven]) => isGiven) ?? [];
  if (first !== undefined) throw usage(t('all.ofOneProject', { option: first }));
}

/** The same, on the engine. `NOT_FOUND` when there is none. */
export async function projectsBelow(
  context: Context,
  input: Omit<DiscoverInput, 'backend'>,
): Promise<Orchestrator> {
  if (context.globals.dryRun) throw usage(t('usage.excludes', { a: '--all', b: '--dry-run' }));
  const orchestrator = await discoverProjects(context, { ...input, backend: await context.backend() });
  if (orchestrator.services.length > 0) return orchestrator;
  throw new WherryError('NOT_FOUND', t('all.none', { directory: input.words[0] ?? context.directory }), {
    hint: t('all.noneFix'),
  });
}
