import {
  type AcquireOptions,
  type Lazy,
  type Logger,
  silentLogger,
  throwIfAborted,
  WherryError,
} from '../core/index.ts';
import type { ActivitySource } from './activity.ts';
import { BootLease } from './boot-lease.ts';
import type { BooterStopOptions, LazyBooterOptions, StopCall } from './booter-options.ts';
import { type Clock, systemClock } from './clock.ts';
import { asWherryError } from './failure.ts';
import { bootRetry, FailureStreak } from './retry.ts';
import { abortable, settled } from './settle.ts';
import { type LifecycleState, StateMachine, type Transition } from './state-machine.ts';

interface Boot {
  scope: AbortController;
  waiting: number;
  outcome: Promise<void>;
}

/**
 * Starts a service when it is first needed, once for any number of callers, and again after it was stopped or has failed.
 * Nothing here is final: an error is told to those who waited, and the next one tries anew.
 */
export class LazyBooter implements Lazy, ActivitySource {
  readonly name: string;
  readonly #options: LazyBooterOptions;
  readonly #attempts: number;
  readonly #failures: FailureStreak;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #machine: StateMachine;
  #run = new AbortController();
  #boot: Boot | undefined;
  #stopping: Promise<void> | undefined;
  #drained: (() => void) | undefined;
  #leases = 0;
  #waiting = 0;
  #lastActivity = 0;
  #upSince: number | undefined;
  #closed = false;

  constructor(options: LazyBooterOptions) {
    const { name, historySize, clock, logger } = options;
    const retry = bootRetry(options.retry);
    this.name = name;
    this.#options = options;
    this.#attempts = retry.attempts;
    this.#clock = clock ?? systemClock;
    this.#failures = new FailureStreak(retry, this.#clock, options.random ?? Math.random);
    this.#logger = logger ?? silentLogger;
    this.#machine = new StateMachine({ name, historySize, clock, logger });
  }

  get state(): LifecycleState {
    return this.#machine.state;
  }

  /** Whether it can be used: `running` or `idle`. */
  get isUp(): boolean {
    const { state } = this.#machine;
    return state === 'running' || state === 'idle';
  }

  /** Leases that are out. */
  get leases(): number {
    return this.#leases;
  }

  /** Leases that are out and callers who wait for one. */
  active(): number {
    return this.#leases + this.#waiting;
  }

  lastActivity(): Date {
    return new Date(this.#lastActivity);
  }

  /** The last transitions, oldest first. */
  history(): readonly Transition[] {
    return this.#machine.history();
  }

  /** Calls `observer` after each transition. Returns the way out. */
  observe(observer: (transition: Transition) => void): () => void {
    return this.#machine.observe(observer);
  }

  /**
   * Resolves once the service is up. Fails with what kept it from starting, `CANCELLED` when `signal` fired (others who
   * wait go on) or it was stopped meanwhile, `CONFLICT` after `close`.
   */
  async acquire(options: AcquireOptions = {}): Promise<BootLease> {
    const { signal } = options;
    throwIfAborted(signal);
    return this.isUp ? this.#lend() : this.#acquireOnceUp(signal);
  }

  /** Starts it when it is not up, and does not keep it up. Fails as `acquire` does. */
  async ensureStarted(options: AcquireOptions = {}): Promise<void> {
    (await this.acquire(options)).release();
  }

  /**
   * Resolves once it is down: to false when it was left alone because it is in use (`reason: 'idle'`). New callers wait and
   * start it again. A boot under way is ended. What is thrown is the stop's own failure.
   */
  async stop(options: BooterStopOptions = {}): Promise<boolean> {
    const { reason, signal } = options;
    throwIfAborted(signal);
    for (let boot = this.#boot; boot !== undefined; boot = this.#boot) {
      if (reason === 'idle') return false;
      boot.scope.abort(new WherryError('CANCELLED', `${this.name} was stopped while it was starting`));
      await abortable(settled(boot.outcome), signal);
    }
    if (this.state === 'stopped') return true;
    if (this.#stopping === undefined) {
      if (reason === 'idle' && this.active() > 0) return false;
      this.#beginStop(options);
    }
    await abortable(this.#stopping ?? Promise.resolve(), signal);
    return true;
  }

  /** Stops it and refuses all callers from now on. */
  async close(options: BooterStopOptions = {}): Promise<void> {
    this.#closed = true;
    await this.stop(options);
  }

  /** Takes it for running, since it was found to run. Without effect when that is known, or it is being started or stopped. */
  adopt(options: { reason?: string; lastActivity?: Date } = {}): void {
    const { state } = this;
    if ((state !== 'stopped' && state !== 'failed') || this.#boot !== undefined) return;
    this.#lastActivity = Math.max(this.#lastActivity, options.lastActivity?.getTime() ?? this.#clock.now());
    this.#up(state, options.reason ?? 'found running');
  }

  /** Notes that it ended by itself: with an error it has failed, without one it is stopped. Without effect when it is not up. */
  ended(why: { error: WherryError } | { reason: string }): void {
    const { state } = this;
    if (state !== 'running' && state !== 'idle') return;
    if ('error' in why) {
      this.#failures.add(this.#upSince);
      this.#machine.move(state, 'failed', why);
      this.#run.abort(why.error);
    } else {
      this.#machine.move(state, 'stopped', why);
      this.#run.abort(new WherryError('CONFLICT', `${this.name} is stopped: ${why.reason}`));
    }
  }

  /** Notes that what looked like a failure was meant. */
  async acknowledge(reason: string): Promise<void> {
    const boot = this.#boot;
    if (boot?.scope.signal.aborted) await settled(boot.outcome);
    if (this.state !== 'failed' || this.#boot !== undefined) return;
    this.#failures.forget();
    this.#machine.move('failed', 'stopped', { reason });
  }

  #lend(): BootLease {
    this.#leases += 1;
    this.#lastActivity = this.#clock.now();
    if (this.state === 'idle') this.#machine.move('idle', 'running');
    return new BootLease(this.#run.signal, this.#takeBack);
  }

  readonly #takeBack = (): void => {
    this.#leases -= 1;
    this.#lastActivity = this.#clock.now();
    this.#rest();
    if (this.#leases === 0) this.#drained?.();
  };

  #rest(): void {
    if (this.state === 'running' && this.active() === 0) this.#machine.move('running', 'idle');
  }

  async #acquireOnceUp(signal: AbortSignal | undefined): Promise<BootLease> {
    this.#waiting += 1;
    try {
      while (!this.isUp) {
        if (this.#closed) throw this.#refusal();
        if (this.#stopping === undefined) await this.#join(this.#boot ?? this.#begin(), signal);
        else await abortable(settled(this.#stopping), signal);
      }
      return this.#lend();
    } finally {
      this.#waiting -= 1;
      this.#rest();
    }
  }

  async #join(boot: Boot, signal: AbortSignal | undefined): Promise<void> {
    if (boot.scope.signal.aborted) return abortable(settled(boot.outcome), signal);
    boot.waiting += 1;
    try {
      await abortable(boot.outcome, signal);
    } finally {
      boot.waiting -= 1;
      const isAbandoned = boot.waiting === 0 && this.#boot === boot;
      if (isAbandoned && this.#options.whenAbandoned !== 'finish')
        boot.scope.abort(new WherryError('CANCELLED', `nobody waits for ${this.name} any more`));
    }
  }

  #begin(): Boot {
    const scope = new AbortController();
    const outcome = this.#tryUntilUp(scope.signal).finally(() => {
      this.#boot = undefined;
    });
    // Those who waited may have left.
    outcome.catch(() => undefined);
    const boot: Boot = { scope, waiting: 0, outcome };
    this.#boot = boot;
    this.#options.onBoot?.(outcome);
    return boot;
  }

  async #tryUntilUp(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#failures.pause(signal);
      throwIfAborted(signal);
      this.#machine.move(this.state === 'failed' ? 'failed' : 'stopped', 'starting');
      try {
        await this.#options.start({ signal, attempt });
        throwIfAborted(signal);
      } catch (thrown) {
        const error = asWherryError(thrown, `${this.name} did not start`);
        if (signal.aborted) await this.#takeDown(signal);
        else await this.#giveUpTry(error);
        if (attempt < this.#attempts) continue;
        throw error;
      }
      this.#up('starting');
      return;
    }
  }

  #up(from: 'starting' | 'stopped' | 'failed', reason?: string): void {
    this.#run = new AbortController();
    this.#upSince = this.#clock.now();
    if (from === 'starting') this.#lastActivity = this.#upSince;
    this.#machine.move(from, 'running', reason === undefined ? {} : { reason });
    this.#rest();
  }

  /** What a failed try may have left running is taken down before the next. */
  async #giveUpTry(error: WherryError): Promise<void> {
    try {
      await this.#options.stop?.({ reason: 'failed' });
    } catch (thrown) {
      this.#logger.warn('what a failed start left could not be stopped', { name: this.name, error: thrown });
    }
    this.#failures.add(undefined);
    this.#machine.move('starting', 'failed', { error });
  }

  /** Ends a start that nobody wants any more. */
  async #takeDown(signal: AbortSignal): Promise<never> {
    const reason = signal.reason instanceof Error ? signal.reason.message : 'cancelled';
    this.#machine.move('starting', 'stopping', { reason });
    await this.#bringDown({ reason: 'asked' });
    throw signal.reason;
  }

  #beginStop(options: BooterStopOptions): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    // Those who waited may have left.
    promise.catch(() => undefined);
    this.#stopping = promise;
    this.#options.onStop?.(promise);
    const stop = this.#stop(options).finally(() => {
      this.#stopping = undefined;
    });
    resolve(stop);
  }

  async #stop({ drain = 0, reason = 'asked' }: BooterStopOptions): Promise<void> {
    const from = this.isUp ? (this.state as 'running' | 'idle') : 'failed';
    this.#machine.move(from, 'stopping', reason === 'idle' ? { reason: 'nobody used it' } : {});
    if (this.#leases > 0 && drain > 0) await this.#drain(drain);
    this.#run.abort(new WherryError('CONFLICT', `${this.name} was stopped`));
    await this.#bringDown({ reason });
    this.#failures.forget();
  }

  async #bringDown(call: StopCall): Promise<void> {
    try {
      await this.#options.stop?.(call);
    } catch (thrown) {
      const error = asWherryError(thrown, `${this.name} did not stop`);
      this.#machine.move('stopping', 'failed', { error });
      throw error;
    }
    this.#machine.move('stopping', 'stopped');
  }

  /** Until the last lease is back, or the time is over. */
  async #drain(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ms, resolve, { awaited: true });
    this.#drained = resolve;
    await promise;
    this.#drained = undefined;
    cancel();
  }

  #refusal(): WherryError {
    const { name, state } = this;
    return new WherryError('CONFLICT', `${name} takes no more callers: it is shut down`, {
      details: { name, state },
    });
  }
}
