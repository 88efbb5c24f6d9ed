import type { Project, ScaleToZero } from '../../compose/index.ts';
import { type Backend, type ContainerInfo, type Lease, WherryError } from '../../core/index.ts';
import { type ActivitySource, IdleShutdown, LazyBooter, type Transition } from '../../lifecycle/index.ts';
import type { DrainOptions } from '../../proxy/index.ts';
import type { BootOptions } from '../options.ts';
import type { HeldPort } from './behind-proxy.ts';
import { bringToZero, bringUp, runningContainers } from './bring-up.ts';
import { holdPort, type ListeningPort } from './held-port.ts';
import type { RunningChange, RunningContainers } from './running-containers.ts';
import { whereabouts } from './where.ts';

export interface ServedServiceOptions {
  backend: Backend;
  /** As it runs behind the proxy. */
  project: Project;
  name: string;
  ports: readonly HeldPort[];
  settings: ScaleToZero;
  running: RunningContainers;
  /** Services that scale to zero and that this one depends on: they stay up as long as it does. */
  dependencies: () => readonly ServedService[];
  /** Use by others than clients of the ports and services that scale to zero. */
  otherUse: ActivitySource;
  boot: Omit<BootOptions, 'signal'>;
  onTransition: (transition: Transition) => void;
  onRefused: (reason: WherryError) => void;
}

/** One service that runs only while somebody needs it: its ports, its boots and its idle time. */
export class ServedService {
  readonly name: string;
  readonly booter: LazyBooter;
  readonly #options: ServedServiceOptions;
  readonly #ports: ListeningPort[] = [];
  readonly #idle: IdleShutdown;
  #leases: readonly Lease[] = [];

  constructor(options: ServedServiceOptions) {
    const { name, boot, settings, otherUse, onTransition } = options;
    const { logger } = boot;
    this.name = name;
    this.#options = options;
    this.booter = new LazyBooter({
      name,
      start: ({ signal }) => this.#start(signal),
      stop: () => this.#stop(),
      // Who asked will ask again: a page that is loaded once more, a client that retries.
      whenAbandoned: 'finish',
      logger,
    });
    this.#idle = new IdleShutdown(this.booter, { timeout: settings.idle, sources: [otherUse], logger });
    this.booter.observe(onTransition);
  }

  /** The ports that it has, or will have, by the file. */
  get held(): readonly HeldPort[] {
    return this.#options.ports;
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
    const { maxWait, waitingPage } = settings;
    const each = { lazy: this.booter, maxWait, waitingPage, onRefused };
    for (const port of ports) this.#ports.push(await holdPort(port, each, patience));
  }

  /** Takes it for up when it runs already. */
  async adopt(reason: string): Promise<void> {
    const containers = await runningContainers(this.#place());
    if (containers.length === 0) return;
    this.#retarget(containers);
    this.booter.adopt({ reason });
  }

  /** Something happened to a container of this service that may not have been our doing. */
  onChange({ container, change, exitCode }: RunningChange): void {
    if (change === 'started') {
      // After a restart it may answer elsewhere; what others start is used as it is.
      void this.adopt('somebody started it').catch(() => undefined);
    } else if (this.#options.running.of(this.name).length === 0) {
      const failed = change === 'ended' && exitCode !== 0;
      this.booter.ended(
        failed ? { error: endedBadly(container.name, exitCode) } : { reason: `it was ${change}` },
      );
    }
  }

  /** Closes the ports, lets clients leave, and goes to zero. */
  async close(options: DrainOptions = {}): Promise<void> {
    await Promise.all(this.#ports.map(({ proxy }) => proxy.drain(options)));
    await this.#idle[Symbol.asyncDispose]();
    await this.booter.close();
  }

  async #start(signal: AbortSignal): Promise<void> {
    const leases = await leasesOf(this.#options.dependencies(), signal);
    try {
      const { settings, boot, ports } = this.#options;
      const { maxWait } = settings;
      this.#retarget(await bringUp({ ...this.#place(), ports, maxWait, boot }, signal));
      this.#leases = leases;
    } catch (error) {
      for (const lease of leases) await lease.release();
      throw error;
    }
  }

  async #stop(): Promise<void> {
    await bringToZero(this.#place(), this.#options.settings.action);
    for (const lease of this.#leases) await lease.release();
    this.#leases = [];
  }

  #retarget(containers: readonly ContainerInfo[]): void {
    for (const { port, proxy } of this.#ports) {
      const places = containers.flatMap((container) => whereabouts(container, port) ?? []);
      proxy.retarget(places.map(({ address }) => address));
    }
  }

  #place(): { backend: Backend; project: Project; service: string } {
    const { backend, project, name } = this.#options;
    return { backend, project, service: name };
  }
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
