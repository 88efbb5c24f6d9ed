import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CallOptions, WherryError } from '../../core/index.ts';
import { lockFile } from '../../transport/file-lock.ts';
import { writeWhole } from '../../transport/write-whole.ts';
import type { AssignedPort } from './assign-ports.ts';
import { derivedCopyName, normalizeCopyName } from './copy-name.ts';

// Not that of node:fs/promises, which takes 4 ms to open: every command with a project's name looks here.
const readFile = promisify(fs.readFile);

/** One of several runs of the same compose file side by side. */
export interface IsolatedCopy {
  /** `BASE-NAME`: its project on the engine. */
  project: string;
  /** The project's name without isolation. */
  base: string;
  name: string;
  /** What is put behind fixed names, where another copy, of another project, has the same `name`. Default: `name`. */
  suffix?: string | undefined;
  /** Absolute path of the project's directory. */
  directory: string;
  ports: readonly AssignedPort[];
}

export interface CopyQuestion {
  /** The name that the project has by itself, or that of a copy. */
  project: string;
  /** Absolute path of the project's directory. */
  directory: string;
  /** What the copy is called; empty: by the git branch or the folder. Undefined: only a copy that is kept by that project name. */
  name: string | undefined;
}

/** The copies that this user has, kept in a file until they are taken down; processes share it. */
export class IsolatedCopies {
  /** Default: `wherry/isolated` in `XDG_STATE_HOME`. */
  readonly directory: string;

  constructor(directory: string = stateDirectory()) {
    this.directory = directory;
  }

  /** File with the variables of a copy. */
  variablesFile(project: string): string {
    return join(this.directory, `${project}.env`);
  }

  /** Those whose directory is still there. */
  async list(): Promise<readonly IsolatedCopy[]> {
    return (await this.#read()).filter(({ directory }) => fs.existsSync(directory));
  }

  /**
   * The copy that is meant, without ports when none is kept yet; null for a project that is no copy. Fails with `CONFLICT`
   * when a copy of that name is another directory's, `INVALID` for a name of which nothing can be made.
   */
  async find({ project, directory, name }: CopyQuestion): Promise<IsolatedCopy | null> {
    const copies = await this.list();
    const own = copies.find((one) => one.project === project && one.directory === directory);
    if (name === undefined || (name === '' && own !== undefined)) return own ?? null;
    const base = own?.base ?? project;
    const called = name === '' ? await derivedCopyName(directory) : normalizeCopyName(name);
    if (called === '')
      throw new WherryError('INVALID', `"${name}" is no name for an isolated copy`, {
        hint: 'use letters and digits',
      });
    const fresh = copyOf(base, called, directory);
    const kept = copies.find((one) => one.project === fresh.project);
    if (kept === undefined) return fresh;
    if (kept.directory === directory) return kept;
    if (name !== '') throw othersCopy(kept);
    const apart = copyOf(base, `${called}-${shortHash(directory)}`, directory);
    return copies.find((one) => one.project === apart.project && one.directory === directory) ?? apart;
  }

  /**
   * Decides what the copy is while no other process does, and keeps it. `decide` gets what is kept of it and the other
   * copies. Fails with `CONFLICT` when another directory was faster to take its name.
   */
  async keep(
    copy: IsolatedCopy,
    decide: (copies: { kept: IsolatedCopy; others: readonly IsolatedCopy[] }) => Promise<IsolatedCopy>,
    { signal }: CallOptions = {},
  ): Promise<IsolatedCopy> {
    await using _lock = await this.#lock(signal);
    const copies = await this.list();
    const kept = copies.find(({ project }) => project === copy.project) ?? copy;
    if (kept.directory !== copy.directory) throw othersCopy(kept);
    const others = copies.filter(({ project }) => project !== copy.project);
    const decided = await decide({ kept, others });
    await this.#write([...others, decided]);
    return decided;
  }

  /** Forgets the copy with that project name, and removes its variables; nothing when there is none. */
  async forget(project: string): Promise<void> {
    const isThere = (copies: readonly IsolatedCopy[]): boolean =>
      copies.some((one) => one.project === project);
    if (!isThere(await this.#read())) return;
    await using _lock = await this.#lock();
    const copies = await this.#read();
    if (isThere(copies)) await this.#write(copies.filter((one) => one.project !== project));
    await rm(this.variablesFile(project), { force: true });
  }

  get #path(): string {
    return join(this.directory, 'copies.json');
  }

  async #lock(signal?: AbortSignal): Promise<AsyncDisposable> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    return lockFile(join(this.directory, 'copies.lock'), { signal });
  }

  async #read(): Promise<readonly IsolatedCopy[]> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    try {
      return parseCopies(JSON.parse(text));
    } catch (cause) {
      throw new WherryError('INVALID', `${this.#path}: this is no list of isolated copies`, {
        hint: 'remove the file: the copies that run go on, and get their ports anew',
        cause,
      });
    }
  }

  #write(copies: readonly IsolatedCopy[]): Promise<void> {
    return writeWhole(this.#path, `${JSON.stringify({ version: 1, copies }, null, 2)}\n`);
  }
}

/** The project of the copy `name` of `base`; empty: the name is derived from `directory`. */
export async function copyProject(base: string, name: string, directory: string): Promise<string> {
  return `${base}-${name === '' ? await derivedCopyName(directory) : normalizeCopyName(name)}`;
}

/** The copy with a suffix that no other has: two clones of one checkout may have the same fixed names in their files. */
export function withOwnSuffix(copy: IsolatedCopy, others: readonly IsolatedCopy[]): IsolatedCopy {
  const { name, directory } = copy;
  if (!others.some((other) => (other.suffix ?? other.name) === name)) return copy;
  return { ...copy, suffix: `${name}-${shortHash(directory)}` };
}

function copyOf(base: string, name: string, directory: string): IsolatedCopy {
  return { project: `${base}-${name}`, base, name, directory, ports: [] };
}

function parseCopies(value: unknown): readonly IsolatedCopy[] {
  const { version, copies } = value as { version?: unknown; copies?: unknown };
  if (version !== 1 || !Array.isArray(copies)) throw new TypeError('not version 1');
  for (const { project, base, name, directory, ports } of copies) {
    const texts = [project, base, name, directory];
    if (texts.some((text) => typeof text !== 'string') || !Array.isArray(ports))
      throw new TypeError('not a copy');
  }
  return copies;
}

function othersCopy({ name, base, directory }: IsolatedCopy): WherryError {
  return new WherryError('CONFLICT', `the isolated copy ${name} of ${base} is that of ${directory}`, {
    hint: 'choose another name, or take that one down first',
    details: { name, base, directory },
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 4);
}

function stateDirectory(): string {
  const state = process.env.XDG_STATE_HOME;
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return join(base, 'wherry', 'isolated');
}
