import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { composeFileNames } from '../compose/file-names.ts';
import type { LoadOptions, Problem, Project } from '../compose/index.ts';
import { formatProblem } from '../compose/problem.ts';
import { isWherryError, WherryError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { copyName, type IsolatedProject, isolationOf } from './isolation.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

/** What the words of a command mean: services of one project, or containers of the engine. */
export type Scope = { kind: 'engine' } | ProjectScope;

export interface ProjectScope {
  kind: 'project';
  name: string;
  /** Null when only a name was given and there is no file: then the containers' labels are all that is known. */
  project: Project | null;
  /** Why nothing new can be made of the files, which are good enough to tell what there is. */
  refusal?: WherryError;
  /** There when the project is an isolated copy. */
  isolated?: IsolatedProject | undefined;
}

export interface ScopeOptions {
  /** Told the name of a project that has a file, as soon as it is known: well before all of the file is read. */
  named?: ((name: string) => void) | undefined;
}

/**
 * `--engine` says engine; -f, -p, their variables, or a compose file here or above say project; nothing says engine, and
 * fails with `NOT_FOUND` where docker compose is played.
 */
export async function findScope(context: Context, options: ScopeOptions = {}): Promise<Scope> {
  const { globals, env } = context;
  if (globals.engine) return { kind: 'engine' };
  const named = globals.projectName ?? nonEmpty(env.COMPOSE_PROJECT_NAME);
  const hasFile =
    globals.file.length > 0 || nonEmpty(env.COMPOSE_FILE) !== undefined || findFile(context) !== undefined;
  if (!hasFile && named !== undefined)
    return { kind: 'project', name: await nameWithoutFile(context, named), project: null };
  if (!hasFile && context.role === 'compose') throw noFile(context, t('scope.noNameFix'));
  if (!hasFile) return { kind: 'engine' };
  return await loadScope(context, options);
}

/** What keeps a project from being made is no reason not to list, follow or take down what runs. */
async function loadScope(context: Context, { named }: ScopeOptions): Promise<ProjectScope> {
  try {
    const { project, isolated } = await loadProjectOf(context, { named });
    return { kind: 'project', name: project.name, project, isolated };
  } catch (refusal) {
    if (!isWherryError(refusal, 'INVALID')) throw refusal;
    const { loadProject } = await import('../compose/index.ts');
    const isolation = await isolationOf(context);
    const options = { ...projectOptions(context), ...isolation?.load };
    const asItIs = { unsupported: 'kept', checks: 'none', form: { envFiles: 'as-written' } } as const;
    const loaded = await loadProject({ ...options, ...asItIs }).catch(() => undefined);
    if (loaded === undefined) throw refusal;
    const project = isolation?.applied(loaded.project) ?? loaded.project;
    return { kind: 'project', name: project.name, project, refusal };
  }
}

/**
 * The project of a command that makes things of it. `NOT_FOUND` when there is none, `INVALID` when its files say what is not
 * carried out. A service that is named takes part whatever its profiles; where the files have faults, those count only
 * that are in the named services and what they depend on.
 */
export async function requireProject(
  context: Context,
  services: readonly string[] = [],
): Promise<ProjectScope & { project: Project }> {
  if (context.globals.engine) throw usage(t('scope.engineRefused'));
  const scope = await context.scope();
  if (scope.kind === 'project' && scope.refusal !== undefined) {
    if (services.length === 0) throw scope.refusal;
    const { kind, name } = scope;
    return { kind, name, ...(await loadProjectOf(context, { services })) };
  }
  if (scope.kind === 'project' && scope.project !== null) {
    const { disabledServices } = scope.project;
    const dormant = services.some((name) => Object.hasOwn(disabledServices, name));
    return {
      ...scope,
      ...(dormant ? await loadProjectOf(context, { services }) : { project: scope.project }),
    };
  }
  throw noFile(context, t('scope.noFileFix'));
}

/** The name of the project; its file may be missing. `NOT_FOUND` when neither is known. */
export async function requireProjectName(context: Context): Promise<ProjectScope> {
  if (context.globals.engine) throw usage(t('scope.engineRefused'));
  const scope = await context.scope();
  if (scope.kind === 'project') return scope;
  throw noFile(context, t('scope.noNameFix'));
}

async function loadProjectOf(
  context: Context,
  { services, named }: ScopeOptions & { services?: readonly string[] },
): Promise<{ project: Project; isolated: IsolatedProject | undefined }> {
  const { loadProject } = await import('../compose/index.ts');
  const isolation = await isolationOf(context);
  const rename = async (own: string, folder: string): Promise<string> => {
    const name = (await isolation?.load.rename?.(own, folder)) ?? own;
    named?.(name);
    return name;
  };
  const options = { ...projectOptions(context), rename };
  const { project, warnings } = await loadProject({ ...options, services });
  if (services === undefined) tellWarnings(context, warnings);
  return { project: isolation?.applied(project) ?? project, isolated: isolation?.of(project) };
}

/**
 * Whether a project was named and no file: as with docker compose its containers are meant then, all of them, whatever a
 * file that is found here has. That file may be of another project.
 */
export function isNamedAlone({ globals }: Pick<Context, 'globals'>): boolean {
  return globals.projectName !== undefined && globals.file.length === 0;
}

/** What the global options say of a project. */
export function projectOptions({ globals, env, directory, files, remote, signal }: Context): LoadOptions {
  return {
    workingDirectory: directory,
    env,
    files: globals.file,
    projectDirectory: globals.projectDirectory,
    projectName: globals.projectName,
    nameSeparator: globals.compatibility ? '_' : undefined,
    profiles: globals.profile,
    envFiles: globals.envFile,
    access: files,
    remote,
    signal,
  };
}

/** Tells what is odd in the files of a project. */
export function tellWarnings({ output }: Context, warnings: readonly Problem[]): void {
  for (const warning of warnings)
    output.note(`${output.paintNote('yellow', t('warning'))} ${formatProblem(warning)}`);
}

function findFile({ globals, directory }: Context): string | undefined {
  let current = resolve(directory, globals.projectDirectory ?? '.');
  for (;;) {
    const found = composeFileNames.map((name) => join(current, name)).find((path) => existsSync(path));
    const parent = dirname(current);
    if (found !== undefined || parent === current) return found;
    current = parent;
  }
}

function noFile({ directory }: Context, hint: string): WherryError {
  return new WherryError('NOT_FOUND', t('scope.noFile', { directory }), { hint });
}

/** The isolated copy of that project, by its name alone. */
async function nameWithoutFile(context: Context, named: string): Promise<string> {
  const name = copyName(context);
  if (name === undefined) return named;
  const { copyProject } = await import('../boot/isolated/index.ts');
  return copyProject(named, name, context.directory);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
