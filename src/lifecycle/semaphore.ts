import { cancelled, type Lease, throwIfAborted, WherryError } from '../core/index.ts';

export interface PermitOptions {
  /** How much of the semaphore it takes. Default: 1. */
  weight?: number | undefined;
}

export interface AcquirePermitOptions extends PermitOptions {
  signal?: AbortSignal | undefined;
}

/** The right to be one of the few. Releasing twice is releasing once. */
export interface Permit extends Lease, Disposable {
  readonly weight: number;
  release(): void;
}

/** Weights and numbers at one moment. */
export interface SemaphoreFigures {
  max: number;
  /** Weight of the permits that are out. */
  active: number;
  /** Callers in the queue. */
  waiting: number;
  /** Weight that the queue asks for. */
  waitingWeight: number;
}

interface Waiter {
  weight: number;
  grant: () => void;
}

/**
 * Lets holders of at most `max` weight in at a time. Strictly first come, first served: a heavy one at the head of the
 * queue is not overtaken by light ones, so that it comes in some time.
 */
export class ConcurrencySemaphore {
  readonly max: number;
  readonly #queue: Set<Waiter> = new Set();
  #active = 0;
  #waitingWeight = 0;

  /** `INVALID` unless `max` is a whole number of at least 1. */
  constructor(max: number) {
    if (!Number.isSafeInteger(max) || max < 1)
      throw new WherryError('INVALID', `a semaphore of ${max}: it takes a whole number of at least 1`);
    this.max = max;
  }

  /** Weight of the permits that are out. */
  get activeCount(): number {
    return this.#active;
  }

  figures(): SemaphoreFigures {
    const { max } = this;
    return {
      max,
      active: this.#active,
      waiting: this.#queue.size,
      waitingWeight: this.#waitingWeight,
    };
  }

  /** Resolves when it is this caller's turn. `CANCELLED` when `signal` fired before; `INVALID` for a weight beyond `max`. */
  async acquire(options: AcquirePermitOptions = {}): Promise<Permit> {
    const { signal } = options;
    throwIfAborted(signal);
    const permit = this.tryAcquire(options);
    if (permit !== null) return permit;
    const weight = options.weight ?? 1;
    await this.#turn(weight, signal);
    return new HeldPermit(weight, this.#giveBack);
  }

  /** A permit when there is one at once, and nobody waits for it; else null. */
  tryAcquire(options: PermitOptions = {}): Permit | null {
    const weight = options.weight ?? 1;
    this.#check(weight);
    if (this.#queue.size > 0 || this.#active + weight > this.max) return null;
    this.#active += weight;
    return new HeldPermit(weight, this.#giveBack);
  }

  /** Runs `work` with a permit. */
  async run<T>(work: () => Promise<T> | T, options: AcquirePermitOptions = {}): Promise<T> {
    using _permit = await this.acquire(options);
    return await work();
  }

  #check(weight: number): void {
    if (Number.isSafeInteger(weight) && weight >= 1 && weight <= this.max) return;
    throw new WherryError(
      'INVALID',
      `a permit of weight ${weight}: it takes a whole number from 1 to ${this.max}`,
    );
  }

  #turn(weight: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(waiter);
        this.#waitingWeight -= weight;
        signal?.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        if (signal !== undefined) reject(cancelled(signal));
        // It may have been the heavy one that kept others waiting.
        this.#admit();
      };
      const grant = (): void => {
        leave();
        resolve();
      };
      const waiter: Waiter = { weight, grant };
      this.#queue.add(waiter);
      this.#waitingWeight += weight;
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** The weight is taken here and not when the waiter wakes, so that nobody slips in between. */
  #admit(): void {
    for (const { weight, grant } of this.#queue) {
      if (this.#active + weight > this.max) return;
      this.#active += weight;
      grant();
    }
  }

  readonly #giveBack = (weight: number): void => {
    this.#active -= weight;
    if (this.#queue.size > 0) this.#admit();
  };
}

class HeldPermit implements Permit {
  readonly weight: number;
  #giveBack: ((weight: number) => void) | undefined;

  constructor(weight: number, giveBack: (weight: number) => void) {
    this.weight = weight;
    this.#giveBack = giveBack;
  }

  release(): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    giveBack?.(this.weight);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
