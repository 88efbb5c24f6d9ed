import { type Logger, silentLogger, WherryError } from '../core/index.ts';
import type { ActivitySource } from './activity.ts';
import { type Clock, systemClock } from './clock.ts';
import type { IdleRecord } from './idle-record.ts';
import type { LazyBooter } from './lazy-booter.ts';

export interface IdleShutdownOptions {
  /** ms without use after which the service is stopped. */
  timeout: number;
  /** Whose use counts beside the leases of the booter, such as the open connections of a proxy. */
  sources?: readonly ActivitySource[] | undefined;
  /** Where the begin of the idle time is kept for the next process. */
  record?: IdleRecord | undefined;
  clock?: Clock | undefined;
  logger?: Logger | undefined;
}

/** Changes within this time, in ms, are written down together. */
const settling = 1000;

/**
 * Stops a service that nobody used for some time: no lease is held, nobody waits for one, and no source is active. It
 * counts anew whenever the service comes up, and keeps no process alive.
 */
export class IdleShutdown implements AsyncDisposable {
  readonly timeout: number;
  readonly #booter: LazyBooter;
  readonly #sources: readonly ActivitySource[];
  readonly #record: IdleRecord | undefined;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #leave: () => void;
  #touched = 0;
  #cancelCheck: (() => void) | undefined;
  #cancelNote: (() => void) | undefined;

  /** `INVALID` unless `timeout` is more than 0. */
  constructor(booter: LazyBooter, options: IdleShutdownOptions) {
    const { timeout, sources, record, clock, logger } = options;
    if (!(timeout > 0) || !Number.isFinite(timeout))
      throw new WherryError(
        'INVALID',
        `${booter.name}: an idle time of ${timeout} ms, but it must be more than 0`,
      );
    this.timeout = timeout;
    this.#booter = booter;
    this.#sources = [booter, ...(sources ?? [])];
    this.#record = record;
    this.#clock = clock ?? systemClock;
    this.#logger = logger ?? silentLogger;
    this.#leave = booter.observe(() => this.#follow());
    this.#follow();
  }

  /** Counts as use at this moment. */
  touch(): void {
    this.#touched = this.#clock.now();
  }

  /** Since when nobody uses it; null while it is in use or not up. */
  idleSince(): Date | null {
    if (!this.#booter.isUp || this.#isUsed()) return null;
    return new Date(this.#lastUse());
  }

  /** When it will be stopped unless somebody uses it before; null while it is in use or not up. */
  stopsAt(): Date | null {
    const since = this.idleSince();
    return since === null ? null : new Date(since.getTime() + this.timeout);
  }

  /** Watches no more; the service stays as it is. Resolves once what there is to remember is on the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    this.#disarm();
    this.#cancelNote?.();
    await this.#note();
  }

  /** Hot: the booter's state changes with every first and last lease. Timers are left as they are, and look again. */
  #follow(): void {
    if (!this.#booter.isUp) this.#disarm();
    else if (this.#cancelCheck === undefined) this.#arm();
    if (this.#record !== undefined) this.#cancelNote ??= this.#clock.after(settling, () => void this.#note());
  }

  #arm(): void {
    const due = this.#lastUse() + this.timeout;
    const wait = this.#isUsed() ? this.timeout : Math.max(0, due - this.#clock.now());
    this.#cancelCheck = this.#clock.after(wait, () => this.#check());
  }

  #disarm(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
  }

  #check(): void {
    this.#cancelCheck = undefined;
    const isDue = !this.#isUsed() && this.#lastUse() + this.timeout <= this.#clock.now();
    if (!isDue) {
      if (this.#booter.isUp) this.#arm();
      return;
    }
    this.#booter.stop({ reason: 'idle' }).catch((error: unknown) => {
      this.#logger.error('an idle service could not be stopped, and is tried again', {
        name: this.#booter.name,
        error,
      });
      this.#cancelCheck ??= this.#clock.after(this.timeout, () => this.#check());
    });
  }

  #isUsed(): boolean {
    return this.#sources.some((source) => source.active() > 0);
  }

  #lastUse(): number {
    return Math.max(this.#touched, ...this.#sources.map((source) => source.lastActivity().getTime()));
  }

  async #note(): Promise<void> {
    this.#cancelNote = undefined;
    try {
      await this.#record?.save(this.idleSince());
    } catch (error) {
      const { name } = this.#booter;
      this.#logger.warn('the idle time of a service could not be written down', { name, error });
    }
  }
}
