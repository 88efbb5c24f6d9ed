import type { ResourceSnapshot } from '../core/index.ts';

interface Reader {
  push(snapshot: ResourceSnapshot): void;
  end(): void;
}

/** Hands the newest snapshot to any number of readers. */
export class SnapshotStream {
  readonly #readers: Set<Reader> = new Set();
  #ended = false;

  push(snapshot: ResourceSnapshot): void {
    for (const reader of this.#readers) reader.push(snapshot);
  }

  /** Every reader gets what it has not read yet, and ends. */
  end(): void {
    this.#ended = true;
    for (const reader of [...this.#readers]) reader.end();
  }

  read(signal: AbortSignal | undefined): AsyncIterableIterator<ResourceSnapshot> {
    let newest: ResourceSnapshot | null = null;
    let ended = this.#ended || signal?.aborted === true;
    let wake: () => void = () => undefined;
    const reader: Reader = {
      push: (snapshot) => {
        newest = snapshot;
        wake();
      },
      end: () => {
        ended = true;
        this.#readers.delete(reader);
        signal?.removeEventListener('abort', reader.end);
        wake();
      },
    };
    if (!ended) {
      this.#readers.add(reader);
      signal?.addEventListener('abort', reader.end, { once: true });
    }
    const iterator: AsyncIterableIterator<ResourceSnapshot> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        for (;;) {
          if (newest !== null) {
            const value: ResourceSnapshot = newest;
            newest = null;
            return { done: false, value };
          }
          if (ended) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
      return: async () => {
        newest = null;
        reader.end();
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }
}
