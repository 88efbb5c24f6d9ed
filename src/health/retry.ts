import { WherryError } from '../core/errors.ts';

/** When to try again, and when to give up. Durations are ms. */
export interface RetryPolicy {
  /** Wait after the first failure; the first try is at once. Default: 50. */
  initialDelay?: number;
  /** Growth of the wait after each failure. Default: 2. */
  factor?: number;
  /** Longest wait. Default: 1000. */
  maxDelay?: number;
  /** Share of the wait that is random, 0 to 1, so that many waiters do not try in step. Default: 0.1. */
  jitter?: number;
  /** Passes in a row that make it healthy. Default: 1. */
  successThreshold?: number;
  /** Failures in a row, after the start period, that end the wait. Default: no bound, the deadline alone ends it. */
  failureThreshold?: number;
  /** Failures in this time do not count. Default: 0. */
  startPeriod?: number;
  /** All tries together. Default: 60 000. */
  deadline?: number;
}

export type FullRetryPolicy = Required<RetryPolicy>;

/** Fills in the defaults and checks the figures. `INVALID` names the first that is wrong. */
export function retryPolicy(policy: RetryPolicy = {}): FullRetryPolicy {
  const full: FullRetryPolicy = {
    initialDelay: 50,
    factor: 2,
    maxDelay: 1000,
    jitter: 0.1,
    successThreshold: 1,
    failureThreshold: Number.POSITIVE_INFINITY,
    startPeriod: 0,
    deadline: 60_000,
    ...Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined)),
  };
  const least: FullRetryPolicy = {
    initialDelay: 0,
    factor: 1,
    maxDelay: 0,
    jitter: 0,
    successThreshold: 1,
    failureThreshold: 1,
    startPeriod: 0,
    deadline: 0,
  };
  for (const name of Object.keys(least) as (keyof FullRetryPolicy)[]) {
    if (!(full[name] >= least[name])) {
      throw new WherryError(
        'INVALID',
        `retry policy: ${name} is ${full[name]}, but must be at least ${least[name]}`,
      );
    }
  }
  if (full.jitter > 1)
    throw new WherryError('INVALID', `retry policy: jitter is ${full.jitter}, but must be at most 1`);
  return full;
}

/** The wait before try number `attempt` (1 is the first, which comes at once). `random` gives 0 to 1. */
export function delayBefore(attempt: number, policy: FullRetryPolicy, random: () => number): number {
  if (attempt <= 1) return 0;
  const wait = Math.min(policy.initialDelay * policy.factor ** (attempt - 2), policy.maxDelay);
  return wait * (1 - policy.jitter * random());
}

export type Verdict = 'healthy' | 'again' | 'failed';

/** Counts passes and failures in a row. Pure but for its own counters. */
export class Streak {
  readonly #policy: FullRetryPolicy;
  passes = 0;
  failures = 0;

  constructor(policy: FullRetryPolicy) {
    this.#policy = policy;
  }

  /** Takes one result, `elapsed` ms after the first try began. */
  add(healthy: boolean, elapsed: number): Verdict {
    if (healthy) {
      this.passes += 1;
      this.failures = 0;
      return this.passes >= this.#policy.successThreshold ? 'healthy' : 'again';
    }
    this.passes = 0;
    if (elapsed >= this.#policy.startPeriod) this.failures += 1;
    return this.failures >= this.#policy.failureThreshold ? 'failed' : 'again';
  }
}
