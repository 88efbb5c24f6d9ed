import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import type { Project } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';

type Environment = Readonly<Record<string, string>>;

/** Where the Docker CLI looks for plugins beside the user's own ones. */
const systemPlugins = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
];

/** The program of a provider: a Docker CLI plugin of that name, else a program on the PATH. Fails with `NOT_FOUND`. */
export async function findProvider(service: string, type: string, project: Project): Promise<string> {
  if (type === 'compose') throw new WherryError('INVALID', `${service}: compose is no provider`);
  const { environment, workingDirectory } = project;
  if (type.includes('/')) return resolve(workingDirectory, type);
  const found = (await findPlugin(type, environment)) ?? (await findIn(pathOf(environment), type));
  if (found !== undefined) return found;
  const message = `${service}: the provider ${type} is neither a Docker CLI plugin (docker-${type}) nor a program on the PATH`;
  throw new WherryError('NOT_FOUND', message, {
    hint: `install ${type}, or put its directory on the PATH`,
    details: { service, provider: type },
  });
}

/** The path of a Docker CLI plugin; undefined when there is none. */
export async function findPlugin(name: string, environment: Environment): Promise<string | undefined> {
  const home = environment.HOME ?? homedir();
  const own = environment.DOCKER_CONFIG || join(home, '.docker');
  const directories = [...(await extraDirectories(join(own, 'config.json'))), join(own, 'cli-plugins')];
  return findIn([...directories, ...systemPlugins], `docker-${name}`);
}

/** What the Docker CLI's configuration adds; one that cannot be read adds nothing. */
async function extraDirectories(path: string): Promise<string[]> {
  try {
    const { cliPluginsExtraDirs: extra } = JSON.parse(await readFile(path, 'utf8'));
    return Array.isArray(extra) ? extra.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

function pathOf({ PATH = '' }: Environment): string[] {
  return PATH.split(delimiter).filter((directory) => directory !== '');
}

async function findIn(directories: readonly string[], name: string): Promise<string | undefined> {
  for (const directory of directories) {
    const path = join(directory, name);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
