import { delimiter, dirname, join, resolve } from 'node:path';
import { WherryError } from '../core/errors.ts';
import { type ProjectEnvironment, splitList } from './environment.ts';
import type { FileAccess } from './file-access.ts';
import { composeFileNames, overrideFileNames } from './file-names.ts';
import { isRemote } from './remote-files.ts';

export interface FileSearch {
  /** Files that were asked for; `-` is standard input. Those elsewhere are named as they are. */
  files: readonly string[];
  /** Where relative names count from. */
  workingDirectory: string;
  /** Where looking starts when no file was asked for. */
  start: string;
  environment: ProjectEnvironment;
  access: FileAccess;
}

/**
 * The files of the project: those asked for, else those of `COMPOSE_FILE`, else the default names (with an override file
 * beside) in `start` or its nearest parent that has one. Fails with `NOT_FOUND`.
 */
export async function findProjectFiles(search: FileSearch): Promise<string[]> {
  const { environment, workingDirectory } = search;
  const separator = environment.get('COMPOSE_PATH_SEPARATOR') || delimiter;
  const named =
    search.files.length > 0 ? search.files : splitList(environment.get('COMPOSE_FILE'), separator);
  if (named.length > 0)
    return named.map((file) => (file === '-' || isRemote(file) ? file : resolve(workingDirectory, file)));
  for (let directory = search.start; ; directory = dirname(directory)) {
    const found = await firstOf(composeFileNames, directory, search.access);
    if (found !== undefined) {
      const over = await firstOf(overrideFileNames, directory, search.access);
      return over === undefined ? [found] : [found, over];
    }
    if (dirname(directory) === directory) break;
  }
  throw new WherryError('NOT_FOUND', `there is no compose file in ${search.start} or above`, {
    hint: `write a ${composeFileNames[0]}, or name a file with -f`,
  });
}

/** A directory is found as well: who reads it says what it is, and does not take another file in its place. */
async function firstOf(
  names: readonly string[],
  directory: string,
  access: FileAccess,
): Promise<string | undefined> {
  for (const name of names) {
    const path = join(directory, name);
    if ((await access.exists(path)) || (await access.isDirectory?.(path)) === true) return path;
  }
  return undefined;
}
