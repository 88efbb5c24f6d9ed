import { WherryError } from '../core/index.ts';
import type { Clock } from './clock.ts';
import { abortable } from './settle.ts';

/** How a service is tried again after it failed. Durations are ms. */
export interface BootRetry {
  /** Tries of one boot before those who wait for it get the error. Default: 1. */
  attempts?: number | undefined;
  /** Least time between the first failure and the next try, of this boot or of the next. Default: 100. */
  initialDelay?: number | undefined;
  /** Growth of that time with each failure in a row. Default: 2. */
  factor?: number | undefined;
  /** Longest such time. A service that was up for longer than this starts again with `initialDelay`. Default: 10 000. */
  maxDelay?: number | undefined;
  /** Share of it that is random, 0 to 1. Default: 0.1. */
  jitter?: number | undefined;
}

export type FullBootRetry = { [K in keyof BootRetry]-?: number };

const least: FullBootRetry = { attempts: 1, initialDelay: 0, factor: 1, maxDelay: 0, jitter: 0 };

/** Fills in the defaults. `INVALID` names the first figure that is wrong. */
export function bootRetry(retry: BootRetry = {}): FullBootRetry {
  const full: FullBootRetry = {
    attempts: retry.attempts ?? 1,
    initialDelay: retry.initialDelay ?? 100,
    factor: retry.factor ?? 2,
    maxDelay: retry.maxDelay ?? 10_000,
    jitter: retry.jitter ?? 0.1,
  };
  for (const [name, value] of Object.entries(full)) {
    const bound = least[name as keyof FullBootRetry];
    if (!(value >= bound))
      throw new WherryError('INVALID', `retry: ${name} is ${value}, but must be at least ${bound}`);
  }
  if (full.jitter > 1)
    throw new WherryError('INVALID', `retry: jitter is ${full.jitter}, but must be at most 1`);
  return full;
}

/** Failures in a row, and the distance that tries keep from them, also from one boot to the next. */
export class FailureStreak {
  readonly #retry: FullBootRetry;
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #failedAt = 0;

  constructor(retry: FullBootRetry, clock: Clock, random: () => number) {
    this.#retry = retry;
    this.#clock = clock;
    this.#random = random;
  }

  /** Adds one; `upSince` is when the service came up before it, undefined when it did not. */
  add(upSince: number | undefined): void {
    this.#failedAt = this.#clock.now();
    const hasLasted = upSince !== undefined && this.#failedAt - upSince > this.#retry.maxDelay;
    this.#failures = hasLasted ? 1 : this.#failures + 1;
  }

  forget(): void {
    this.#failures = 0;
  }

  /** Resolves when the next try may begin. `CANCELLED` when `signal` fired. */
  async pause(signal: AbortSignal): Promise<void> {
    const rest = this.#failedAt + this.#delay() - this.#clock.now();
    if (this.#failures === 0 || rest <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(rest, resolve, { awaited: true });
    try {
      await abortable(promise, signal);
    } finally {
      cancel();
    }
  }

  #delay(): number {
    const { initialDelay, factor, maxDelay, jitter } = this.#retry;
    const wait = Math.min(initialDelay * factor ** Math.max(0, this.#failures - 1), maxDelay);
    return wait * (1 - jitter * this.#random());
  }
}
