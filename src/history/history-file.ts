import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

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
      await file?.datasync();
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
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    let file = await open(path, 'a+', 0o600);
    if ((await file.stat()).size >= maxSize) {
      await file.close();
      await this.#rotate();
      file = await open(path, 'a+', 0o600);
    }
    this.#file = file;
    await closeLine(file);
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
