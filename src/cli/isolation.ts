import type { IsolatedCopy } from '../boot/isolated/index.ts';
import type { LoadOptions, Project } from '../compose/index.ts';
import type { Context } from './context.ts';
import type { ProjectScope } from './scope.ts';
import { t } from './text.ts';

/** A project that is an isolated copy. */
export interface IsolatedProject {
  copy: IsolatedCopy;
  /** As the files say it. */
  written: Project;
}

/** How the files are loaded where the project may be an isolated copy. */
export interface Isolation {
  load: Pick<LoadOptions, 'rename'>;
  /** The project as the copy runs it; itself when it is no copy. */
  applied(project: Project): Project;
  /** Undefined for a project that is no copy. */
  of(project: Project): IsolatedProject | undefined;
}

/**
 * Null when nothing says that the project may be an isolated copy: neither `--isolated` nor `WHERRY_ISOLATED`, nor a
 * project name, which may be that of one.
 */
export async function isolationOf(context: Context): Promise<Isolation | null> {
  const { globals, env } = context;
  const name = copyName(context);
  const projectName = globals.projectName || env.COMPOSE_PROJECT_NAME;
  if (name === undefined && !projectName) return null;
  const { IsolatedCopies } = await import('../boot/isolated/isolated-copies.ts');
  const copies = new IsolatedCopies();
  let copy: IsolatedCopy | null = null;
  let isolate = (project: Project): Project => project;
  return {
    load: {
      rename: async (project, directory) => {
        const found = await copies.find({ project, directory, name });
        if (found === null) return project;
        copy = found;
        const { isolateProject } = await import('../boot/isolated/index.ts');
        isolate = (written) => isolateProject(written, found);
        return found.project;
      },
    },
    applied: (project) => isolate(project),
    of: (written) => (copy === null ? undefined : { copy, written }),
  };
}

/**
 * The project with ports that are free for it, which it has until it is taken down; the project of the scope when it is no
 * isolated copy. `effect: 'nothing'` only looks.
 */
export async function placed(
  context: Context,
  scope: ProjectScope & { project: Project },
  { effect }: { effect?: 'nothing' } = {},
): Promise<{ project: Project; copy: IsolatedCopy | null }> {
  const { isolated, project } = scope;
  if (isolated === undefined) return { project, copy: null };
  const { IsolatedCopies, isolateProject, placeCopy, sharedThings } = await import(
    '../boot/isolated/index.ts'
  );
  const { output, signal } = context;
  const backend = await context.backend();
  const copies = new IsolatedCopies();
  const copy = await placeCopy(backend, isolated.written, isolated.copy, { copies, effect, signal });
  for (const shared of sharedThings(isolated.written))
    output.note(`${output.paintNote('yellow', t('warning'))} ${shared}`);
  return { project: isolateProject(isolated.written, copy), copy };
}

/** What `--isolated` or its variable says; the option goes first. Empty: the name is derived; undefined: neither is there. */
export function copyName({ globals, env }: Pick<Context, 'globals' | 'env'>): string | undefined {
  if (globals.isolated !== undefined) return globals.isolated;
  const variable = env.WHERRY_ISOLATED;
  if (variable === undefined || variable === '') return undefined;
  return variable === 'true' ? '' : variable;
}
