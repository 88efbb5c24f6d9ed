import { cancelled, throwIfAborted } from '../core/errors.ts';

/** Lets at most `size` holders in at a time, the others in the order of their coming. */
export class Gate {
  readonly #size: number;
  readonly #waiting: Set<() => void> = new Set();
  #inside = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves with the function that gives the place back, which may be called more than once. */
  async enter(signal: AbortSignal | undefined): Promise<() => void> {
    throwIfAborted(signal);
    if (this.#inside < this.#size) this.#inside += 1;
    else await this.#turn(signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave();
    };
  }

  /** The place of the one who leaves goes straight to the first who waits. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#inside -= 1;
    else next();
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(proceed);
        signal?.removeEventListener('abort', abort);
      };
      const proceed = (): void => {
        settle();
        resolve();
      };
      const abort = (): void => {
        settle();
        if (signal !== undefined) reject(cancelled(signal));
      };
      this.#waiting.add(proceed);
      signal?.addEventListener('abort', abort);
    });
  }
}
