import type { WherryError } from '../core/errors.ts';
import { TreeWatch } from './tree-watch.ts';

export interface FileWatchOptions {
  /** Files and directories, absolute. They need not exist. */
  roots: readonly string[];
  /** A directory that need not be looked into. Default: none. */
  skips?: ((directory: string) => boolean) | undefined;
  /** A part cannot be watched; the rest is. */
  onFault: (error: WherryError) => void;
  /** ms without a change after which a batch is complete. Default: 500, as docker compose. */
  quiet?: number | undefined;
  /** ms after which a batch is handed out although changes go on. Default: 5 000. */
  longest?: number | undefined;
}

/** After so many events at once the kernel may have dropped some: its queue has room for 16 384 by default. */
const burst = 4096;
/** ms by which the clock of a file system may be behind ours. */
const clockSlack = 2000;

/** Watches files and hands out what changed in batches: all that an editor, a checkout or a build writes at a time. */
export class FileWatch implements Disposable {
  readonly #tree: TreeWatch;
  readonly #quiet: number;
  readonly #longest: number;
  #paths = new Set<string>();
  #events = 0;
  #first = 0;
  /** When nothing was waiting for the last time, ms since the epoch. */
  #settled = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #complete = false;
  #wake: (() => void) | undefined;

  /** Watches from now on. Fails with `UNAVAILABLE` when the system allows no more watchers. */
  constructor({ roots, skips, onFault, quiet = 500, longest = 5000 }: FileWatchOptions) {
    this.#quiet = quiet;
    this.#longest = longest;
    this.#tree = new TreeWatch({ roots, skips, onFault, onPath: (path) => this.#add(path) });
  }

  /** The changed paths of each batch, in order of their names, until `signal` fires. What is gone is among them. */
  async *batches(signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        if (this.#complete) yield this.#take();
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#tree[Symbol.dispose]();
  }

  #add(path: string): void {
    const now = Date.now();
    if (this.#events === 0) this.#first = now;
    this.#events += 1;
    this.#paths.add(path);
    const left = this.#first + this.#longest - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#finish(), Math.max(0, Math.min(this.#quiet, left)));
  }

  #finish(): void {
    const began = Date.now();
    if (this.#events >= burst) this.#tree.rescan(this.#settled - clockSlack);
    clearTimeout(this.#timer);
    this.#settled = began;
    this.#events = 0;
    this.#complete = this.#paths.size > 0;
    this.#wake?.();
  }

  #take(): readonly string[] {
    const paths = [...this.#paths].sort();
    this.#paths = new Set();
    this.#complete = false;
    return paths;
  }
}
