import type { BigIntStats } from 'node:fs';
import { throwIfAborted, WherryError } from '../core/errors.ts';
import { fs } from './builtin.ts';
import { errorCode, messageOf } from './connection-errors.ts';
import { packEntries, type TarEntrySource } from './tar-pack.ts';

/** What a filter says of a path; `exclude` leaves out a directory but still looks inside, `prune` does not. */
export type PackChoice = 'include' | 'exclude' | 'prune';

export interface PackedPath {
  /** Relative to the packed directory, with `/` between its parts. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
}

export interface PackDirectoryOptions {
  /** Default: everything is included. */
  filter?: ((entry: PackedPath) => PackChoice) | undefined;
  /** A directory of the archive to put everything under; it gets an entry of its own. Default: none. */
  prefix?: string | undefined;
  /** The owner of all entries. Default: each file's own. */
  owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** The time of all entries, so that equal contents give equal archives. Default: each file's own. */
  mtime?: Date | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * An archive of all that is in the directory `dir`, as a stream, in the order of the names. Links are archived as links,
 * further names of one file as hard links; sockets are left out. Errors: `NOT_FOUND`, `PERMISSION`, `INVALID` (a file
 * changed meanwhile), `CANCELLED`.
 */
export function packDirectory(
  dir: string,
  options: PackDirectoryOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  return packEntries(walk(dir, options));
}

async function* walk(
  dir: string,
  options: PackDirectoryOptions,
): AsyncGenerator<TarEntrySource, void, undefined> {
  const prefix = options.prefix?.replace(/^\/+|\/+$/g, '') ?? '';
  const firstNames = new Map<string, string>();
  const root = await statOf(dir);
  if (!root.isDirectory()) {
    throw new WherryError('INVALID', `${dir} is not a directory`, { details: { path: dir } });
  }
  if (prefix !== '') yield { ...headerOf(root, options), name: prefix, type: 'directory' };
  yield* below('');

  async function* below(parent: string): AsyncGenerator<TarEntrySource, void, undefined> {
    for (const child of await namesIn(join(dir, parent))) {
      throwIfAborted(options.signal);
      const path = join(parent, child);
      const full = join(dir, path);
      const stats = await statOf(full);
      const choice = options.filter?.({ path, type: typeOf(stats) }) ?? 'include';
      if (choice === 'prune') continue;
      if (choice === 'include') {
        const entry = await entryOf(full, join(prefix, path), stats);
        if (entry !== undefined) yield entry;
      }
      if (stats.isDirectory()) yield* below(path);
    }
  }

  async function entryOf(
    full: string,
    name: string,
    stats: BigIntStats,
  ): Promise<TarEntrySource | undefined> {
    const header = { ...headerOf(stats, options), name };
    if (stats.isDirectory()) return { ...header, type: 'directory' };
    if (stats.isSymbolicLink()) {
      return {
        ...header,
        type: 'symlink',
        linkname: await attempt(full, () => fs().promises.readlink(full)),
      };
    }
    if (stats.isFIFO()) return { ...header, type: 'fifo' };
    if (stats.isCharacterDevice()) return { ...header, type: 'character-device', ...deviceOf(stats) };
    if (stats.isBlockDevice()) return { ...header, type: 'block-device', ...deviceOf(stats) };
    if (!stats.isFile()) return undefined;
    if (stats.nlink > 1n) {
      const identity = `${stats.dev}:${stats.ino}`;
      const first = firstNames.get(identity);
      if (first !== undefined) return { ...header, type: 'link', linkname: first };
      firstNames.set(identity, name);
    }
    const size = Number(stats.size);
    return { ...header, type: 'file', size, content: contentOf(full, size) };
  }
}

async function* contentOf(path: string, size: number): AsyncGenerator<Buffer, void, undefined> {
  if (size === 0) return;
  const { constants, promises } = fs();
  // A file that was swapped for a link since it was looked at must not lead elsewhere.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
  const file = await attempt(path, () => promises.open(path, flags));
  try {
    let left = size;
    while (left > 0) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(left, 256 * 1024)));
      if (bytesRead === 0) return;
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function headerOf(stats: BigIntStats, { owner, mtime }: PackDirectoryOptions): Omit<TarEntrySource, 'name'> {
  return {
    mode: Number(stats.mode & 0o7777n),
    uid: owner?.uid ?? Number(stats.uid),
    gid: owner?.gid ?? Number(stats.gid),
    mtime: mtime ?? stats.mtime,
  };
}

/** Linux's split of a device number. */
function deviceOf({ rdev }: BigIntStats): { devmajor: number; devminor: number } {
  return {
    devmajor: Number((rdev >> 8n) & 0xfffn),
    devminor: Number((rdev & 0xffn) | ((rdev >> 12n) & 0xfff00n)),
  };
}

function typeOf(stats: BigIntStats): PackedPath['type'] {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  return stats.isFile() ? 'file' : 'other';
}

function statOf(path: string): Promise<BigIntStats> {
  return attempt(path, () => fs().promises.lstat(path, { bigint: true }));
}

async function namesIn(path: string): Promise<string[]> {
  const names = await attempt(path, () => fs().promises.readdir(path));
  return names.sort((a, b) => (a < b ? -1 : 1));
}

function join(parent: string, child: string): string {
  if (parent === '') return child;
  if (child === '') return parent;
  return parent.endsWith('/') ? `${parent}${child}` : `${parent}/${child}`;
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const code = errorCode(cause);
    const details = { path };
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new WherryError('NOT_FOUND', `${path} does not exist`, { details, cause });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw new WherryError('PERMISSION', `${path} may not be read by this user`, {
        hint: 'Change its permissions, or leave it out (for a build: in .dockerignore).',
        details,
        cause,
      });
    }
    throw new WherryError('INVALID', `${path} cannot be read: ${messageOf(cause)}`, { details, cause });
  }
}
