import type { Project, ScaleToZero } from '../../compose/index.ts';
import {
  type Backend,
  type ContainerInfo,
  type EngineHealth,
  type Lease,
  WherryError,
} from '../../core/index.ts';
import {
  type ActivitySource,
  IdleRecord,
  IdleShutdown,
  LazyBooter,
  type Transition,
} from '../../lifecycle/index.ts';
import type { DrainOptions } from '../../proxy/index.ts';
import type { BootOptions } from '../options.ts';
import { isReplacement } from '../plan-containers.ts';
import { idleRecordFile, type SwitchOver } from '../port-holder.ts';
import type { HeldPort } from './behind-proxy.ts';
import { type BringUpOptions, bringToZero, bringUp, runningContainers } from './bring-up.ts';
import { holdPort, type ListeningPort } from './held-port.ts';
import type { RunningChange, RunningContainers } from './running-containers.ts';
import { whereabouts } from './where.ts';

export interface ServedServiceOptions {
  backend: Backend;
  /** As it runs behind the proxy. */
  project: Project;
  name: string;
  ports: readonly HeldPort[];
  /** Null: it stays up, and only its ports are held. */
  settings: ScaleToZero | null;
  running: RunningContainers;
  /** Services that scale to zero and that this one depends on: they stay up as long as it does. */
  dependencies: () => readonly ServedService[];
  /** Use by others than clients of the ports and services that scale to zero. */
  otherUse: ActivitySource;
  boot: Omit<BootOptions, 'signal'>;
  onTransition: (transition: Transition) => void;
  onRefused: (reason: WherryError) => void;
}

/** How a service is held that says nothing of scaling to zero. */
const alwaysUp = { action: 'stop', maxWait: 60_000, waitingPage: false } as const;

/** One service that runs only while somebody needs it: its ports, its boots and its idle time. */
export class ServedService {
  readonly name: string;
  readonly booter: LazyBooter;
  readonly #options: ServedServiceOptions;
  readonly #ports: ListeningPort[] = [];
  readonly #record: IdleRecord;
  readonly #idle: IdleShutdown | undefined;
  /** Ids of containers that clients are sent to, although they still have the name of a replacement. */
  readonly #welcome = new Set<string>();
  /** Ids of containers that are about to be stopped. */
  readonly #leaving = new Set<string>();
  #leases: readonly Lease[] = [];

  constructor(options: ServedServiceOptions) {
    const { backend, project, name, boot, settings, otherUse, onTransition } = options;
    const { logger } = boot;
    this.name = name;
    this.#options = options;
    this.#record = new IdleRecord(idleRecordFile(backend.address, project.name, name));
    this.booter = new LazyBooter({
      name,
      start: ({ signal }) => this.#start(signal),
      stop: ({ reason }) => this.#stop(reason === 'idle' ? (settings ?? alwaysUp).action : 'stop'),
      // Who asked will ask again: a page that is loaded once more, a client that retries.
      whenAbandoned: 'finish',
      logger,
    });
    if (settings !== null)
      this.#idle = new IdleShutdown(this.booter, {
        timeout: settings.idle,
        sources: [otherUse],
        record: this.#record,
        logger,
      });
    this.booter.observe(onTransition);
  }

  /** The ports that it has, or will have, by the file. */
  get held(): readonly HeldPort[] {
    return this.#options.ports;
  }

  /** When it will be stopped unless somebody comes before; null while it is used, not up, or meant to stay up. */
  get stopsAt(): Date | null {
    return this.#idle?.stopsAt() ?? null;
  }

  get ports(): readonly ListeningPort[] {
    return this.#ports;
  }

  /**
   * Listens on its ports, each of which may take `patience` ms to be let go. Fails with `PORT_TAKEN`; `close` closes those
   * that were open by then.
   */
  async listen(patience: number): Promise<void> {
    const { ports, settings, onRefused } = this.#options;
    const { maxWait, waitingPage } = settings ?? alwaysUp;
    const each = { lazy: this.booter, maxWait, waitingPage, onRefused };
    for (const port of ports) this.#ports.push(await holdPort(port, each, patience));
  }

  /**
   * Takes it for up when it is, and boots what is to stay up. What keeps it from starting is told as a transition, and the
   * next client tries again.
   */
  begin(): void {
    const begun = this.#rememberedIdle().then(async (idleSince) => {
      await this.adopt('it was up', idleSince);
      if (this.#options.settings === null) await this.booter.ensureStarted();
    });
    begun.catch(() => undefined);
  }

  /** Takes it for up when it runs already; one that others started and that is not healthy yet is waited for. */
  async adopt(reason: string, idleSince: Date | null = null): Promise<void> {
    const containers = (await runningContainers(this.#place())).filter((one) => this.#isForClients(one));
    const ready = containers.filter(({ id, health }) => this.#welcome.has(id) || isFit(health));
    if (ready.length > 0) {
      this.#retarget(ready);
      // What is remembered may be of a run before.
      const isOfThisRun =
        idleSince !== null && ready.every(({ startedAt }) => startedAt !== null && startedAt <= idleSince);
      this.booter.adopt(isOfThisRun ? { reason, lastActivity: idleSince } : { reason });
    } else if (containers.length > 0 && !this.booter.isUp) {
      await this.booter.ensureStarted();
    }
  }

  /** Something happened to a container of this service that may not have been our doing. */
  onChange({ container, change, exitCode }: RunningChange): void {
    if (change === 'started') {
      // After a restart it may answer elsewhere; what others start is used as it is.
      void this.adopt('somebody started it').catch(() => undefined);
    } else if (this.#options.running.of(this.name).length > 0) {
      void this.adopt('another one of it runs').catch(() => undefined);
    } else {
      const failed = change === 'ended' && exitCode !== 0;
      this.booter.ended(
        failed ? { error: endedBadly(container.name, exitCode) } : { reason: `it was ${change}` },
      );
    }
  }

  /** Sends clients to `to` from now on, and waits for those who are with `from` to leave. */
  async switchOver({ to, from }: SwitchOver, options: DrainOptions = {}): Promise<void> {
    const { backend } = this.#options;
    const old = await backend.inspect(from);
    this.#leaving.add(from);
    this.#welcome.add(to);
    await this.adopt('it was replaced');
    const leaving = this.#ports.map(async ({ port, protocol, proxy }) => {
      const place = whereabouts(old, port);
      if (protocol === 'tcp' && place !== null) await proxy.leaving(place.address, options);
    });
    await Promise.all(leaving);
  }

  /** Closes the ports, lets clients leave, and goes to zero. */
  async close(options: DrainOptions = {}): Promise<void> {
    await Promise.all(this.#ports.map(({ proxy }) => proxy.drain(options)));
    await this.#idle?.[Symbol.asyncDispose]();
    await this.booter.close();
    // A frozen one is at zero only as long as somebody is there to thaw it.
    if (this.#options.settings?.action === 'pause') await bringToZero(this.#place(), 'stop');
  }

  /** Null when nobody knows, or when it is of a clock that went back since. */
  async #rememberedIdle(): Promise<Date | null> {
    if (this.#idle === undefined) return null;
    const { logger } = this.#options.boot;
    const idleSince = await this.#record.load().catch((error: unknown) => {
      logger?.warn('the idle time of a service could not be read', { name: this.name, error });
      return null;
    });
    return idleSince !== null && idleSince.getTime() <= Date.now() ? idleSince : null;
  }

  async #start(signal: AbortSignal): Promise<void> {
    const leases = await leasesOf(this.#options.dependencies(), signal);
    try {
      const { settings, ports } = this.#options;
      const { maxWait } = settings ?? alwaysUp;
      this.#retarget(await bringUp({ ...this.#place(), ports, maxWait }, signal));
      this.#leases = leases;
    } catch (error) {
      for (const lease of leases) await lease.release();
      throw error;
    }
  }

  async #stop(action: 'stop' | 'pause'): Promise<void> {
    await bringToZero(this.#place(), action);
    for (const lease of this.#leases) await lease.release();
    this.#leases = [];
  }

  /** Not a replacement that `up` has not sent clients to yet, nor one that is about to go. */
  #isForClients({ id, name }: ContainerInfo): boolean {
    if (this.#leaving.has(id)) return false;
    return !isReplacement({ name }) || this.#welcome.has(id);
  }

  #retarget(containers: readonly ContainerInfo[]): void {
    for (const { port, proxy } of this.#ports) {
      const places = containers.flatMap((container) => whereabouts(container, port) ?? []);
      proxy.retarget(places.map(({ address }) => address));
    }
  }

  #place(): Pick<BringUpOptions, 'backend' | 'project' | 'service' | 'boot'> {
    const { backend, project, name, boot } = this.#options;
    return { backend, project, service: name, boot };
  }
}

function isFit(health: EngineHealth): boolean {
  return health === 'healthy' || health === 'none';
}

/** All of them, or none. */
async function leasesOf(services: readonly ServedService[], signal: AbortSignal): Promise<readonly Lease[]> {
  const outcomes = await Promise.allSettled(services.map(({ booter }) => booter.acquire({ signal })));
  const leases = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return leases;
  for (const lease of leases) lease.release();
  throw failed.reason;
}

function endedBadly(container: string, exitCode: number | null): WherryError {
  return new WherryError('EXIT', `container ${container} ended with exit code ${exitCode ?? '?'}`, {
    hint: `see what it wrote: \`wherry logs ${container}\``,
    details: { container, exitCode },
  });
}
