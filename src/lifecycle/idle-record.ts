import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeWhole } from '../transport/write-whole.ts';

/**
 * Remembers since when a service is idle, so that the time goes on when the process that watched it is started again.
 * A whole file takes the place of the old one: a crash at any moment leaves one or the other.
 */
export class IdleRecord {
  readonly #path: string;
  #next: { idleSince: Date | null } | undefined;
  #writing: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Null when it was in use, or nobody knows. A file that cannot be understood tells nothing. */
  async load(): Promise<Date | null> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    return idleSince(text);
  }

  /** Resolves once this, or something newer, is on the disk. */
  save(idleSince: Date | null): Promise<void> {
    this.#next = { idleSince };
    this.#writing ??= this.#writeAll();
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      for (let next = this.#next; next !== undefined; next = this.#next) {
        this.#next = undefined;
        await writeWhole(this.#path, JSON.stringify(next));
      }
    } finally {
      this.#writing = undefined;
    }
  }
}

function idleSince(text: string): Date | null {
  try {
    const value: { idleSince?: unknown } | null = JSON.parse(text);
    if (typeof value?.idleSince !== 'string') return null;
    const date = new Date(value.idleSince);
    return Number.isNaN(date.getTime()) ? null : date;
  } catch {
    return null;
  }
}
