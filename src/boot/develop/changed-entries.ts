import { constants, type Stats } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { asWherryError, isWherryError, WherryError } from '../../core/index.ts';
import type { TarEntrySource } from '../../transport/index.ts';

/** A path of this machine and where it goes in a container. */
export interface SyncedPath {
  host: string;
  /** Absolute. */
  container: string;
}

export interface SortedPaths {
  present: readonly SyncedPath[];
  /** Those that are gone, without those that go with a directory that is gone. */
  gone: readonly SyncedPath[];
}

/** Files up to this size are read whole, so that what is written meanwhile cannot cut them in two. Bytes. */
const wholeUpTo = 8 * 1024 * 1024;

/** Tells what is there now from what is gone; of several changes with one destination the last one counts. */
export async function sortPaths(paths: readonly SyncedPath[]): Promise<SortedPaths> {
  const last = new Map(paths.map((path) => [path.container, path]));
  const present: SyncedPath[] = [];
  const gone = new Map<string, SyncedPath>();
  for (const path of [...last.values()].sort((a, b) => (a.container < b.container ? -1 : 1))) {
    const stats = await lstat(path.host).catch(unlessGone);
    if (stats !== undefined) present.push(path);
    else if (!above(path.container).some((directory) => gone.has(directory))) gone.set(path.container, path);
  }
  return { present, gone: [...gone.values()] };
}

/** Without the directories in which others lie: these are made for them where they are not there. */
export function withoutImplied(paths: readonly SyncedPath[]): SyncedPath[] {
  const implied = new Set(paths.flatMap(({ container }) => above(container)));
  return paths.filter(({ container }) => !implied.has(container));
}

/** The directories that a path lies in. */
function above(path: string): string[] {
  const directories: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    directories.push(path.slice(0, end));
  return directories;
}

/** The paths as entries of an archive for `/`, with their modes and times. What vanishes meanwhile is left out. */
export async function* changedEntries(
  paths: readonly SyncedPath[],
  owner: { uid: number; gid: number } | undefined,
): AsyncGenerator<TarEntrySource, void, undefined> {
  for (const { host, container } of paths) {
    const entry = await entryOf(host, container.replace(/^\/+/, '')).catch(unlessGone);
    if (entry !== undefined) yield { ...entry, ...owner };
  }
}

async function entryOf(path: string, name: string): Promise<TarEntrySource | undefined> {
  const stats = await lstat(path);
  const header = headerOf(stats, name);
  if (stats.isDirectory()) return { ...header, type: 'directory' };
  if (stats.isSymbolicLink()) return { ...header, type: 'symlink', linkname: await readlink(path) };
  if (!stats.isFile()) return undefined;
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const now = await file.stat();
    if (now.size <= wholeUpTo)
      return { ...headerOf(now, name), type: 'file', content: await file.readFile() };
    return { ...headerOf(now, name), type: 'file', size: now.size, content: pieces(path, now.size) };
  } finally {
    await file.close();
  }
}

function headerOf(stats: Stats, name: string): TarEntrySource {
  return { name, mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, mtime: stats.mtime };
}

/** Exactly `size` bytes. A file that became shorter is filled up with zeros: its change is the next one to be synced. */
async function* pieces(path: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path).catch(unlessGone);
  let left = size;
  try {
    while (left > 0) {
      const buffer = Buffer.alloc(Math.min(left, 256 * 1024));
      const bytesRead = (await file?.read(buffer))?.bytesRead ?? 0;
      const piece = bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
      left -= piece.length;
      yield piece;
    }
  } finally {
    await file?.close();
  }
}

function unlessGone(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
  if (code === 'EACCES' || code === 'EPERM') {
    throw new WherryError('PERMISSION', `a changed file may not be read: ${String(error)}`, { cause: error });
  }
  throw isWherryError(error) ? error : asWherryError(error);
}
