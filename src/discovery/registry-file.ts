import { link, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WherryError } from '../core/index.ts';
import { lockFile } from '../transport/file-lock.ts';
import { writeWhole } from '../transport/write-whole.ts';
import type { RegisteredService } from './registry-entry.ts';
import { parseRegistry, type RegistryContent, registryText } from './registry-text.ts';

export type Entries = Map<string, RegisteredService>;

interface Waiting {
  apply: (entries: Entries) => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What was saved of a damaged file. */
export interface RegistryRecovery {
  /** Entries that were good. */
  kept: number;
  /** Lines that were entries and cannot be read. */
  lost: number;
  /** Where the damaged file is now. */
  damagedFile: string;
}

/** The file of a registry, which several processes share. */
export class RegistryFile {
  readonly path: string;
  #content: RegistryContent = nothing;
  #text: string | null = null;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  readonly #onRecovery: (recovery: RegistryRecovery) => void;

  constructor(path: string, onRecovery: (recovery: RegistryRecovery) => void) {
    this.path = path;
    this.#onRecovery = onRecovery;
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  /** What the file says now. */
  async read(): Promise<RegistryContent> {
    try {
      const text = await readFile(this.path, 'utf8');
      if (text !== this.#text) this.#content = parseRegistry(text, this.path);
      this.#text = text;
      return this.#content;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fault(error, this.path);
      this.#text = null;
      return nothing;
    }
  }

  /**
   * Applies a change while no other process does; resolves when it is on the disk. All that are asked for while one is
   * being written are written together. Of a damaged file the good part stays, and the whole is kept beside.
   */
  change(apply: Waiting['apply']): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ apply, resolve, reject }));
    this.#writing ??= this.#writeAll();
    return done;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch: Waiting[] = [];
      try {
        await this.#write((entries) => {
          batch.push(...this.#waiting.splice(0));
          for (const { apply } of batch) apply(entries);
        });
        for (const { resolve } of batch) resolve();
      } catch (error) {
        const failed = batch.length > 0 ? batch : this.#waiting.splice(0);
        for (const { reject } of failed) reject(fault(error, this.path));
      }
    }
    this.#writing = undefined;
  }

  async #write(apply: Waiting['apply']): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    await using _held = await lockFile(`${this.path}.lock`);
    const { entries: before, lost } = await this.read();
    const entries: Entries = new Map(before);
    apply(entries);
    const damagedFile = lost === null ? null : await this.#keepDamaged();
    const text = registryText(entries.values());
    if (damagedFile !== null || text !== this.#text) await writeWhole(this.path, text);
    if (damagedFile !== null) this.#onRecovery({ kept: before.size, lost: lost ?? 0, damagedFile });
  }

  /** Linked, not moved: a crash before the good part is written must not leave nothing. */
  async #keepDamaged(): Promise<string> {
    const damaged = `${this.path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
    await link(this.path, damaged);
    return damaged;
  }
}

const nothing: RegistryContent = { entries: new Map(), lost: null };

function fault(error: unknown, path: string): WherryError {
  if (error instanceof WherryError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const fields = { details: { path }, cause: error };
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new WherryError('PERMISSION', `the registry ${path} may not be changed: ${message}`, fields);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new WherryError('NO_SPACE', `there is no space for the registry ${path}`, fields);
  return new WherryError('INTERNAL', `the registry ${path} cannot be used: ${message}`, fields);
}
