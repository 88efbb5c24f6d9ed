import {
  type AcquireOptions,
  isWherryError,
  type Lazy,
  type Lease,
  type Logger,
  throwIfAborted,
  WherryError,
} from '../core/index.ts';
import type { StartCall, StopCall } from './booter-options.ts';
import type { Clock } from './clock.ts';
import { catchUp, type FollowedContainer, follow, settleDoubt } from './container-changes.ts';
import type { ContainerEvent } from './container-watch.ts';
import { ContainerWork } from './container-work.ts';
import { dependencyFailed } from './failure.ts';
import { HookedWork } from './hooked-work.ts';
import type { IdleRecord } from './idle-record.ts';
import { IdleShutdown } from './idle-shutdown.ts';
import { LazyBooter } from './lazy-booter.ts';
import type { Ordered } from './order.ts';
import { ConcurrencySemaphore } from './semaphore.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { ServiceStatus } from './service-status.ts';
import type { Transition } from './state-machine.ts';
import type { Story } from './story.ts';
import type { Work } from './work.ts';

export interface ServiceOptions {
  story: Story;
  clock: Clock;
  logger: Logger;
  record: IdleRecord | undefined;
  /** Another service by name. */
  find(name: string): Service;
}

export interface ServiceStopOptions {
  drain?: number | undefined;
  signal?: AbortSignal | undefined;
  isFinal?: boolean;
}

/** ms that an engine has to bring a container back before it is taken for over. */
const doubtTime = 2000;

/** One registered service: what starts it, who uses it, what it needs. */
export class Service implements Lazy, Ordered {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly priority: number;
  readonly spec: ServiceSpec;
  readonly booter: LazyBooter;
  readonly #options: ServiceOptions;
  readonly #work: Work;
  readonly #semaphore: ConcurrencySemaphore | undefined;
  readonly #idle: IdleShutdown | undefined;
  #held: Lease[] = [];
  #restart: { scope: AbortController; ended: Promise<void> } | undefined;
  #hasCrashed = false;
  readonly #scope = new AbortController();
  #cancelDoubt: (() => void) | undefined;
  #isUntouched = false;
  #lastStarted: Date | null = null;
  #lastStopped: Date | null = null;
  #lastAcquired = 0;

  constructor(spec: ServiceSpec, options: ServiceOptions) {
    const { name, idleTimeout = 0, maxConcurrent } = spec;
    const { story, clock, logger, record } = options;
    this.name = name;
    this.dependencies = [...(spec.dependencies ?? [])];
    this.priority = spec.priority ?? 0;
    this.spec = spec;
    this.#options = options;
    this.#work = 'backend' in spec ? new ContainerWork(spec, story) : new HookedWork(spec, story);
    this.booter = new LazyBooter({
      name,
      clock,
      logger,
      start: (call) => this.#start(call),
      stop: (call) => this.#stopWork(call),
      retry: spec.retry,
      whenAbandoned: spec.whenAbandoned,
      onBoot: (outcome) => story.boot({ name, services: [name] }, outcome),
      onStop: (outcome) => story.shutdown({ name, services: [name] }, outcome),
    });
    this.booter.observe((transition) => this.#note(transition));
    this.#semaphore = maxConcurrent === undefined ? undefined : new ConcurrencySemaphore(maxConcurrent);
    const { activity: sources } = spec;
    if (idleTimeout !== 0)
      this.#idle = new IdleShutdown(this.booter, { timeout: idleTimeout, sources, record, clock, logger });
  }

  /** Hot: without a bound on users it costs a lease. */
  acquire(options: AcquireOptions = {}): Promise<Lease> {
    this.#lastAcquired = this.#options.clock.now();
    if (!this.booter.isUp && this.spec.lazyBoot !== true) return this.#whileStarting(options);
    return this.#semaphore === undefined
      ? this.booter.acquire(options)
      : this.#queue(this.#semaphore, options);
  }

  /** Starts it with what it needs, also when it is not lazy. */
  ensureStarted(options: AcquireOptions): Promise<void> {
    return this.booter.ensureStarted(options);
  }

  /** Also what only pauses. With `isFinal` whoever comes later is refused. */
  async stop(options: ServiceStopOptions): Promise<void> {
    const { isFinal = false, ...rest } = options;
    await this.#endRestart();
    if (isFinal) await this.booter.close(rest);
    else await this.booter.stop(rest);
    if (this.#work.isPaused) await this.#work.stop({ reason: 'asked' });
  }

  /** Takes it over when it runs already. */
  async adopt(options: { signal?: AbortSignal | undefined }): Promise<boolean> {
    if (this.booter.state !== 'stopped' && this.booter.state !== 'failed') return false;
    const since = await this.#work.runningSince(options);
    if (since === null) return false;
    const idleSince = (await this.#options.record?.load()) ?? null;
    const now = this.#options.clock.now();
    // Idle since before it was started, or from now on: what the record says is of another run, or of another clock.
    const isOfThisRun = idleSince !== null && idleSince >= since && idleSince.getTime() <= now;
    this.booter.adopt(isOfThisRun ? { lastActivity: idleSince } : {});
    await this.#holdWhatIsUp();
    return true;
  }

  /** Follows what the engine tells of its container. */
  async follow(event: ContainerEvent | 'gap', signal: AbortSignal): Promise<void> {
    const container = this.#followed();
    if (container === undefined) return;
    if (event === 'gap') await catchUp(container, signal);
    else if (container.work.isAbout(event.subject)) await follow(container, event, signal);
  }

  status(): ServiceStatus {
    const { booter, name } = this;
    const last = booter.history().at(-1);
    return {
      name,
      state: booter.state,
      healthy: booter.isUp ? this.#work.healthy : null,
      activeUsers: booter.leases,
      queue: this.#semaphore?.figures() ?? null,
      lastStarted: this.#lastStarted,
      lastStopped: this.#lastStopped,
      lastAcquired: this.#lastAcquired === 0 ? null : new Date(this.#lastAcquired),
      idleSince: this.#idle?.idleSince() ?? null,
      stopsAt: this.#idle?.stopsAt() ?? null,
      error: booter.state === 'failed' ? (last?.error ?? null) : null,
    };
  }

  /** Watches no more; the service stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#scope.abort();
    this.#cancelDoubt?.();
    await this.#endRestart();
    await this.#idle?.[Symbol.asyncDispose]();
  }

  async #start(call: StartCall): Promise<void> {
    this.#isUntouched = true;
    try {
      await this.#holdDependencies(call.signal);
      this.#isUntouched = false;
      await this.#work.start(call);
    } catch (error) {
      this.#letGo();
      throw error;
    }
  }

  /** A start that did not get as far as the service itself has nothing to take down. */
  async #stopWork(call: StopCall): Promise<void> {
    if (!this.#isUntouched) await this.#work.stop(call);
    this.#isUntouched = false;
  }

  /** Side by side; the first that fails ends the wait for the others. */
  async #holdDependencies(signal: AbortSignal): Promise<void> {
    const scope = new AbortController();
    const both = AbortSignal.any([signal, scope.signal]);
    let failure: WherryError | undefined;
    const hold = async (name: string): Promise<void> => {
      try {
        this.#held.push(await this.#options.find(name).booter.acquire({ signal: both }));
      } catch (thrown) {
        failure ??= dependencyFailed(this.name, name, thrown);
        scope.abort();
      }
    };
    await Promise.all(this.dependencies.map(hold));
    throwIfAborted(signal);
    if (failure !== undefined) throw failure;
  }

  async #holdWhatIsUp(): Promise<void> {
    for (const name of this.dependencies) {
      const { booter } = this.#options.find(name);
      if (booter.isUp) this.#held.push(await booter.acquire());
    }
  }

  #letGo(): void {
    for (const lease of this.#held.splice(0)) void lease.release();
  }

  async #whileStarting(options: AcquireOptions): Promise<Lease> {
    const { state } = this.booter;
    if (state === 'starting') return this.booter.acquire(options);
    throw new WherryError('CONFLICT', `${this.name} is ${state}`, {
      hint: `start ${this.name} before, or register it with lazyBoot`,
      details: { name: this.name, state },
    });
  }

  async #queue(semaphore: ConcurrencySemaphore, options: AcquireOptions): Promise<Lease> {
    // Those in the queue keep it up.
    const lease = await this.booter.acquire(options);
    try {
      const permit = await semaphore.acquire(options);
      const release = (): void => {
        permit.release();
        lease.release();
      };
      return { release, [Symbol.asyncDispose]: async () => release() };
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  #note({ from, to, time }: Transition): void {
    if (to === 'starting') this.#hasCrashed = false;
    if (to === 'running' && from !== 'idle') this.#lastStarted = time;
    if (to !== 'stopped' && to !== 'failed') return;
    this.#lastStopped = time;
    this.#letGo();
  }

  #followed(): FollowedContainer | undefined {
    const work = this.#work;
    if (!(work instanceof ContainerWork)) return undefined;
    const { booter } = this;
    const { story } = this.#options;
    return {
      work,
      booter,
      story,
      onCrash: () => this.#crashed(),
      onDoubt: () => this.#doubt(),
      onMeant: () => this.#meant(),
    };
  }

  #doubt(): void {
    const { clock, logger } = this.#options;
    this.#cancelDoubt?.();
    this.#cancelDoubt = clock.after(doubtTime, () => {
      const container = this.#followed();
      if (container === undefined) return;
      settleDoubt(container, this.#scope.signal).catch((error: unknown) => {
        if (!this.#scope.signal.aborted)
          logger.warn('a service could not be looked at', { name: this.name, error });
      });
    });
  }

  #crashed(): void {
    this.#hasCrashed = true;
    if (this.spec.restartOnCrash !== true) return;
    const scope = new AbortController();
    this.#restart = { scope, ended: this.#startAgain(scope.signal) };
  }

  /** Until it is up; the booter keeps the tries apart. */
  async #startAgain(signal: AbortSignal): Promise<void> {
    const { name } = this;
    for (;;) {
      try {
        return await this.booter.ensureStarted({ signal });
      } catch (error) {
        if (signal.aborted || isWherryError(error, 'CONFLICT', 'CANCELLED')) return;
        this.#options.logger.warn('a service could not be started again', { name, error });
      }
    }
  }

  async #meant(): Promise<void> {
    if (!this.#hasCrashed) return;
    await this.#endRestart();
    await this.booter.acknowledge('somebody else stopped it');
  }

  async #endRestart(): Promise<void> {
    this.#restart?.scope.abort();
    await this.#restart?.ended;
  }
}
