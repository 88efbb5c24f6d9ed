import { type Project, type ScaleToZero, type Service, scaleToZero } from '../../compose/index.ts';
import { type Backend, engineHost, throwIfAborted, WherryError } from '../../core/index.ts';
import type { Transition } from '../../lifecycle/index.ts';
import type { DrainOptions } from '../../proxy/index.ts';
import { observeContainers } from '../observed.ts';
import type { BootOptions } from '../options.ts';
import { holderSocket, type SwitchOver } from '../port-holder.ts';
import { stopServices } from '../stop-services.ts';
import { behindProxy, type HeldPort, heldPorts, isTakenBy } from './behind-proxy.ts';
import { takeOrders } from './control.ts';
import { asPublished, type ListeningPort } from './held-port.ts';
import { namingHolder } from './naming-holder.ts';
import { OtherUse } from './other-use.ts';
import { type RunningChange, RunningContainers } from './running-containers.ts';
import { ServedService } from './served-service.ts';

/** What happens while a project is served. */
export type ServeEvent =
  | { kind: 'listening'; service: string; port: HeldPort; host: string; number: number }
  /** The service was up with its ports published by the engine, and is stopped so that they can be taken over. */
  | { kind: 'taken-over'; service: string }
  /** An `up` has a new container ready: clients go there from now on. */
  | { kind: 'replaced'; service: string }
  | { kind: 'changed'; service: string; transition: Transition }
  /** A client was turned away. */
  | { kind: 'refused'; service: string; reason: WherryError };

export interface ServeOptions extends BootOptions {
  /** Only these of the services that scale to zero. Default: all of them. */
  services?: readonly string[] | undefined;
  onServe?: ((event: ServeEvent) => void) | undefined;
}

/** One service that is served, as it is now. */
export interface ServedServiceState {
  name: string;
  state: ServedService['booter']['state'];
  /** When it will be stopped unless somebody comes before; null while it is used, not up, or meant to stay up. */
  stopsAt: Date | null;
  ports: readonly ListeningPort[];
}

/** A project whose services run only while somebody is connected to them. */
export interface ProjectServer extends AsyncDisposable {
  services(): readonly ServedServiceState[];
  /** Closes the ports, lets clients leave, and brings the services to zero. */
  close(options?: DrainOptions): Promise<void>;
}

/**
 * Takes over the published ports of the services with `x-wherry.scale_to_zero`, boots each on its first connection, with
 * what it depends on, and stops it when nobody was connected for its idle time. Also holds the ports of services with
 * `deploy.update_config.order: start-first`, which stay up and are replaced without a gap. Fails with `INVALID` when there
 * is no such service, `UNSUPPORTED` for an engine on another host or one that cannot do what the file asks, `CONFLICT`
 * when the project is served already, `PORT_TAKEN`.
 */
export async function serve(
  backend: Backend,
  project: Project,
  options: ServeOptions = {},
): Promise<ProjectServer> {
  const { signal } = options;
  throwIfAborted(signal);
  const chosen = chosenServices(project, options.services);
  await refuseUnservable(backend, project, chosen);
  const server = new Server(backend, project, chosen, options);
  try {
    await server.open();
    return server;
  } catch (error) {
    await server.close({ limit: 0 });
    throw error;
  }
}

/** ms that an engine may take to let go of the port of a container that it has stopped. */
const lettingGo = 5000;

class Server implements ProjectServer {
  readonly #backend: Backend;
  /** As it runs behind the proxies. */
  readonly #project: Project;
  readonly #options: ServeOptions;
  readonly #running: RunningContainers;
  readonly #services: ReadonlyMap<string, ServedService>;
  readonly #uses: ReadonlyMap<string, OtherUse>;
  #orders: AsyncDisposable | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    backend: Backend,
    project: Project,
    chosen: ReadonlyMap<string, ScaleToZero | null>,
    options: ServeOptions,
  ) {
    const served = new Set(chosen.keys());
    const running = new RunningContainers(backend, project.name, (change) => this.#onChange(change));
    this.#backend = backend;
    this.#project = behindProxy(project, [...served]);
    this.#options = options;
    this.#running = running;
    this.#uses = new Map(
      [...served].map((service) => [service, new OtherUse({ project, service, served, running })]),
    );
    this.#services = new Map(
      [...chosen].map(([name, settings]) => [name, this.#newService(project, name, settings)]),
    );
  }

  async open(): Promise<void> {
    const path = holderSocket(this.#backend.address, this.#project.name);
    this.#orders = await takeOrders(path, {
      services: () => [...this.#services.keys()],
      ports: () =>
        new Map([...this.#services].map(([name, { ports }]) => [name, ports.flatMap(asPublished)])),
      switchOver: (change) => this.#switchOver(change),
    });
    await this.#running.begin();
    const services = [...this.#services.values()];
    const takenOver = await this.#takeOver();
    for (const service of services) {
      await service.listen(takenOver.has(service.name) ? lettingGo : 0).catch(async (error: unknown) => {
        throw await namingHolder(this.#backend, error);
      });
      for (const { port, proxy } of service.ports) {
        const { host, port: number } = proxy.address;
        this.#tell({ kind: 'listening', service: service.name, port, host, number });
      }
    }
    for (const service of services) service.begin();
  }

  services(): readonly ServedServiceState[] {
    return [...this.#services.values()].map(({ name, booter, stopsAt, ports }) => ({
      name,
      state: booter.state,
      stopsAt,
      ports,
    }));
  }

  close(options: DrainOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ limit: 0 });
  }

  async #close(options: DrainOptions): Promise<void> {
    const ends = await Promise.allSettled(
      [...this.#services.values()].map((service) => service.close(options)),
    );
    await this.#running.close();
    await this.#orders?.[Symbol.asyncDispose]();
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Stops the containers by which the engine publishes what we are to listen on. Resolves to their services. */
  async #takeOver(): Promise<ReadonlySet<string>> {
    const takenOver = new Set<string>();
    const { signal } = this.#options;
    const found = await observeContainers(this.#backend, this.#project.name, { signal });
    for (const [name, { held }] of this.#services) {
      const published = found
        .filter((one) => one.service === name && one.status !== 'exited' && one.status !== 'created')
        .some((one) => one.ports.some((port) => held.some((wanted) => isTakenBy(wanted, port))));
      if (!published) continue;
      const { rows } = await stopServices(this.#backend, {
        projectName: this.#project.name,
        project: this.#project,
        services: [name],
        signal,
      });
      const failed = rows.find(({ error }) => error !== null);
      if (failed?.error) throw failed.error;
      takenOver.add(name);
      this.#tell({ kind: 'taken-over', service: name });
    }
    return takenOver;
  }

  #newService(original: Project, name: string, settings: ScaleToZero | null): ServedService {
    const { signal, onServe, services, ...boot } = this.#options;
    const declared = original.services[name];
    const otherUse = this.#uses.get(name);
    if (declared === undefined || otherUse === undefined)
      throw new WherryError('INTERNAL', `there is no service ${name} to serve`);
    return new ServedService({
      backend: this.#backend,
      project: this.#project,
      name,
      ports: heldPorts(declared),
      settings,
      running: this.#running,
      dependencies: () => this.#dependenciesOf(declared),
      otherUse,
      boot,
      onTransition: (transition) => this.#tell({ kind: 'changed', service: name, transition }),
      onRefused: (reason) => this.#tell({ kind: 'refused', service: name, reason }),
    });
  }

  /** Also those that it depends on by way of others, which hold no lease. */
  #dependenciesOf({ dependsOn }: Service, seen: Set<string> = new Set()): readonly ServedService[] {
    return Object.keys(dependsOn).flatMap((name) => {
      if (seen.has(name)) return [];
      seen.add(name);
      const served = this.#services.get(name);
      if (served !== undefined) return [served];
      const other = this.#project.services[name];
      return other === undefined ? [] : this.#dependenciesOf(other, seen);
    });
  }

  async #switchOver(change: SwitchOver): Promise<void> {
    const service = this.#services.get(change.service);
    if (service === undefined)
      throw new WherryError('NOT_FOUND', `the ports of ${change.service} are not held here`);
    this.#tell({ kind: 'replaced', service: service.name });
    await service.switchOver(change);
  }

  #onChange(change: RunningChange): void {
    const { service, oneOff } = change.container;
    for (const use of this.#uses.values()) use.note(service);
    if (!oneOff) this.#services.get(service)?.onChange(change);
  }

  #tell(event: ServeEvent): void {
    this.#options.onServe?.(event);
  }
}

/** The services of the project that `serve` takes by itself: those that scale to zero, and those replaced start-first. */
export function servedServices(project: Project): readonly string[] {
  return Object.values(project.services)
    .filter((service) => scaleToZero(service) !== undefined || isReplacedInPlace(service))
    .map(({ name }) => name);
}

function chosenServices(
  project: Project,
  names: readonly string[] | undefined,
): ReadonlyMap<string, ScaleToZero | null> {
  const chosen = new Map<string, ScaleToZero | null>();
  for (const service of Object.values(project.services)) {
    const settings = scaleToZero(service) ?? (isReplacedInPlace(service) ? null : undefined);
    if (settings !== undefined && (names === undefined || names.includes(service.name)))
      chosen.set(service.name, settings);
  }
  const others = names?.filter((name) => !chosen.has(name)) ?? [];
  if (chosen.size > 0 && others.length === 0) return chosen;
  const what = others.length > 0 ? others.join(', ') : `no service of ${project.name}`;
  throw new WherryError(
    'INVALID',
    `${what}: nothing says that it scales to zero or is replaced start-first`,
    {
      hint: 'add x-wherry: { scale_to_zero: { idle: 5m } } to the service',
      details: { services: others },
    },
  );
}

/** Its ports have to be held for it to be replaced without a gap. */
function isReplacedInPlace({ deploy, ports }: Service): boolean {
  return deploy?.updateConfig?.order === 'start-first' && ports.length > 0;
}

/** Faults that the file alone does not show are told before anything is done. */
async function refuseUnservable(
  backend: Backend,
  project: Project,
  chosen: ReadonlyMap<string, ScaleToZero | null>,
): Promise<void> {
  const remote = engineHost(backend.address);
  if (remote !== null && !isLoopback(remote)) {
    throw new WherryError(
      'UNSUPPORTED',
      `the engine is on ${remote}: its ports cannot be taken over from here`,
      {
        hint: 'run wherry serve on that machine',
      },
    );
  }
  const { pause } = await backend.capabilities();
  for (const [name, settings] of chosen) {
    if (settings?.action === 'pause' && !pause.supported) {
      throw new WherryError(
        'UNSUPPORTED',
        `${name} cannot be paused: ${pause.reason ?? 'the engine cannot'}`,
        {
          hint: 'write action: stop',
        },
      );
    }
    const service = project.services[name];
    if (service?.ports.some(({ protocol }) => protocol === 'sctp') === true) {
      throw new WherryError('UNSUPPORTED', `${name} publishes an SCTP port: nothing here forwards SCTP`, {
        hint: 'take x-wherry.scale_to_zero, or order: start-first, off the service',
      });
    }
    const mode = service?.networkMode;
    if (mode !== undefined && mode !== 'bridge') {
      throw new WherryError('INVALID', `${name} cannot scale to zero with network_mode ${mode}`, {
        hint: 'its ports are not its own: use a network',
      });
    }
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
