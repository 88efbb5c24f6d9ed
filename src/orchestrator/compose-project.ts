import { dirname } from 'node:path';
import { remoteFiles } from '../boot/index.ts';
import { loadProject, type Project } from '../compose/index.ts';
import type { FoundProject } from './find-projects.ts';
import type { OrchestratedService } from './service.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The project of a service, as its files are now. */
export async function loadService(
  {
    files,
    profiles,
    services,
    project: projectName,
  }: Pick<OrchestratedService, 'files' | 'profiles' | 'services' | 'project'>,
  options: { env: Environment; signal?: AbortSignal | undefined },
): Promise<Project> {
  const { project } = await loadProject({
    workingDirectory: dirname(files[0] ?? '.'),
    env: ofManyProjects(options.env),
    remote: remoteFiles({ env: options.env }),
    files,
    ...(projectName === null ? {} : { projectName }),
    ...(profiles.length > 0 ? { profiles } : {}),
    ...(services.length > 0 ? { services } : {}),
    signal: options.signal,
  });
  return project;
}

/** A project that was found, as Compose loads it in its folder: `COMPOSE_FILE` of the folder's `.env` counts. */
export async function loadFound(
  { directory, files, isDefault }: FoundProject,
  options: { env: Environment; signal?: AbortSignal | undefined },
): Promise<Project> {
  const { project } = await loadProject({
    workingDirectory: directory,
    env: ofManyProjects(options.env),
    remote: remoteFiles({ env: options.env }),
    ...(isDefault ? {} : { files }),
    signal: options.signal,
  });
  return project;
}

/** What says file and name of one project must not become those of all. */
function ofManyProjects(env: Environment): Environment {
  const { COMPOSE_FILE, COMPOSE_PROJECT_NAME, ...others } = env;
  return others;
}
