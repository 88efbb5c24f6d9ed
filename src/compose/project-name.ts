import { basename } from 'node:path';
import { WherryError } from '../core/errors.ts';

/** A project name from any text: lower case, only letters, digits, `-` and `_`, a letter or digit first. */
export function normalizeProjectName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '');
}

export interface NameSources {
  /** Said by the caller. */
  explicit: string | undefined;
  /** `COMPOSE_PROJECT_NAME`. */
  environment: string | undefined;
  /** What each file says, in order; empty when it says nothing. */
  files: readonly string[];
  directory: string;
}

/**
 * The project's name: said by the caller, else `COMPOSE_PROJECT_NAME`, else the files' `name`, else the directory's. The
 * first two have to be valid as they are (`INVALID`), the others are made so, as the peer does.
 */
export function projectName(sources: NameSources): string {
  const said = sources.explicit || sources.environment;
  if (said) {
    if (said === normalizeProjectName(said)) return said;
    throw new WherryError('INVALID', `"${said}" is no project name`, {
      hint: 'use lower case letters, digits, - and _, a letter or digit first',
    });
  }
  const name =
    normalizeProjectName(sources.files.findLast((name) => name !== '') ?? '') ||
    normalizeProjectName(basename(sources.directory));
  if (name !== '') return name;
  throw new WherryError('INVALID', `the directory ${sources.directory} gives no project name`, {
    hint: 'give one with -p, COMPOSE_PROJECT_NAME or name: in the file',
  });
}
