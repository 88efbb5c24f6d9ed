import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type AcquireOptions,
  type Backend,
  type EventBus,
  type Lazy,
  type Lease,
  type Logger,
  silentLogger,
  WherryError,
} from '../core/index.ts';
import { type Clock, systemClock } from './clock.ts';
import { ContainerWatch } from './container-watch.ts';
import { asWherryError, dependencyFailed } from './failure.ts';
import { IdleRecord } from './idle-record.ts';
import { checkCycle, inOrder, predecessors, reversed, withDependencies } from './order.ts';
import { ConcurrencySemaphore } from './semaphore.ts';
import { Service } from './service.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { LifecycleRow, LifecycleSummary, ServiceStatus, ServiceTransition } from './service-status.ts';
import type { Transition } from './state-machine.ts';
import { Story } from './story.ts';

export interface LifecycleManagerOptions {
  /** Where lifecycle events are published. */
  events?: EventBus | undefined;
  /** For the events. Default: null. */
  project?: string | null | undefined;
  /** Where idle times are kept, so that they go on in the next process. Default: they are not. */
  stateDirectory?: string | undefined;
  /** Starts or stops at once in `startAll` and `shutdown`. Default: 8. */
  parallel?: number | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
  clock?: Clock | undefined;
}

export interface StopServiceOptions {
  /** ms for those who hold leases to release them. Default: 10 000. */
  drain?: number | undefined;
  signal?: AbortSignal | undefined;
}

const grammar = /^[A-Za-z0-9][\w.-]*$/;
const drainTime = 10_000;

/**
 * Starts services with what they depend on, lends them out, stops what nobody uses, notices what ends by itself, and takes
 * all down in the reverse order. Disposing it ends the watching only: services outlive the process unless `shutdown` ends
 * them, and `adopt` finds them again.
 */
export class LifecycleManager implements AsyncDisposable {
  readonly #options: LifecycleManagerOptions;
  readonly #story: Story;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #services = new Map<string, Service>();
  readonly #watches = new Map<Backend, ContainerWatch>();
  readonly #observers = new Set<(transition: ServiceTransition) => void>();
  #isShutDown = false;

  constructor(options: LifecycleManagerOptions = {}) {
    this.#options = options;
    this.#story = new Story(options.events, options.project ?? null);
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Takes a service in, without starting it. `ALREADY_EXISTS` for a name that is taken; `INVALID` names a cycle. */
  register(spec: ServiceSpec): this {
    this.#refuseAfterShutdown();
    const { name } = spec;
    checkSpec(spec);
    if (this.#services.has(name))
      throw new WherryError('ALREADY_EXISTS', `a service named ${name} is already registered`);
    const service = new Service(spec, {
      story: this.#story,
      clock: this.#clock,
      logger: this.#logger,
      record: this.#recordOf(name),
      find: (other) => this.#find(other),
    });
    checkCycle(service, this.#services);
    this.#services.set(name, service);
    service.booter.observe((transition) => {
      for (const observer of this.#observers) observer({ ...transition, service: name });
    });
    if ('backend' in spec) this.#watch(spec.backend);
    return this;
  }

  /** Starts it and what it depends on; resolves once it is fit for use. Of one that is up: at once. */
  async start(name: string, options: AcquireOptions = {}): Promise<void> {
    const service = this.#usable(name);
    withDependencies([name], this.#services);
    await service.ensureStarted(options);
  }

  /** Starts all that are not lazy, and what they depend on; the summary has a row for each, also for those that failed. */
  async startAll(options: AcquireOptions = {}): Promise<LifecycleSummary> {
    this.#refuseAfterShutdown();
    const eager = [...this.#services.values()].filter(({ spec }) => spec.lazyBoot !== true);
    const names = withDependencies(
      eager.map(({ name }) => name),
      this.#services,
    );
    const failed = new Map<string, WherryError>();
    const outcome = this.#each(predecessors(names, this.#services), async (service) => {
      const status = service.booter.isUp ? 'running' : 'started';
      try {
        const broken = service.dependencies.find((name) => failed.has(name));
        if (broken !== undefined) throw dependencyFailed(service.name, broken, failed.get(broken));
        await service.ensureStarted(options);
      } catch (thrown) {
        const error = asWherryError(thrown, service.name);
        failed.set(service.name, error);
        throw error;
      }
      return status;
    });
    this.#story.boot({ name: 'all', services: [...names] }, outcome, failedRows);
    return outcome;
  }

  /** Stops this one only. `CONFLICT` while services that depend on it are up. */
  async stop(name: string, options: StopServiceOptions = {}): Promise<void> {
    const service = this.#find(name);
    const users = [...this.#services.values()].filter(
      (other) =>
        other.dependencies.includes(name) &&
        other.booter.state !== 'stopped' &&
        other.booter.state !== 'failed',
    );
    if (users.length > 0) {
      const names = users.map((user) => user.name);
      throw new WherryError('CONFLICT', `${name} is needed by ${names.join(', ')}`, {
        hint: `stop ${names.join(', ')} before`,
        details: { name, neededBy: names },
      });
    }
    await service.stop({ drain: drainTime, ...options });
  }

  /** Stops all, dependants before what they depend on, and takes no more callers. Services that fail to stop have a row. */
  async shutdown(options: StopServiceOptions = {}): Promise<LifecycleSummary> {
    this.#isShutDown = true;
    const all = new Set(this.#services.keys());
    const down = new Set([...this.#services.values()].filter(({ booter }) => booter.state === 'stopped'));
    const outcome = this.#each(reversed(predecessors(all, this.#services)), async (service) => {
      await service.stop({ drain: drainTime, ...options, isFinal: true });
      return 'stopped';
    }).then(async (summary) => {
      await this.#endWatches();
      const rows = summary.rows.filter(({ name, error }) => error !== null || !down.has(this.#find(name)));
      return { ...summary, rows };
    });
    const services = [...all].filter((name) => !down.has(this.#find(name)));
    this.#story.shutdown({ name: 'all', services }, outcome, failedRows);
    return outcome;
  }

  /**
   * A lease of the service, which keeps it up until it is released. A lazy one is started for it; another one has to be up
   * (`CONFLICT`). With `maxConcurrent` it waits for its turn.
   */
  async acquire(name: string, options: AcquireOptions = {}): Promise<Lease> {
    return this.#usable(name).acquire(options);
  }

  /** The service as something to acquire, for whoever needs no more of the manager. */
  lazy(name: string): Lazy {
    this.#find(name);
    return { acquire: (options) => this.acquire(name, options) };
  }

  /** Takes over what runs already, by whoever started it. Resolves to the names. */
  async adopt(options: { signal?: AbortSignal | undefined } = {}): Promise<readonly string[]> {
    this.#refuseAfterShutdown();
    const names = new Set(this.#services.keys());
    const adopted = await inOrder(predecessors(names, this.#services), async (name) =>
      (await this.#find(name).adopt(options)) ? [name] : [],
    );
    return adopted.flat();
  }

  status(name: string): ServiceStatus {
    return this.#find(name).status();
  }

  /** In the order of `register`. */
  statuses(): readonly ServiceStatus[] {
    return [...this.#services.values()].map((service) => service.status());
  }

  /** The last transitions of a service, oldest first. */
  history(name: string): readonly Transition[] {
    return this.#find(name).booter.history();
  }

  /** Calls `observer` after each transition of any service; its errors are logged. Returns the way out. */
  observe(observer: (transition: ServiceTransition) => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** Ends all watching, and leaves the services as they are. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isShutDown = true;
    await this.#endWatches();
    await Promise.all([...this.#services.values()].map((service) => service[Symbol.asyncDispose]()));
  }

  async #each(
    before: ReadonlyMap<string, readonly string[]>,
    work: (service: Service) => Promise<LifecycleRow['status']>,
  ): Promise<LifecycleSummary> {
    const began = performance.now();
    const limit = new ConcurrencySemaphore(this.#options.parallel ?? 8);
    const rows = await inOrder(before, async (name): Promise<LifecycleRow> => {
      using _permit = await limit.acquire();
      const start = performance.now();
      const row = (status: LifecycleRow['status'], error: WherryError | null): LifecycleRow => ({
        name,
        status,
        durationMs: performance.now() - start,
        error,
      });
      try {
        return row(await work(this.#find(name)), null);
      } catch (thrown) {
        return row('failed', asWherryError(thrown, name));
      }
    });
    return { rows, durationMs: performance.now() - began, ok: rows.every(({ error }) => error === null) };
  }

  async #endWatches(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch[Symbol.asyncDispose]()));
    this.#watches.clear();
  }

  #watch(backend: Backend): void {
    if (this.#watches.has(backend)) return;
    const watch = new ContainerWatch({
      backend,
      clock: this.#clock,
      logger: this.#logger,
      onEvent: async (event, signal) => {
        for (const service of this.#services.values()) {
          if ('backend' in service.spec && service.spec.backend === backend)
            await service.follow(event, signal);
        }
      },
    });
    this.#watches.set(backend, watch);
  }

  #recordOf(name: string): IdleRecord | undefined {
    const { stateDirectory, project } = this.#options;
    if (stateDirectory === undefined) return undefined;
    // Two names that differ in case only would be one file on some disks.
    const hash = createHash('sha256')
      .update(`${project ?? ''}\n${name}`)
      .digest('hex')
      .slice(0, 16);
    return new IdleRecord(join(stateDirectory, `${name.slice(0, 80)}-${hash}.json`));
  }

  #usable(name: string): Service {
    this.#refuseAfterShutdown();
    return this.#find(name);
  }

  #find(name: string): Service {
    const service = this.#services.get(name);
    if (service !== undefined) return service;
    throw new WherryError('NOT_FOUND', `no service named ${name} is registered`, {
      hint: `registered: ${[...this.#services.keys()].join(', ') || 'none'}`,
      details: { name },
    });
  }

  #refuseAfterShutdown(): void {
    if (this.#isShutDown) throw new WherryError('CONFLICT', 'the lifecycle manager is shut down');
  }
}

function checkSpec(spec: ServiceSpec): void {
  const { name, idleTimeout = 0, lazyBoot } = spec;
  if (!grammar.test(name))
    throw new WherryError('INVALID', `${JSON.stringify(name)} is no name for a service`, {
      hint: 'letters, digits, "_", "." and "-", beginning with a letter or digit',
    });
  if (idleTimeout !== 0 && lazyBoot !== true)
    throw new WherryError('INVALID', `${name} has an idleTimeout, but nothing would start it again`, {
      hint: 'set lazyBoot as well',
    });
}

function failedRows({ rows }: LifecycleSummary): readonly string[] {
  return rows.flatMap(({ name, error }) => (error === null ? [] : [name]));
}
