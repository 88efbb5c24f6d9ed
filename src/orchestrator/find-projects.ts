import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { throwIfAborted, WherryError } from '../core/index.ts';
import { excluder } from './exclude.ts';
import { folderProjects, isComposeFile } from './folder-projects.ts';

export interface FindOptions {
  /** Globs of files and folders to leave out, relative to the root: `*.test.yml`, `legacy/**`. */
  exclude?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}

/** The compose files of one project, as they were found. */
export interface FoundProject {
  /** Absolute. */
  directory: string;
  /** Absolute, the override behind its base. */
  files: readonly string[];
  /** What Compose takes in this folder when no file is named. */
  isDefault: boolean;
  /** What tells it from others of the folder: `dev` of `docker-compose.dev.yml`. */
  variant: string;
}

export interface ProjectSearch {
  /** By path. */
  projects: readonly FoundProject[];
  /** Files that belong to no project and folders that cannot be read, each in a sentence. */
  warnings: readonly string[];
}

/** Folders of what others wrote, and of version control: what is in them is nobody's project here. */
const vendorFolders: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.tox',
  '.venv',
  '__pycache__',
  'bower_components',
  'node_modules',
  'site-packages',
  'third_party',
  'vendor',
  'venv',
]);

/**
 * Finds the compose projects in a folder and all below it, without vendor folders. Links to folders are followed, each
 * folder is looked at once. Fails with `NOT_FOUND` when the folder is not there, `INVALID` when it is none or a glob is
 * wrong, and `CANCELLED`.
 */
export async function findProjects(root: string, options: FindOptions = {}): Promise<ProjectSearch> {
  const walk = new Walk(resolve(root), options);
  return walk.run();
}

class Walk {
  readonly #root: string;
  readonly #isExcluded: (path: string) => boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #seen = new Set<string>();
  /** Gone after when all that is really below the root was seen, so that real paths are preferred. */
  readonly #links: string[] = [];
  readonly #projects: FoundProject[] = [];
  readonly #warnings: string[] = [];

  constructor(root: string, options: FindOptions) {
    this.#root = root;
    this.#isExcluded = excluder(options.exclude ?? []);
    this.#signal = options.signal;
  }

  async run(): Promise<ProjectSearch> {
    const home = await this.#realRoot();
    await this.#descend([this.#root]);
    for (const link of this.#links) {
      const target = await realpath(link).catch(() => undefined);
      // A link upwards would bring in everything around the root.
      if (target === undefined || !relative(target, home).startsWith('..')) continue;
      if ((await stat(target)).isDirectory()) await this.#descend([link]);
    }
    this.#projects.sort((a, b) => compare(a.directory, b.directory) || compare(a.files[0], b.files[0]));
    return { projects: this.#projects, warnings: this.#warnings };
  }

  async #realRoot(): Promise<string> {
    const found = await stat(this.#root).catch(() => undefined);
    if (found === undefined)
      throw new WherryError('NOT_FOUND', `there is no folder ${this.#root}`, {
        hint: 'name one that is there',
        details: { path: this.#root },
      });
    if (!found.isDirectory()) throw new WherryError('INVALID', `${this.#root} is not a folder`);
    return realpath(this.#root);
  }

  /** Level by level. */
  async #descend(folders: readonly string[]): Promise<void> {
    throwIfAborted(this.#signal);
    const below = await Promise.all(folders.map((folder) => this.#lookInto(folder)));
    if (below.flat().length > 0) await this.#descend(below.flat());
  }

  /** Resolves to the folders in it that are to be looked into. */
  async #lookInto(folder: string): Promise<string[]> {
    const entries = await this.#entriesOf(folder);
    // A pipe or a socket of that name would be read for ever.
    const files = entries.filter(
      (entry) => (entry.isFile() || entry.isSymbolicLink()) && isComposeFile(entry.name),
    );
    if (files.length > 0)
      this.#collect(
        folder,
        files.map(({ name }) => name),
      );
    this.#links.push(
      ...entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(folder, name)),
    );
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  }

  /** What is in the folder and not left out; nothing when it was seen on another way. */
  async #entriesOf(folder: string): Promise<Dirent[]> {
    try {
      const { dev, ino } = await stat(folder, { bigint: true });
      const id = `${dev}:${ino}`;
      if (this.#seen.has(id)) return [];
      this.#seen.add(id);
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter(
        ({ name }) => !vendorFolders.has(name) && !this.#isExcluded(this.#path(folder, name)),
      );
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') this.#warnings.push(`${folder} cannot be looked into: ${message}`);
      return [];
    }
  }

  #collect(directory: string, names: readonly string[]): void {
    const { projects, left } = folderProjects(names);
    for (const { files, isDefault, variant } of projects)
      this.#projects.push({
        directory,
        files: files.map((name) => join(directory, name)),
        isDefault,
        variant,
      });
    for (const { file, why } of left) this.#warnings.push(`${join(directory, file)} is left out: ${why}`);
  }

  /** As globs see it. */
  #path(folder: string, name: string): string {
    return relative(this.#root, join(folder, name)).split(sep).join('/');
  }
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
