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
  /** The engine has not told of our restart yet: what it says of health is about the run before. */
  #awaitsStart = false;

  constructor(options: SickContainerOptions) {
    this.#options = options;
    this.#count = new RestartCount(options.policy);
  }

  /** What was said of its present run. */
  get health(): 'unknown' | 'healthy' | 'unhealthy' {
    return this.#health;
  }

  /** It was restarted too often without help. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  get isRestarting(): boolean {
    return this.#restarting !== undefined;
  }

  async settled(): Promise<void> {
    await this.#restarting;
  }

  unhealthy(reason: string): void {
    if (this.#health === 'unhealthy' || this.#awaitsStart) return;
    this.#reason = reason;
    this.#health = 'unhealthy';
    this.#treat();
  }

  healthy(): void {
    if (this.#health === 'healthy' || this.#awaitsStart) return;
    this.#health = 'healthy';
    this.#isGivenUp = false;
    this.#after(this.#options.policy.reset, () => this.#count.forget());
  }

  /** The engine tells that it runs; somebody who started one that was given up wants it tried again. */
  started(by: 'somebody' | 'restart-policy' = 'somebody'): void {
    this.#rest();
    if (!this.#awaitsStart && this.#isGivenUp && by === 'somebody') {
      this.#isGivenUp = false;
      this.#count.forget();
    }
    this.#awaitsStart = false;
  }

  /** It does not run, or is frozen: nothing can be said of it. */
  gone(): void {
    this.#rest();
  }

  /** Events may have been missed: what is said next is how it is now. */
  missed(): void {
    this.#rest();
    this.#awaitsStart = false;
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
    if (this.#isGivenUp || this.isRestarting) return;
    const remedy = this.#count.remedy();
    if (remedy.kind === 'restart') {
      this.#after(remedy.delay, () => this.#begin(remedy.attempt));
      return;
    }
    this.#isGivenUp = true;
    clearTimeout(this.#timer);
    this.#options.gaveUp(this.#count.attempts, this.#reason);
  }

  #begin(attempt: number): void {
    this.#restarting ??= this.#restart(attempt).finally(() => {
      this.#restarting = undefined;
      // It is unhealthy in its new run, or as before: the next try waits longer.
      if (this.#health === 'unhealthy' && !this.#awaitsStart) this.#treat();
    });
  }

  async #restart(attempt: number): Promise<void> {
    this.#awaitsStart = true;
    try {
      if ((await this.#options.restart(attempt, this.#reason)) === 'restarted') this.#count.restarted();
      else this.missed();
    } catch {
      this.#awaitsStart = false;
      this.#count.restarted();
    }
  }

  #after(delay: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, delay);
    this.#timer.unref();
  }
}
