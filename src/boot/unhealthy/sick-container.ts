import type { RestartOnUnhealthy } from '../../compose/index.ts';
import { RestartCount } from './restart-policy.ts';

export interface SickContainerOptions {
  policy: RestartOnUnhealthy;
  /** Restarts it when that still helps. What it rejects with counts as a restart that did not help. */
  restart: (attempt: number, reason: string) => Promise<'restarted' | 'not-needed'>;
  gaveUp: (attempts: number, reason: string) => void;
}

/** One container that is restarted when it is unhealthy: what is known of it, and the timers. */
export class SickContainer {
  readonly #options: SickContainerOptions;
  readonly #count: RestartCount;
  #health: 'unknown' | 'healthy' | 'unhealthy' = 'unknown';
  #reason = '';
  #isGivenUp = false;
  #timer: NodeJS.Timeout | undefined;
  #restarting: Promise<void> | undefined;
  /** Starts of ours that the engine has not told of yet. */
  #ownStarts = 0;

  constructor(options: SickContainerOptions) {
    this.#options = options;
    this.#count = new RestartCount(options.policy);
  }

  get isRestarting(): boolean {
    return this.#restarting !== undefined;
  }

  async settled(): Promise<void> {
    await this.#restarting;
  }

  unhealthy(reason: string): void {
    this.#reason = reason;
    if (this.#health === 'unhealthy') return;
    this.#health = 'unhealthy';
    this.#treat();
  }

  healthy(): void {
    if (this.#health === 'healthy') return;
    this.#health = 'healthy';
    this.#isGivenUp = false;
    this.#after(this.#options.policy.reset, () => this.#count.forget());
  }

  /** The engine tells that it runs; whoever started one that was given up wants it tried again. */
  started(): void {
    this.#rest();
    if (this.#ownStarts > 0) this.#ownStarts -= 1;
    else if (this.#isGivenUp) {
      this.#isGivenUp = false;
      this.#count.forget();
    }
  }

  /** It does not run, or is frozen: nothing can be said of it. */
  gone(): void {
    this.#rest();
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#restarting;
    clearTimeout(this.#timer);
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#health = 'unknown';
  }

  #treat(): void {
    if (this.#isGivenUp) return;
    const remedy = this.#count.remedy();
    if (remedy.kind === 'restart') {
      this.#after(remedy.delay, () => {
        this.#restarting ??= this.#restart(remedy.attempt).finally(() => {
          this.#restarting = undefined;
        });
      });
      return;
    }
    this.#isGivenUp = true;
    clearTimeout(this.#timer);
    this.#options.gaveUp(this.#count.attempts, this.#reason);
  }

  async #restart(attempt: number): Promise<void> {
    this.#ownStarts += 1;
    try {
      if ((await this.#options.restart(attempt, this.#reason)) === 'restarted') {
        this.#count.restarted();
        return;
      }
      this.#ownStarts -= 1;
    } catch {
      this.#ownStarts -= 1;
      this.#count.restarted();
      // Still as it was: the next try waits longer.
      if (this.#health === 'unhealthy') this.#treat();
    }
  }

  #after(delay: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, delay);
    this.#timer.unref();
  }
}
