import { WherryError } from '../core/index.ts';

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

/** Least ms between the last of so many `failures` in a row and the next try. `random` gives 0 to 1. */
export function delayAfter(failures: number, retry: FullBootRetry, random: () => number): number {
  if (failures === 0) return 0;
  const wait = Math.min(retry.initialDelay * retry.factor ** (failures - 1), retry.maxDelay);
  return wait * (1 - retry.jitter * random());
}
