import {
  composeLabel,
  outsideProbe,
  type Project,
  type RestartOnUnhealthy,
  restartOnUnhealthy,
  type Service,
} from '../../compose/index.ts';
import { asWherryError } from '../../core/errors.ts';
import {
  type Backend,
  type ContainerInfo,
  type EngineEvent,
  EventBus,
  isWherryError,
  type Logger,
  silentLogger,
  WherryError,
} from '../../core/index.ts';
import { HealthChecker, HealthMonitor, targetName } from '../../health/index.ts';
import { ServiceHooks } from '../hooks/service-hooks.ts';
import { observeContainers } from '../observed.ts';
import { probeTarget } from '../outside-probe.ts';
import { lockProject } from '../project-lock.ts';
import { SickContainer } from './sick-container.ts';

/** What was done about a container that is unhealthy. */
export type UnhealthyEvent =
  | { kind: 'restarted'; service: string; container: string; attempt: number; max: number; reason: string }
  | { kind: 'restart-failed'; service: string; container: string; attempt: number; error: WherryError }
  | { kind: 'given-up'; service: string; container: string; attempts: number; reason: string };

export interface RestartUnhealthyOptions {
  /** Only these services. Default: all that say so. */
  services?: readonly string[] | undefined;
  /** Where `health.changed`, `container.restarted` and `container.abandoned` are published. */
  events?: EventBus | undefined;
  logger?: Logger | undefined;
  onUnhealthy?: ((event: UnhealthyEvent) => void) | undefined;
}

/** Watches the health of containers until it is disposed. */
export interface UnhealthyRestarts extends AsyncDisposable {
  /** Whether the container with this id, or any, is being restarted now. */
  isRestarting(id?: string): boolean;
  /** Resolves when no restart is under way. */
  settled(): Promise<void>;
}

/** Services whose containers are restarted when they are unhealthy. */
export function restartedServices(project: Project): readonly string[] {
  return Object.values(project.services)
    .filter((service) => restartOnUnhealthy(service) !== undefined)
    .map(({ name }) => name);
}

/**
 * Restarts containers of the services with `x-wherry.restart_on_unhealthy` when the engine's health check or their probe
 * from outside says that they are unhealthy, each time after a longer wait, until it has helped or was done too often.
 * Containers that share a namespace of it are restarted after it. Null when no service says so.
 */
export async function restartUnhealthy(
  backend: Backend,
  project: Project,
  options: RestartUnhealthyOptions = {},
): Promise<UnhealthyRestarts | null> {
  const { services } = options;
  const names = restartedServices(project).filter((name) => services?.includes(name) ?? true);
  if (names.length === 0) return null;
  const restarts = new Restarts(backend, project, new Set(names), options);
  await restarts.begin();
  return restarts;
}

interface Patient {
  id: string;
  name: string;
  image: string;
  service: Service;
  sick: SickContainer;
  /** Name of what the monitor probes. */
  target: string | undefined;
}

class Restarts implements UnhealthyRestarts {
  readonly #backend: Backend;
  readonly #project: Project;
  readonly #services: ReadonlySet<string>;
  readonly #options: RestartUnhealthyOptions;
  readonly #logger: Logger;
  readonly #patients = new Map<string, Patient>();
  readonly #monitors = new Map<string, HealthMonitor>();
  readonly #probed = new EventBus();
  readonly #hooks: ServiceHooks;
  readonly #closing = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  constructor(
    backend: Backend,
    project: Project,
    services: ReadonlySet<string>,
    options: RestartUnhealthyOptions,
  ) {
    this.#backend = backend;
    this.#project = project;
    this.#services = services;
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#hooks = new ServiceHooks({ backend, projectName: project.name, project, onProgress: undefined });
    this.#probed.subscribe({ types: ['health.changed'] }, ({ data }) => this.#probeSays(data));
  }

  async begin(): Promise<void> {
    const { signal } = this.#closing;
    const labels = [`${composeLabel.project}=${this.#project.name}`, `${composeLabel.oneOff}=False`];
    const events = this.#backend.events({ labels, since: new Date(), signal });
    const found = await observeContainers(this.#backend, this.#project.name, { signal });
    for (const { id, name, image, service, oneOff, status, health } of found) {
      if (oneOff || status !== 'running') continue;
      const patient = this.#patient({ id, name, image, service });
      if (patient === undefined) continue;
      await this.#probe(patient);
      if (health === 'unhealthy') patient.sick.unhealthy('its health check fails');
    }
    this.#reading = this.#read(events);
  }

  isRestarting(id?: string): boolean {
    return [...this.#patients.values()].some((one) => (id ?? one.id) === one.id && one.sick.isRestarting);
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#patients.values()].map(({ sick }) => sick.settled()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#reading;
    for (const monitor of this.#monitors.values()) await monitor[Symbol.asyncDispose]();
    await Promise.all([...this.#patients.values()].map(({ sick }) => sick.close()));
    this.#probed.close();
  }

  async #read(events: AsyncIterable<EngineEvent>): Promise<void> {
    try {
      for await (const event of events) await this.#take(event);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      this.#logger.error('unhealthy containers are restarted no more: the engine is gone', { error });
    }
  }

  async #take(event: EngineEvent): Promise<void> {
    if (event.type === 'resync') {
      for (const { id, name, image, labels, status, health } of event.containers) {
        const patient = this.#patient({ id, name, image, service: labels[composeLabel.service] ?? '' });
        patient?.sick.missed();
        if (status !== 'running') continue;
        if (health === 'unhealthy') patient?.sick.unhealthy('its health check fails');
        else if (health === 'healthy') patient?.sick.healthy();
      }
      return;
    }
    const { id, name, image, labels } = event.subject;
    const patient = this.#patient({ id, name, image, service: labels[composeLabel.service] ?? '' });
    if (patient === undefined) return;
    if (event.type === 'started' || event.type === 'resumed') {
      patient.sick.started(await this.#whoStarted(patient));
      await this.#probe(patient);
    } else if (event.type === 'died' || event.type === 'paused') {
      this.#unprobe(patient);
      patient.sick.gone();
    } else if (event.type === 'removed') {
      this.#unprobe(patient);
      this.#patients.delete(id);
      await patient.sick.close();
    } else if (event.type === 'health' && event.health !== 'starting') {
      this.#engineSays(patient, event.health);
    }
  }

  /** Of one that is not given up it makes no difference. Engines count the starts of restart policies since somebody's. */
  async #whoStarted({ id, sick }: Patient): Promise<'somebody' | 'restart-policy'> {
    if (!sick.isGivenUp) return 'somebody';
    try {
      const { restartCount } = await this.#backend.inspect(id, { signal: this.#closing.signal });
      return restartCount > 0 ? 'restart-policy' : 'somebody';
    } catch (error) {
      if (this.#closing.signal.aborted || isWherryError(error)) return 'somebody';
      throw error;
    }
  }

  #engineSays(patient: Patient, health: 'healthy' | 'unhealthy'): void {
    const { name: target, service, sick } = patient;
    const from = sick.health;
    // Podman tells of every look.
    if (from === health) return;
    const message = `the engine says ${health}`;
    const data = { target, kind: 'engine', from, to: health, message } as const;
    this.#options.events?.publish('health.changed', 'boot', service.name, data);
    if (health === 'unhealthy') sick.unhealthy('its health check fails');
    else sick.healthy();
  }

  #probeSays(data: {
    target: string;
    kind: string;
    from: 'unknown' | 'healthy' | 'unhealthy';
    to: 'healthy' | 'unhealthy';
    message: string;
  }): void {
    const patient = [...this.#patients.values()].find(({ target }) => target === data.target);
    if (patient === undefined) return;
    const { name: target, service, sick } = patient;
    this.#options.events?.publish('health.changed', 'boot', service.name, { ...data, target });
    if (data.to === 'unhealthy') sick.unhealthy(data.message);
    else sick.healthy();
  }

  /** Undefined for a container that is none of a service that is to be restarted. */
  #patient(one: { id: string; name: string; image: string; service: string }): Patient | undefined {
    const known = this.#patients.get(one.id);
    if (known !== undefined) return known;
    const service = this.#services.has(one.service) ? this.#project.services[one.service] : undefined;
    const policy = service && restartOnUnhealthy(service);
    if (service === undefined || policy === undefined) return undefined;
    const { id, name, image } = one;
    const sick = new SickContainer({
      policy,
      restart: (attempt, reason) => this.#restart(patient, policy, attempt, reason),
      gaveUp: (attempts, reason) => this.#giveUp(patient, attempts, reason),
    });
    const patient: Patient = { id, name, image, service, sick, target: undefined };
    this.#patients.set(id, patient);
    return patient;
  }

  /** Looks from outside, at where the container is reached now: an engine may have chosen another port at its start. */
  async #probe(patient: Patient): Promise<void> {
    this.#unprobe(patient);
    const { service, id, name } = patient;
    const probe = outsideProbe(service);
    if (probe === undefined) return;
    try {
      const info = await this.#backend.inspect(id, { signal: this.#closing.signal });
      const target = { ...probeTarget(info, probe, this.#backend.address), name: id };
      patient.target = targetName(target);
      this.#monitor(service).add(target);
    } catch (error) {
      if (this.#closing.signal.aborted || isWherryError(error, 'NOT_FOUND')) return;
      this.#logger.warn('a container cannot be probed from outside', { container: name, error });
    }
  }

  #unprobe(patient: Patient): void {
    if (patient.target === undefined) return;
    this.#monitor(patient.service).remove(patient.target);
    patient.target = undefined;
  }

  #monitor(service: Service): HealthMonitor {
    const known = this.#monitors.get(service.name);
    if (known !== undefined) return known;
    const policy = restartOnUnhealthy(service);
    const monitor = new HealthMonitor({
      checker: new HealthChecker({ backend: this.#backend }),
      events: this.#probed,
      ...(policy && { interval: policy.interval, thresholds: { failureThreshold: policy.retries } }),
      logger: this.#logger,
    });
    this.#monitors.set(service.name, monitor);
    return monitor;
  }

  async #restart(
    patient: Patient,
    { max }: RestartOnUnhealthy,
    attempt: number,
    reason: string,
  ): Promise<'restarted' | 'not-needed'> {
    const { id, name, service } = patient;
    const { signal } = this.#closing;
    try {
      // An `up` or `down` under way may be about to replace it.
      await using _lock = await lockProject(this.#backend.address, this.#project.name, { signal });
      const info = await this.#backend.inspect(id, { signal });
      if (!isStillSick(info, patient)) return 'not-needed';
      await this.#backend.restart(id, { signal });
      await this.#afterRestart(patient);
    } catch (error) {
      if (signal.aborted || isWherryError(error, 'NOT_FOUND')) return 'not-needed';
      const failure = asWherryError(error);
      this.#logger.warn('an unhealthy container could not be restarted', { container: name, error });
      this.#tell({ kind: 'restart-failed', service: service.name, container: name, attempt, error: failure });
      throw failure;
    }
    const data = { ...this.#subject(patient), attempt, reason };
    this.#options.events?.publish('container.restarted', 'boot', service.name, data);
    this.#tell({ kind: 'restarted', service: service.name, container: name, attempt, max, reason });
    return 'restarted';
  }

  /** Runs its hooks, and restarts who shares its namespaces: these keep those of the run that they joined. */
  async #afterRestart({ id, service }: Patient): Promise<void> {
    const { signal } = this.#closing;
    const sharers = Object.values(this.#project.services)
      .filter(({ networkMode, ipc, pid }) => [networkMode, ipc, pid].includes(`service:${service.name}`))
      .map(({ name }) => name);
    const found = await observeContainers(this.#backend, this.#project.name, { signal });
    for (const one of found) {
      const sharesIt = sharers.includes(one.service) && !one.oneOff && one.status === 'running';
      if (sharesIt) await this.#backend.restart(one.id, { signal });
      if (sharesIt || one.id === id) await this.#hooks.afterStart(one, signal);
    }
  }

  #giveUp(patient: Patient, attempts: number, reason: string): void {
    const { name, service } = patient;
    const error = new WherryError(
      'UNHEALTHY',
      `container ${name} is still unhealthy after ${attempts} restarts: ${reason}`,
      {
        hint: `see what it wrote: \`wherry logs ${service.name}\`; once it is healthy or started anew, it is restarted again`,
        details: { container: name, attempts },
      },
    );
    const data = { ...this.#subject(patient), attempts, reason };
    this.#options.events?.publish('container.abandoned', 'boot', service.name, data, error);
    this.#tell({ kind: 'given-up', service: service.name, container: name, attempts, reason });
  }

  #subject({ id, name, image, service }: Patient): {
    id: string;
    name: string;
    image: string;
    project: string;
    service: string;
  } {
    return { id, name, image, project: this.#project.name, service: service.name };
  }

  #tell(event: UnhealthyEvent): void {
    this.#options.onUnhealthy?.(event);
  }
}

/**
 * Not one that was stopped, or whose health check passes again, or was last made in an earlier run: an engine may write that
 * down late. Of a probe from outside the container knows nothing.
 */
function isStillSick(info: ContainerInfo, { target }: Patient): boolean {
  const { status, health, healthLog, startedAt } = info;
  if (status !== 'running' || target !== undefined) return status === 'running';
  const last = healthLog.at(-1);
  const isOfThisRun = last === undefined || startedAt === null || last.startedAt >= startedAt;
  return health !== 'healthy' && isOfThisRun;
}
