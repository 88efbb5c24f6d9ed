import { type FSWatcher, lstatSync, readdirSync, type Stats, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { asWherryError, WherryError } from '../core/errors.ts';
import { isInside } from './watch-rule.ts';

export interface TreeWatchOptions {
  /** Files and directories, absolute. They need not exist. */
  roots: readonly string[];
  /** A directory that need not be looked into. Default: none. */
  skips?: ((directory: string) => boolean) | undefined;
  /** Something at this path was made, changed or removed. */
  onPath: (path: string) => void;
  /** A part cannot be watched. */
  onFault: (error: WherryError) => void;
}

/** `rename`: made, moved or removed. */
type ChangeKind = 'rename' | 'change';

interface Watched {
  watcher: FSWatcher;
  /** Another directory may take its name. */
  inode: number;
  /** What was in the directory when it was last looked at. */
  names: Set<string>;
}

/**
 * Watches trees of files, one watcher for each directory. Node's own recursive watcher is none on Linux: it puts a
 * watcher on every file and misses what is made in a directory before it gets there. Here a directory is watched first
 * and read then, and what is found counts as changed; so nothing slips through, though things may be told twice.
 */
export class TreeWatch implements Disposable {
  readonly #options: TreeWatchOptions;
  readonly #directories = new Map<string, Watched>();
  /** The directories in which roots appear and disappear. */
  readonly #anchors = new Map<string, FSWatcher>();
  /** The roots that exist. */
  readonly #present = new Set<string>();

  /** Fails with `UNAVAILABLE` when the system allows no more watchers. */
  constructor(options: TreeWatchOptions) {
    this.#options = options;
    try {
      for (const root of options.roots) {
        this.#anchor(root);
        if (statOf(root) !== undefined) this.#present.add(root);
        this.#enter(root, 'quietly');
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Directories under watch. */
  get size(): number {
    return this.#directories.size;
  }

  /**
   * Compares everything with what was seen last, and tells what appeared, disappeared or changed since `since` (ms since
   * the epoch): a kernel drops events when too many are waiting, without a word to Node.
   */
  rescan(since: number): void {
    for (const root of this.#options.roots) {
      const stats = statOf(root);
      const same = stats?.isDirectory()
        ? this.#directories.get(root)?.inode === stats.ino
        : (stats?.ctimeMs ?? since) < since;
      if (!same) this.#rootChanged(root, 'rename');
    }
    for (const [directory, { names }] of [...this.#directories]) {
      const now = new Set(namesIn(directory));
      for (const name of new Set([...names, ...now])) {
        const path = join(directory, name);
        const stats = statOf(path);
        const known = this.#directories.get(path);
        const same = names.has(name) && now.has(name) && known?.inode === (known && stats?.ino);
        if (!same) this.#appearedOrGone(path);
        else if ((stats?.ctimeMs ?? since) >= since) this.#tell(path);
      }
    }
  }

  [Symbol.dispose](): void {
    for (const { watcher } of this.#directories.values()) watcher.close();
    for (const watcher of this.#anchors.values()) watcher.close();
    this.#directories.clear();
    this.#anchors.clear();
  }

  /** Watches the nearest directory above a root that exists, for the root to appear. */
  #anchor(root: string): void {
    let directory = dirname(root);
    while (statOf(directory)?.isDirectory() !== true && directory !== dirname(directory)) {
      directory = dirname(directory);
    }
    if (this.#anchors.has(directory)) return;
    const watcher = this.#open(directory, (name, kind) => this.#inAnchor(directory, name, kind));
    if (watcher !== undefined) this.#anchors.set(directory, watcher);
  }

  #inAnchor(directory: string, name: string, kind: ChangeKind): void {
    const path = join(directory, name);
    const gone = statOf(directory) === undefined;
    if (gone) {
      this.#anchors.get(directory)?.close();
      this.#anchors.delete(directory);
    }
    for (const root of this.#options.roots) {
      if (!isInside(directory, root)) continue;
      if (!gone && path !== root && !isInside(path, root)) continue;
      this.#anchor(root);
      this.#rootChanged(root, path === root ? kind : 'rename');
    }
  }

  #rootChanged(root: string, kind: ChangeKind): void {
    const stats = statOf(root);
    if (stats === undefined && !this.#present.delete(root)) return;
    if (stats !== undefined) this.#present.add(root);
    // A watched directory tells of itself, unless it is another one by now.
    if (stats?.isDirectory() && kind === 'change') return;
    this.#appearedOrGone(root);
  }

  /** Tells of a path that was made, moved or removed, and of all that is or was in it. */
  #appearedOrGone(path: string): void {
    this.#leave(path);
    const parent = this.#directories.get(dirname(path));
    const stats = statOf(path);
    if (stats === undefined) parent?.names.delete(basename(path));
    else parent?.names.add(basename(path));
    // The root itself is nobody's change as long as it is a directory.
    if (!(stats?.isDirectory() && this.#options.roots.includes(path))) this.#tell(path);
    if (stats?.isDirectory()) this.#enter(path, 'telling');
  }

  /** Begins to watch a directory and those in it. */
  #enter(directory: string, manner: 'quietly' | 'telling'): void {
    const stats = statOf(directory);
    if (stats?.isDirectory() !== true) return;
    if (this.#directories.has(directory) || this.#options.skips?.(directory) === true) return;
    const watcher = this.#open(directory, (name, kind) => this.#inDirectory(directory, name, kind));
    if (watcher === undefined) return;
    const names = new Set<string>();
    this.#directories.set(directory, { watcher, inode: stats.ino, names });
    for (const name of namesIn(directory)) {
      names.add(name);
      const path = join(directory, name);
      if (manner === 'telling') this.#tell(path);
      if (statOf(path)?.isDirectory()) this.#enter(path, manner);
    }
  }

  /** Stops watching a directory and those in it, and tells of all that was there. */
  #leave(directory: string): void {
    const known = this.#directories.get(directory);
    if (known === undefined) return;
    known.watcher.close();
    this.#directories.delete(directory);
    for (const name of known.names) {
      const path = join(directory, name);
      this.#tell(path);
      this.#leave(path);
    }
  }

  #inDirectory(directory: string, name: string, kind: ChangeKind): void {
    const path = join(directory, name);
    // A directory reports its own end under its own name.
    const isOwnEnd = name === basename(directory) && statOf(path) === undefined;
    if (kind === 'change') this.#tell(path);
    else this.#appearedOrGone(isOwnEnd && statOf(directory) === undefined ? directory : path);
  }

  #tell(path: string): void {
    this.#options.onPath(path);
  }

  #open(directory: string, onChange: (name: string, kind: ChangeKind) => void): FSWatcher | undefined {
    try {
      const watcher = watch(directory, (kind, name) => {
        if (name === null) return;
        try {
          onChange(name, kind);
        } catch (error) {
          this.#options.onFault(asWherryError(error));
        }
      });
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch (error) {
      return this.#notWatched(directory, error);
    }
  }

  #notWatched(directory: string, error: unknown): undefined {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    if (code === 'ENOSPC' || code === 'EMFILE') {
      throw new WherryError('UNAVAILABLE', 'the system allows no more files to be watched', {
        hint: 'raise fs.inotify.max_user_watches and fs.inotify.max_user_instances with sysctl, or ignore what is large',
        details: { directory, code },
        cause: error,
      });
    }
    this.#options.onFault(
      new WherryError('PERMISSION', `${directory} cannot be watched: ${String(code ?? error)}`, {
        hint: 'let this user read it, or leave it out with ignore',
        details: { directory },
        cause: error,
      }),
    );
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
