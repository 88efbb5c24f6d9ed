import type { RestartOnUnhealthy } from '../../compose/index.ts';

/** What is to be done about a container that is unhealthy. */
export type Remedy = { kind: 'restart'; delay: number; attempt: number } | { kind: 'give-up' };

/** Counts the restarts of one container, and says how long the next has to wait. Knows no clock. */
export class RestartCount {
  readonly #policy: RestartOnUnhealthy;
  #attempts = 0;

  constructor(policy: RestartOnUnhealthy) {
    this.#policy = policy;
  }

  /** Restarts in a row so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** For one that has just become unhealthy: ms to wait, or that it is not worth another restart. */
  remedy(): Remedy {
    const { after, backoff, maxBackoff, max } = this.#policy;
    if (this.#attempts >= max) return { kind: 'give-up' };
    const grown = this.#attempts === 0 ? 0 : Math.min(maxBackoff, backoff * 2 ** (this.#attempts - 1));
    return { kind: 'restart', delay: Math.max(after, grown), attempt: this.#attempts + 1 };
  }

  restarted(): void {
    this.#attempts += 1;
  }

  /** It was healthy for long enough, or somebody started it anew. */
  forget(): void {
    this.#attempts = 0;
  }
}
