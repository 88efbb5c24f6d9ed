import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WherryError } from '../core/errors.ts';

export interface HistoryFileOptions {
  path: string;
  /** Bytes after which a new file is begun. */
  maxSize: number;
  /** Older files that are kept, as `PATH.1` (the youngest), `PATH.2` … */
  keep: number;
}

/**
 * Lines at the end of a file that is rotated by size. A crash leaves whole lines, and at most one that was cut off, which
 * the next writer closes. Other processes may append to the same file.
 */
export class HistoryFile {
  readonly #options: HistoryFileOptions;
  #file: FileHandle | undefined;
  /** What is not on the disk yet; after a failed write it begins in the middle of a line. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(options: HistoryFileOptions) {
    this.#options = options;
  }

  /** A failure kept back some of what was appended. */
  get isBehind(): boolean {
    return this.#rest.length > 0;
  }

  /** Appends whole lines. What a failure kept back is written before the next ones, nothing twice. */
  async append(lines: readonly string[]): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, ...lines.map((line) => Buffer.from(`${line}\n`))]);
    const file = await this.#current();
    while (this.#rest.length > 0) {
      const { bytesWritten } = await file.write(this.#rest);
      this.#rest = this.#rest.subarray(bytesWritten);
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      if (file !== undefined && (await file.stat()).isFile()) await file.datasync();
    } finally {
      await file?.close();
    }
  }

  /** The file to write to: a new one when the old one is full, or somebody else has moved it away. */
  async #current(): Promise<FileHandle> {
    const { path, maxSize } = this.#options;
    if (this.#file !== undefined) {
      const [mine, there] = await Promise.all([this.#file.stat(), stat(path).catch(() => null)]);
      if (there?.ino === mine.ino && mine.size < maxSize) return this.#file;
      await this.close();
      if (there?.ino === mine.ino) await this.#rotate();
    }
    return this.#open();
  }

  async #open(): Promise<FileHandle> {
    const { path, maxSize } = this.#options;
    await makeDirectory(dirname(path));
    let file = await open(path, 'a+', 0o600);
    if ((await file.stat()).size >= maxSize) {
      await file.close();
      await this.#rotate();
      file = await open(path, 'a+', 0o600);
    }
    try {
      await checkHistory(file, path);
      await closeLine(file);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#file = file;
    return file;
  }

  async #rotate(): Promise<void> {
    const { path, keep } = this.#options;
    if (keep === 0) return rm(path, { force: true });
    for (let number = keep - 1; number >= 1; number -= 1)
      await move(`${path}.${number}`, `${path}.${number + 1}`);
    await move(path, `${path}.1`);
  }
}

/** Node's own recursive one never ends where nothing can be made, such as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await make();
  }
}

/** Nothing is appended to a file of something else. */
async function checkHistory(file: FileHandle, path: string): Promise<void> {
  const stats = await file.stat();
  if (!stats.isFile() || stats.size === 0) return;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
  if (buffer[0] === '{'.charCodeAt(0)) return;
  throw new WherryError('INVALID', `${path} is no history of events: nothing is written to it`);
}

/** Ends the line that a crash has cut off, so that the next one stands alone. */
async function closeLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  if (size === 0) return;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  if (buffer[0] !== 0x0a) await file.write('\n');
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
