import { isAbsolute, join, posix, resolve } from 'node:path';
import { type Read, text } from './decode.ts';
import type { Surroundings } from './reading.ts';

/** An absolute path: `~` is the home directory, anything relative counts from the project directory. */
export function absolutePath(path: string, { directory, home }: Surroundings): string {
  if (home !== undefined && (path === '~' || path.startsWith('~/'))) return join(home, path.slice(1));
  return isAbsolute(path) ? resolve(path) : resolve(directory, path);
}

/** A path of the host, made absolute. */
export const hostPath: Read<string> = (node, path, to) => {
  const read = text(node, path, to);
  if (read === undefined) return undefined;
  return read === ''
    ? to.error('value', 'must not be empty', node, path)
    : absolutePath(read, to.surroundings);
};

/** `C:\data`, `C:/data` or a pipe (`\\.\pipe\name`). */
export function isWindowsPath(path: string): boolean {
  return /^(?:[a-z]:[\\/]|\\\\)/i.test(path);
}

/** An absolute path in the container, which may run Windows: its engine judges that. */
export const containerPath: Read<string> = (node, path, to) => {
  const read = text(node, path, to);
  if (read === undefined || read.startsWith('/') || isWindowsPath(read)) return read;
  return to.error('value', `"${read}" is not an absolute path`, node, path);
};

/** A build context: a directory, made absolute, or the URL of a repository or an archive. */
export const contextPath: Read<string> = (node, path, to) => {
  const read = text(node, path, to);
  if (read === undefined) return undefined;
  if (/^([a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(read)) return read;
  return absolutePath(read === '' ? '.' : read, to.surroundings);
};

/** A path without `.`, `..` and slashes that say nothing, as Go's `path.Clean` gives it. */
export function cleanPath(path: string): string {
  const clean = posix.normalize(path);
  return clean.length > 1 ? clean.replace(/\/$/, '') : clean;
}
