import { WherryError } from '../core/errors.ts';
import type { EventBus } from '../core/event-bus.ts';
import { type Logger, silentLogger } from '../core/logger.ts';
import { timerDelay } from '../core/timer.ts';
import type { HealthChecker } from './checker.ts';
import { type FullRetryPolicy, type RetryPolicy, retryPolicy, Streak } from './retry.ts';
import { type HealthResult, type HealthTarget, targetName } from './target.ts';

export interface HealthMonitorOptions {
  checker: HealthChecker;
  /** Where `health.changed` is published. */
  events?: EventBus;
  /** ms between the end of one check of a target and the start of its next. Default: 10 000. */
  interval?: number;
  /** Results in a row that change a target's state. Default: 1 pass, 3 failures. */
  thresholds?: Pick<RetryPolicy, 'successThreshold' | 'failureThreshold'>;
  /** Checks at a time, at least 1. Default: 16. */
  parallel?: number;
  logger?: Logger;
}

export type MonitoredHealth = 'unknown' | 'healthy' | 'unhealthy';

export interface MonitoredTarget {
  name: string;
  health: MonitoredHealth;
  last: HealthResult | null;
}

interface Entry {
  target: HealthTarget;
  health: MonitoredHealth;
  last: HealthResult | null;
  streak: Streak;
  timer: NodeJS.Timeout | undefined;
  removed: boolean;
}

/**
 * Does one check after the other. Its signal is its own: Node leaves links between what listens to one signal at the same
 * time, by which the memory of one check holds that of the next, of thousands of checks in the end.
 */
interface Worker {
  scope: AbortController;
  /** Null while it has nothing to do. */
  run: Promise<void> | null;
}

/** Keeps checking targets and publishes `health.changed` when one changes. It does not keep the process alive. */
export class HealthMonitor implements AsyncDisposable {
  readonly #options: HealthMonitorOptions;
  readonly #interval: number;
  readonly #parallel: number;
  readonly #policy: FullRetryPolicy;
  readonly #logger: Logger;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: Entry[] = [];
  readonly #workers: Worker[] = [];
  #closed = false;

  constructor(options: HealthMonitorOptions) {
    this.#options = options;
    this.#interval = options.interval ?? 10_000;
    this.#parallel = options.parallel ?? 16;
    this.#logger = options.logger ?? silentLogger;
    this.#policy = retryPolicy({ failureThreshold: 3, ...options.thresholds });
    if (!(this.#interval > 0))
      throw new WherryError('INVALID', `the interval is ${this.#interval}, but must be more than 0 ms`);
    if (!(this.#parallel >= 1))
      throw new WherryError('INVALID', `parallel is ${this.#parallel}, but must be at least 1`);
  }

  /** Starts checking `target`, at once for the first time. `ALREADY_EXISTS` when its name is watched already. */
  add(target: HealthTarget): void {
    const name = targetName(target);
    if (this.#closed) throw new WherryError('CONFLICT', 'the health monitor is closed');
    if (this.#entries.has(name)) throw new WherryError('ALREADY_EXISTS', `${name} is already monitored`);
    const entry: Entry = {
      target,
      health: 'unknown',
      last: null,
      streak: new Streak(this.#policy),
      timer: undefined,
      removed: false,
    };
    this.#entries.set(name, entry);
    this.#enqueue(entry);
  }

  /** Stops checking the target of this name; a check under way is not reported any more. */
  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.removed = true;
    clearTimeout(entry.timer);
    this.#entries.delete(name);
  }

  /** All targets as they are now, in the order of `add`. */
  targets(): readonly MonitoredTarget[] {
    return [...this.#entries].map(([name, { health, last }]) => ({ name, health, last }));
  }

  /** Stops all checks and waits for those under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const name of [...this.#entries.keys()]) this.remove(name);
    this.#queue.length = 0;
    for (const { scope } of this.#workers) scope.abort();
    await Promise.all(this.#workers.map(({ run }) => run));
  }

  #enqueue(entry: Entry): void {
    this.#queue.push(entry);
    const worker = this.#freeWorker();
    if (worker !== undefined) worker.run = this.#work(worker);
  }

  #freeWorker(): Worker | undefined {
    const free = this.#workers.find(({ run }) => run === null);
    if (free !== undefined || this.#workers.length >= this.#parallel) return free;
    const worker: Worker = { scope: new AbortController(), run: null };
    this.#workers.push(worker);
    return worker;
  }

  /** Never rejects. */
  async #work(worker: Worker): Promise<void> {
    for (let entry = this.#queue.shift(); entry !== undefined; entry = this.#queue.shift())
      if (!entry.removed) await this.#check(entry, worker.scope.signal);
    worker.run = null;
  }

  async #check(entry: Entry, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#options.checker.check(entry.target, { signal });
      if (!entry.removed) this.#take(entry, result);
    } catch (error) {
      if (this.#closed) return;
      this.#logger.error('a health check cannot be run', { target: targetName(entry.target), error });
    }
    if (entry.removed) return;
    entry.timer = setTimeout(() => this.#enqueue(entry), timerDelay(this.#interval));
    entry.timer.unref();
  }

  #take(entry: Entry, result: HealthResult): void {
    entry.last = result;
    const verdict = entry.streak.add(result.healthy, Number.POSITIVE_INFINITY);
    if (verdict === 'again') return;
    const from = entry.health;
    const to = verdict === 'healthy' ? 'healthy' : 'unhealthy';
    if (from === to) return;
    entry.health = to;
    const { target, kind, message } = result;
    this.#options.events?.publish('health.changed', 'health', target, { target, kind, from, to, message });
  }
}
