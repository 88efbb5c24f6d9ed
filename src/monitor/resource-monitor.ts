import {
  type Backend,
  type EventBus,
  type Logger,
  type ResourceSnapshot,
  silentLogger,
  WherryError,
} from '../core/index.ts';
import { type MonitorClock, systemClock } from './clock.ts';
import { type ContainerSource, EngineSampler } from './engine-sampler.ts';
import { type HostAccess, nodeHost } from './host-access.ts';
import { SnapshotStream } from './snapshot-stream.ts';
import { SystemSampler } from './system-sampler.ts';
import type { CheckedRule, ThresholdChange, ThresholdRule } from './threshold-rule.ts';
import { Thresholds } from './thresholds.ts';

export interface ResourceMonitorOptions {
  /** Engines whose containers are looked at; they stay the caller's. Default: none. */
  backends?: readonly Backend[];
  /** ms from the beginning of one sample to that of the next. Default: 10 000. */
  interval?: number;
  /** Look at the machine itself. Default: true. */
  system?: boolean;
  /** Paths whose file systems are looked at. Default: `/`, or the drive that we run from. */
  disks?: readonly string[];
  /** Where figures of containers come from. Default: `auto`. */
  source?: ContainerSource;
  rules?: readonly ThresholdRule[];
  /** Where `threshold.raised` and `threshold.cleared` are published. */
  events?: EventBus;
  /** Default: silent. */
  logger?: Logger;
  /** Default: this machine. */
  host?: HostAccess;
  /** Default: the wall clock. */
  clock?: MonitorClock;
}

/** Samples the machine and the containers of engines, in one loop for all of them, and judges the samples by rules. */
export class ResourceMonitor implements AsyncDisposable {
  readonly #interval: number;
  readonly #clock: MonitorClock;
  readonly #logger: Logger;
  readonly #events: EventBus | undefined;
  readonly #system: SystemSampler | null;
  readonly #engines: readonly EngineSampler[];
  readonly #thresholds = new Thresholds();
  readonly #stream = new SnapshotStream();
  readonly #scope = new AbortController();
  #last: ResourceSnapshot | null = null;
  #sampling: Promise<ResourceSnapshot> | null = null;
  #loop: Promise<void> | null = null;

  /** `INVALID` for an interval that is none and for faulty rules. Nothing happens before `start` or `sample`. */
  constructor(options: ResourceMonitorOptions = {}) {
    const { backends = [], host = nodeHost, clock = systemClock, source = 'auto' } = options;
    this.#interval = options.interval ?? 10_000;
    if (!(this.#interval > 0 && this.#interval < 2 ** 31))
      throw new WherryError('INVALID', `the interval is ${this.#interval}, but must be more than 0 ms`);
    this.#clock = clock;
    this.#logger = options.logger ?? silentLogger;
    this.#events = options.events;
    const disks = options.disks ?? [host.platform === 'win32' ? process.cwd() : '/'];
    this.#system = options.system === false ? null : new SystemSampler({ host, clock, disks });
    this.#engines = backends.map((backend) => new EngineSampler(backend, { host, clock, source }));
    for (const rule of options.rules ?? []) this.#thresholds.add(rule);
  }

  /**
   * Samples at once and then at every interval until the monitor is disposed of; it keeps the process alive till then. A
   * sample that takes longer than the interval leaves ticks out. `CONFLICT` after disposal.
   */
  start(): this {
    this.#assertOpen();
    this.#loop ??= this.#run();
    return this;
  }

  /** A sample now, also beside the loop; one that is under way is shared. Engines that fail are told in it. */
  sample(): Promise<ResourceSnapshot> {
    this.#sampling ??= this.#sample().finally(() => {
      this.#sampling = null;
    });
    return this.#sampling;
  }

  /** The newest sample; null before the first. */
  snapshot(): ResourceSnapshot | null {
    return this.#last;
  }

  /** The samples from now on; a slow reader gets the newest and misses those between. Ends with the monitor or `signal`. */
  snapshots(options: { signal?: AbortSignal } = {}): AsyncIterableIterator<ResourceSnapshot> {
    return this.#stream.read(options.signal);
  }

  /** Judges by this rule too, from the next sample on. `INVALID`, or `ALREADY_EXISTS` when there is one of its name. */
  addRule(rule: ThresholdRule): void {
    this.#thresholds.add(rule);
  }

  /** Forgets the rule of this name, raised or not. */
  removeRule(name: string): void {
    this.#thresholds.remove(name);
  }

  /** Ends the loop and every iteration, and waits for a sample under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#scope.abort();
    await Promise.all(this.#engines.map((engine) => engine[Symbol.asyncDispose]()));
    await this.#loop;
    await this.#sampling;
    this.#stream.end();
  }

  #assertOpen(): void {
    if (this.#scope.signal.aborted) throw new WherryError('CONFLICT', 'the resource monitor is closed');
  }

  async #run(): Promise<void> {
    const { signal } = this.#scope;
    for (let due = this.#clock.monotonic(); !signal.aborted; ) {
      await this.sample();
      const now = this.#clock.monotonic();
      due += this.#interval * Math.max(1, Math.ceil((now - due) / this.#interval));
      await this.#clock.sleep(due - now, signal);
    }
  }

  async #sample(): Promise<ResourceSnapshot> {
    this.#assertOpen();
    const sampled = await Promise.all(this.#engines.map((engine) => engine.sample()));
    const snapshot: ResourceSnapshot = {
      system: this.#system?.sample() ?? null,
      time: this.#clock.now(),
      containers: sampled.flatMap(({ containers }) => containers),
      engines: sampled.map(({ engine }) => engine),
    };
    this.#last = snapshot;
    for (const { change, rule } of this.#thresholds.judge(snapshot, this.#clock.monotonic()))
      this.#tell(change, rule, snapshot);
    this.#stream.push(snapshot);
    return snapshot;
  }

  #tell(change: ThresholdChange, { action }: CheckedRule, snapshot: ResourceSnapshot): void {
    const { type, rule, metric, subject, operator, threshold, value, durationMs } = change;
    const what = { rule, metric, subject, operator, threshold };
    if (type === 'cleared')
      this.#events?.publish('threshold.cleared', 'monitor', subject, { ...what, value, durationMs });
    else if (value !== null)
      this.#events?.publish('threshold.raised', 'monitor', subject, { ...what, value });
    const failed = (error: unknown): void =>
      this.#logger.error('the action of a rule failed', { rule, error });
    try {
      const result = action?.(change, snapshot);
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
