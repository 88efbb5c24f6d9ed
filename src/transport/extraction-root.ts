import type { FileHandle } from 'node:fs/promises';
import { WherryError } from '../core/errors.ts';
import { fs } from './builtin.ts';
import { errorCode, messageOf } from './connection-errors.ts';

/**
 * A directory that untrusted names are resolved below. Each part of a path is looked at without following links, and a
 * directory, once seen, is never replaced by anything else; so no entry can lead a later one out.
 */
export class ExtractionRoot {
  readonly #root: string;
  /** Paths below the root that are known to be real directories all the way. */
  readonly #directories: Set<string> = new Set(['']);

  private constructor(root: string) {
    this.#root = root;
  }

  static async open(dir: string): Promise<ExtractionRoot> {
    const { promises } = fs();
    return translate(dir, async () => {
      const root = await promises.realpath(dir);
      if (!(await promises.stat(root)).isDirectory()) {
        throw new WherryError('INVALID', `${dir} is not a directory`, { details: { path: dir } });
      }
      return new ExtractionRoot(root);
    });
  }

  /** Makes the directory and its parents, and returns its path below the root; an existing directory stays as it is. */
  async makeDirectory(name: string): Promise<string> {
    const path = partsOf(name);
    await this.#enter(path, name);
    return path.join('/');
  }

  async makeSymlink(name: string, target: string): Promise<void> {
    const path = await this.#freePlace(name);
    await translate(name, () => fs().promises.symlink(target, path));
  }

  /** `target` is a name in the archive, of a regular file. */
  async makeHardLink(name: string, target: string): Promise<void> {
    const targetParts = partsOf(target);
    await this.#enter(targetParts.slice(0, -1), target);
    const source = this.#full(targetParts);
    const stats = await translate(target, () => fs().promises.lstat(source));
    if (!stats.isFile()) throw refused(name, `it is a hard link to ${target}, which is not a regular file`);
    if (source === this.#full(partsOf(name))) return;
    const path = await this.#freePlace(name);
    await translate(name, () => fs().promises.link(source, path));
  }

  /** Hands a new empty file to `write`; whatever had its name is unlinked first. */
  async withNewFile(name: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
    const path = await this.#freePlace(name);
    const { constants, promises } = fs();
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
    await translate(name, async () => {
      const file = await promises.open(path, flags, 0o600);
      try {
        await write(file);
      } catch (error) {
        // Half a file is worse than none.
        await promises.unlink(path).catch(() => undefined);
        throw error;
      } finally {
        await file.close();
      }
    });
  }

  /** Hands the directory at `path`, as returned by {@link makeDirectory}, to `change`. */
  async withDirectory(path: string, change: (directory: FileHandle) => Promise<void>): Promise<void> {
    const { constants, promises } = fs();
    const flags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
    await translate(path, async () => {
      const directory = await promises.open(this.#full(path === '' ? [] : path.split('/')), flags);
      try {
        await change(directory);
      } finally {
        await directory.close();
      }
    });
  }

  /** A full path that nothing has, in directories that exist. */
  async #freePlace(name: string): Promise<string> {
    const parts = partsOf(name);
    if (parts.length === 0) throw refused(name, 'it would replace the directory itself');
    await this.#enter(parts.slice(0, -1), name);
    const path = this.#full(parts);
    const stats = await this.#look(path);
    if (stats === undefined) return path;
    if (stats.isDirectory()) throw refused(name, 'it would replace a directory');
    await translate(name, () => fs().promises.unlink(path));
    return path;
  }

  /** Makes sure that every part is a real directory, and makes those that are missing. */
  async #enter(parts: readonly string[], name: string): Promise<void> {
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const known = parts.slice(0, depth).join('/');
      if (this.#directories.has(known)) continue;
      const path = this.#full(parts.slice(0, depth));
      const stats = await this.#look(path);
      if (stats === undefined) await translate(name, () => fs().promises.mkdir(path, 0o755));
      else if (stats.isSymbolicLink()) throw refused(name, `${known} is a symbolic link`);
      else if (!stats.isDirectory()) throw refused(name, `${known} is not a directory`);
      this.#directories.add(known);
    }
  }

  #look(path: string): Promise<import('node:fs').Stats | undefined> {
    return translate(path, async () => {
      try {
        return await fs().promises.lstat(path);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  #full(parts: readonly string[]): string {
    return [this.#root === '/' ? '' : this.#root, ...parts].join('/') || '/';
  }
}

/** The parts of a name of the archive: rooted, without empty ones and `.`; `INVALID` when it has `..` or NUL. */
function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  for (const part of parts) {
    if (part === '..') throw refused(name, 'its name leads upwards');
    if (part.includes('\0')) throw refused(name, 'its name holds a NUL');
    if (process.platform === 'win32' && /[\\:]/.test(part))
      throw refused(name, 'its name means something else on Windows');
  }
  return parts;
}

function refused(name: string, why: string): WherryError {
  return new WherryError('INVALID', `the archive's entry ${JSON.stringify(name)} is refused: ${why}`, {
    hint: 'The archive may be made to write outside of its directory: do not trust where it comes from.',
    details: { name },
  });
}

async function translate<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof WherryError) throw cause;
    const code = errorCode(cause);
    const details = { name, errno: code };
    const message = `${name} cannot be extracted: ${messageOf(cause)}`;
    switch (code) {
      case 'ENOENT':
        throw new WherryError('NOT_FOUND', `${name} does not exist`, { details, cause });
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        throw new WherryError('PERMISSION', message, { details, cause });
      case 'ENOSPC':
      case 'EDQUOT':
        throw new WherryError('NO_SPACE', message, { hint: 'Free some space on that disk.', details, cause });
      default:
        throw new WherryError('INVALID', message, { details, cause });
    }
  }
}
