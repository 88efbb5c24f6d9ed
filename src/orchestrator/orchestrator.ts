import { resolve } from 'node:path';
import type { Project } from '../compose/index.ts';
import { type Backend, type CallOptions, type EventBus, type Logger, WherryError } from '../core/index.ts';
import { HealthChecker } from '../health/index.ts';
import { loadService } from './compose-project.ts';
import { type DiscoveredServices, discoverServices } from './discover-services.ts';
import type { FindOptions } from './find-projects.ts';
import { groupServices, type ServiceGroup } from './groups.ts';
import { type ListedService, listServices } from './list-services.ts';
import type { RemoteHook } from './remote-hook.ts';
import { emptyRow, type GroupWork, runGroups } from './run-groups.ts';
import type { OrchestratedService, ServiceInput } from './service.ts';
import { engineOf, type GroupContext, type StartOptions, startGroup } from './start-group.ts';
import { type StopOptions, stopGroup } from './stop-group.ts';
import {
  assertOrchestrated,
  type OrchestrationRow,
  type OrchestrationSummary,
  summarizeRows,
} from './summary.ts';

export interface OrchestratorOptions {
  /** The engine of this machine's services. Needed for everything but finding them. */
  backend?: Backend | undefined;
  /** What relative paths count from. Default: the current directory. */
  directory?: string | undefined;
  /** Environment for compose files; `COMPOSE_FILE` and `COMPOSE_PROJECT_NAME`, which are about one project, are left out. Default: that of this process. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Globs of files and folders that are never discovered. */
  exclude?: readonly string[] | undefined;
  /** Projects that are worked on at once. Default: 4. */
  parallel?: number | undefined;
  /** Runs services on other hosts. Default: all run here. */
  remote?: RemoteHook | undefined;
  /** What to do with a service that its host could not start: start it here (the default), or leave it failed. */
  fallback?: 'local' | 'none' | undefined;
  /** Checks `health` of services. Default: one with the built-in kinds. */
  checker?: HealthChecker | undefined;
  /** Where `project.discovered` and the events of booting and taking down are published. */
  events?: EventBus | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
}

/** Carries out one group of a batch. What it throws is the error of all the group's services. */
export type BatchWork = (
  group: ServiceGroup,
  tools: { project: Project; backend: Backend; signal: AbortSignal },
) => Promise<unknown>;

/** Finds compose projects, and starts, stops and lists them: many at once, in the order of what depends on what. */
export class Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #services = new Map<string, OrchestratedService>();

  constructor(options: OrchestratorOptions = {}) {
    this.#options = options;
    this.#directory = resolve(options.directory ?? '.');
    this.#env = options.env ?? process.env;
  }

  /** All services that are known, in the order in which they came to be. */
  get services(): readonly OrchestratedService[] {
    return [...this.#services.values()];
  }

  /**
   * Finds every compose project below a folder and adds those that are not known. Found again, they take the place of
   * what was found before. Fails with `NOT_FOUND`, `INVALID` and `CANCELLED`; a project whose files are wrong is found,
   * with its `problem`.
   */
  async discoverServices(folder = '.', options: FindOptions = {}): Promise<DiscoveredServices> {
    const root = resolve(this.#directory, folder);
    const exclude = [...(this.#options.exclude ?? []), ...(options.exclude ?? [])];
    const found = await discoverServices(root, { ...options, exclude, env: this.#env });
    const files = new Set(found.services.map((service) => service.files[0]));
    for (const known of this.services)
      if (known.origin === 'discovered' && files.has(known.files[0])) this.#services.delete(known.name);
    const added = new Set(this.services.map((service) => service.files[0]));
    const services = found.services
      .filter((service) => !added.has(service.files[0]))
      .map((service) => this.#withFreeName(service));
    for (const service of services) {
      this.#services.set(service.name, service);
      const data = { project: service.name, files: service.files, services: service.declared };
      this.#options.events?.publish('project.discovered', 'orchestrator', service.name, data);
    }
    return { services, warnings: found.warnings };
  }

  /** Adds a service by hand. `ALREADY_EXISTS` when its name is taken, `INVALID` when it names no file. */
  addService(input: ServiceInput): OrchestratedService {
    const { name, composeFile } = input;
    const files = (typeof composeFile === 'string' ? [composeFile] : composeFile).map((file) =>
      resolve(this.#directory, file),
    );
    if (files.length === 0) throw new WherryError('INVALID', `the service ${name} names no compose file`);
    if (this.#services.has(name))
      throw new WherryError('ALREADY_EXISTS', `there is a service ${name} already`, {
        details: { service: name },
      });
    const service: OrchestratedService = {
      name,
      files,
      profiles: input.profiles ?? [],
      services: input.services ?? [],
      project: input.project ?? null,
      required: input.required ?? true,
      dependsOn: input.dependsOn ?? [],
      health: input.health ?? null,
      description: input.description ?? '',
      declared: [],
      origin: 'added',
      problem: null,
    };
    this.#services.set(name, service);
    return service;
  }

  /**
   * Starts every service, those that need each other in order, the others side by side. Rejects when a required one
   * failed: the message has every failure by name, `details.summary` the outcome of all. `CANCELLED` after everything
   * under way has settled.
   */
  async startAll(options: StartOptions = {}): Promise<OrchestrationSummary> {
    return this.startServices(
      this.services.map(({ name }) => name),
      options,
    );
  }

  /** Starts these services and what they depend on. Resolves and rejects as `startAll` does; `NOT_FOUND` for a name. */
  async startServices(names: readonly string[], options: StartOptions = {}): Promise<OrchestrationSummary> {
    const chosen = this.#withDependencies(names);
    const awaited = new Set(chosen.flatMap(({ dependsOn }) => dependsOn));
    const summary = await this.#run(chosen, 'up', options, (group, signal) => {
      // Who is needed by another has to be ready, not only on its way.
      const isAwaited = options.noStart !== true && group.members.some(({ name }) => awaited.has(name));
      const wait = options.wait === true || isAwaited;
      return startGroup(this.#context(), group, { ...options, wait, signal });
    });
    assertOrchestrated(summary, 'started');
    return summary;
  }

  /** Starts one service and what it depends on. Fails with the reason when it did not come up. */
  async startService(name: string, options: StartOptions = {}): Promise<OrchestrationRow> {
    return rowNamed(name, await this.startServices([name], options));
  }

  /** Takes every service down, those that depend on others before them. Rejects as `startAll` does. */
  async stopAll(options: StopOptions = {}): Promise<OrchestrationSummary> {
    return this.stopServices(
      this.services.map(({ name }) => name),
      options,
    );
  }

  /** Takes these services down. Rejects as `startAll` does; `NOT_FOUND` for a name. */
  async stopServices(names: readonly string[], options: StopOptions = {}): Promise<OrchestrationSummary> {
    const chosen = withinThemselves(names.map((name) => this.#service(name)));
    const others = this.services.filter(({ name }) => !names.includes(name));
    const summary = await this.#run(chosen, 'down', options, (group, signal) =>
      stopGroup(this.#context(), group, { ...options, others, signal }),
    );
    assertOrchestrated(summary, 'stopped');
    return summary;
  }

  /** Takes one service down; what depends on it stays as it is. */
  async stopService(name: string, options: StopOptions = {}): Promise<OrchestrationRow> {
    return rowNamed(name, await this.stopServices([name], options));
  }

  /**
   * Carries out work of one's own on services (default: all) grouped by compose file and profile: one call for each
   * group, those of different projects side by side. Rejects as `startAll` does.
   */
  async batch(
    work: BatchWork,
    options: CallOptions & { services?: readonly string[]; direction?: 'up' | 'down' } = {},
  ): Promise<OrchestrationSummary> {
    const names = options.services ?? this.services.map(({ name }) => name);
    const chosen = withinThemselves(names.map((name) => this.#service(name)));
    const summary = await this.#run(chosen, options.direction ?? 'up', options, async (group, signal) => {
      const project = await loadService(group, { env: this.#env, signal });
      await work(group, { project, backend: engineOf(this.#options.backend), signal });
      return group.members.map((one) => ({
        ...emptyRow(one),
        project: project.name,
        outcome: 'done',
        changed: true,
      }));
    });
    assertOrchestrated(summary, 'done');
    return summary;
  }

  /** Services (default: all) grouped by compose file and profile, in the order of their dependencies. */
  groups(names: readonly string[] = this.services.map(({ name }) => name)): ServiceGroup[] {
    return groupServices(withinThemselves(names.map((name) => this.#service(name))));
  }

  /** All services with how they are now. One engine call. */
  async listServices(options: CallOptions = {}): Promise<readonly ListedService[]> {
    const { remote } = this.#options;
    return listServices(this.services, {
      ...options,
      backend: engineOf(this.#options.backend),
      env: this.#env,
      remote,
    });
  }

  async #run(
    chosen: readonly OrchestratedService[],
    direction: 'up' | 'down',
    { signal = new AbortController().signal }: CallOptions,
    work: GroupWork,
  ): Promise<OrchestrationSummary> {
    const began = performance.now();
    const parallel = this.#options.parallel ?? 4;
    const rows = await runGroups(groupServices(chosen), work, { parallel, direction, signal });
    const order = new Map(this.services.map(({ name }, index) => [name, index]));
    const sorted = rows.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
    return summarizeRows(sorted, performance.now() - began);
  }

  #context(): GroupContext {
    const { checker, remote, fallback, events, logger } = this.#options;
    return {
      backend: this.#options.backend,
      env: this.#env,
      checker: () => checker ?? new HealthChecker({ backend: this.#options.backend }),
      remote,
      fallback: fallback ?? 'local',
      events,
      logger,
    };
  }

  #service(name: string): OrchestratedService {
    const service = this.#services.get(name);
    if (service !== undefined) return service;
    throw new WherryError('NOT_FOUND', `there is no service ${name}`, {
      hint: `the services are ${[...this.#services.keys()].join(', ') || 'none'}`,
      details: { service: name },
    });
  }

  /** In the order of the orchestrator. */
  #withDependencies(names: readonly string[]): OrchestratedService[] {
    const chosen = new Set(names.map((name) => this.#service(name)));
    for (const service of chosen)
      for (const name of service.dependsOn) {
        const dependency = this.#services.get(name);
        // One that is not there is told by the grouping, with who wants it.
        if (dependency !== undefined) chosen.add(dependency);
      }
    return this.services.filter((service) => chosen.has(service));
  }

  /** A name that somebody gave by hand stays theirs. */
  #withFreeName(service: OrchestratedService): OrchestratedService {
    let name = service.name;
    for (let number = 2; this.#services.has(name); number += 1) name = `${service.name}-${number}`;
    return name === service.name ? service : { ...service, name, project: name };
  }
}

/** Dependencies that are not among them play no part. */
function withinThemselves(services: readonly OrchestratedService[]): OrchestratedService[] {
  const names = new Set(services.map(({ name }) => name));
  return services.map((one) => ({ ...one, dependsOn: one.dependsOn.filter((name) => names.has(name)) }));
}

function rowNamed(name: string, { rows }: OrchestrationSummary): OrchestrationRow {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new WherryError('INTERNAL', `there is no outcome of ${name}`);
  return row;
}
