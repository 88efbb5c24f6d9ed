import { isAbsolute, posix, relative } from 'node:path';
import { WherryError } from '../core/errors.ts';
import type { CallOptions } from '../core/image.ts';
import { redactText } from '../core/redact.ts';
import type { FileAccess } from './file-access.ts';

/** Brings compose files here that lie in a git repository or in a registry. */
export interface RemoteFiles {
  /** The same name gives the same file for as long as this lives. */
  fetch(name: string, options?: CallOptions): Promise<FetchedFile>;
}

/** A compose file that was elsewhere. Paths are absolute and without links. */
export interface FetchedFile {
  file: string;
  /** What was fetched with it: the repository, the artifact. */
  root: string;
}

/** Whether this names a compose file of a repository or of a registry, and not of this machine. */
export function isRemote(name: string): boolean {
  return /^(oci|https?|git|ssh):\/\/|^[a-zA-Z0-9][\w.-]*@[\w.-]+:|^github\.com\//.test(name);
}

/** A file that files name. */
export interface Located {
  file: string;
  /** What must not be left; undefined where anything of this machine may be read. */
  root: string | undefined;
}

export interface Locating extends CallOptions {
  access: FileAccess;
  remote: RemoteFiles | undefined;
  /** What relative names count from. */
  directory: string;
  /** What was fetched and must not be left. */
  root?: string | undefined;
}

/**
 * Where a file lies, after it was fetched when it is elsewhere. Fails with `UNSUPPORTED` when nothing fetches files, with
 * `PERMISSION` when one that was fetched names a file outside of what was fetched with it.
 */
export async function locate(name: string, { remote, signal, ...place }: Locating): Promise<Located> {
  if (!isRemote(name)) return { file: within(name, place), root: place.root };
  if (remote !== undefined) return await remote.fetch(name, { signal });
  throw new WherryError('UNSUPPORTED', `${redactText(name)} is not on this machine`, {
    hint: 'copy it here',
  });
}

/** The absolute path. Fails with `PERMISSION` when it leads out of what was fetched. */
export function within(name: string, { access, directory, root }: Omit<Locating, 'remote'>): string {
  const file = posix.resolve(directory, name);
  if (root === undefined) return file;
  if (!leadsOut(root, access.followLink?.(file) ?? file)) return file;
  throw new WherryError('PERMISSION', `${name} is outside of what was fetched with the file that names it`, {
    hint: 'files from elsewhere read no compose files or env files of this machine',
    details: { file: name },
  });
}

/** Whether a path is not below `root`. Both are absolute and without links. */
export function leadsOut(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '..' || way.startsWith('../') || isAbsolute(way);
}
