import { loadProject, type Project } from '../compose/index.ts';
import { asWherryError } from '../core/errors.ts';
import {
  type Backend,
  type CallOptions,
  cancelled,
  type EventBus,
  type Logger,
  throwIfAborted,
  WherryError,
} from '../core/index.ts';
import { HealthChecker } from '../health/index.ts';
import { traced } from '../tracing/index.ts';
import { type ComposeGroup, composeGroups } from './compose-groups.ts';
import { discover } from './discover.ts';
import { downServices } from './down-services.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import { healthTarget } from './endpoint-address.ts';
import { endpointProblems } from './endpoint-builder.ts';
import { passHealthGate } from './health-gate.ts';
import type { BootOptions, ChangeRow, ChangeSummary } from './options.ts';
import { remoteFiles } from './remote/remote-files.ts';
import { assertBooted, type BootRow, type BootStatus, type BootSummary, summarize } from './summary.ts';
import { up } from './up.ts';

export interface BootManagerOptions {
  /** The engine on which compose services are started. Needed only when an endpoint names a compose file. */
  backend?: Backend | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
  events?: EventBus | undefined;
  /** What compose files are relative to. Default: the current directory. */
  projectDirectory?: string | undefined;
  /** Environment for compose files. Default: that of this process. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Checks endpoints; register kinds of your own on it. Default: one with the built-in kinds. */
  checker?: HealthChecker | undefined;
  /** Places remote endpoints that are not there yet on other hosts. Default: they are only checked. */
  distributor?: Distributor | undefined;
}

/** Puts endpoints on other hosts. */
export interface Distributor {
  /** Resolves to the outcome of each name: null, or why it could not be placed. */
  distribute(
    endpoints: Readonly<Record<string, ServiceEndpoint>>,
    options: CallOptions,
  ): Promise<ReadonlyMap<string, WherryError | null>>;
}

type Entry = readonly [name: string, endpoint: ServiceEndpoint];
type Found = Pick<BootRow, 'status' | 'change' | 'durationMs' | 'error' | 'url' | 'containers'>;

/** Boots the services that an application needs: finds what is there, starts what is not, and waits until all are healthy. */
export class BootManager {
  readonly #endpoints: readonly Entry[];
  readonly #options: BootManagerOptions;
  readonly #checker: HealthChecker;

  /** Fails with `INVALID` when an endpoint's values are wrong. */
  constructor(endpoints: Readonly<Record<string, ServiceEndpoint>>, options: BootManagerOptions = {}) {
    this.#endpoints = Object.entries(endpoints);
    this.#options = options;
    this.#checker = options.checker ?? new HealthChecker({ backend: options.backend });
    const problems = this.#endpoints.flatMap(([name, endpoint]) =>
      endpointProblems(endpoint).map(({ field, message }) => `${name}.${field}: ${message}`),
    );
    if (problems.length > 0) throw new WherryError('INVALID', problems.join('; '), { details: { problems } });
  }

  /**
   * Boots every endpoint; each has exactly one row. Rejects when a required one failed, with all reasons in the message
   * and the summary in `details.summary`; with `CANCELLED` when the signal fired.
   */
  async bootAll(options: BootOptions = {}): Promise<BootSummary> {
    return traced('boot', { 'wherry.endpoints': this.#endpoints.length }, () => this.#bootAll(options));
  }

  /** Checks every enabled endpoint once, side by side. Null: healthy. */
  async healthCheckAll(options: CallOptions = {}): Promise<ReadonlyMap<string, WherryError | null>> {
    const results = this.#endpoints
      .filter(([, endpoint]) => endpoint.enabled)
      .map(async ([name, endpoint]): Promise<[string, WherryError | null]> => {
        const target = healthTarget(name, endpoint);
        if (target === null) return [name, nothingToCheck(name)];
        const result = await this.#checker.check(target, options);
        if (result.healthy) return [name, null];
        return [name, new WherryError('UNHEALTHY', `${name}: ${result.message}`, { details: { result } })];
      });
    return new Map(await Promise.all(results));
  }

  /**
   * Takes down the services of the endpoints and what only they depend on; services beside them in the same files stay.
   */
  async shutdown(options: BootOptions & { timeout?: number } = {}): Promise<ChangeSummary> {
    const began = performance.now();
    const { events } = this.#options;
    const services = this.#endpoints.map(([name]) => name);
    events?.publish('shutdown.started', 'boot', 'all', { project: null, services });
    const local = this.#endpoints.filter(([, endpoint]) => endpoint.enabled && !endpoint.remote);
    const rows: ChangeRow[] = [];
    for (const group of this.#groups(local)) rows.push(...(await this.#takeDown(group, options)));
    const failed = rows.filter((row) => row.error !== null).map((row) => row.name);
    const durationMs = performance.now() - began;
    events?.publish('shutdown.completed', 'boot', 'all', { project: null, durationMs, failed });
    return { rows, durationMs, ok: failed.length === 0, warnings: [] };
  }

  async #bootAll(options: BootOptions): Promise<BootSummary> {
    const { signal } = options;
    throwIfAborted(signal);
    const began = performance.now();
    const { events, logger } = this.#options;
    const services = this.#endpoints.map(([name]) => name);
    events?.publish('boot.started', 'boot', 'all', { project: null, services });
    const rows = await this.#boot(options);
    if (signal?.aborted) throw cancelled(signal);
    const summary = summarize(rows, performance.now() - began, []);
    const { counts, durationMs } = summary;
    const failed = rows.filter((row) => row.error !== null).map((row) => row.name);
    events?.publish('boot.completed', 'boot', 'all', { project: null, counts, durationMs, failed });
    logger?.info('boot completed', { ...counts, durationMs: Math.round(durationMs) });
    assertBooted(summary);
    return summary;
  }

  async #boot(options: BootOptions): Promise<BootRow[]> {
    const signal = options.signal ?? new AbortController().signal;
    const present = await this.#discovered(signal);
    const started = await this.#started(present, options);
    const placed = await this.#placed(present, signal);
    const rows = this.#endpoints.map(async ([name, endpoint]): Promise<BootRow> => {
      const began = performance.now();
      const found = started.get(name) ?? placed.get(name) ?? this.#otherwise(name, endpoint, present);
      const gated = await this.#gated(name, endpoint, found, signal);
      const durationMs = found.durationMs + (performance.now() - began);
      return {
        ...gated,
        name,
        durationMs,
        required: endpoint.required,
        status: finalStatus(gated, endpoint),
      };
    });
    return Promise.all(rows);
  }

  async #discovered(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const found = await Promise.all(
      this.#endpoints
        .filter(([, endpoint]) => endpoint.enabled && endpoint.discoveryEnabled)
        .map(async ([name, endpoint]) => ((await discover(endpoint, signal)) ? [name] : [])),
    );
    return new Set(found.flat());
  }

  /** Starts what has a compose file: groups side by side, those of one project in turn. */
  async #started(present: ReadonlySet<string>, options: BootOptions): Promise<ReadonlyMap<string, Found>> {
    const wanted = this.#endpoints.filter(
      ([name, endpoint]) => endpoint.enabled && !endpoint.remote && !present.has(name),
    );
    const found = await Promise.all(this.#groups(wanted).map((group) => this.#bringUp(group, options)));
    return new Map(found.flat());
  }

  async #bringUp(group: ComposeGroup, options: BootOptions): Promise<[string, Found][]> {
    const began = performance.now();
    try {
      const { logger, events } = this.#options;
      const project = await this.#load(group, options.signal);
      const services = [...group.services.keys()];
      const summary = await up(this.#backend(group), project, { logger, events, ...options, services });
      return summary.rows.flatMap((row) =>
        (group.services.get(row.name) ?? []).map((name): [string, Found] => [name, row]),
      );
    } catch (error) {
      if (options.signal?.aborted) throw cancelled(options.signal);
      const reason = asWherryError(error);
      const durationMs = performance.now() - began;
      return [...group.services.values()]
        .flat()
        .map((name) => [name, { ...nothing('failed'), durationMs, error: reason }]);
    }
  }

  async #placed(present: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, Found>> {
    const { distributor } = this.#options;
    const remote = this.#endpoints.filter(
      ([name, endpoint]) => endpoint.enabled && endpoint.remote && !present.has(name),
    );
    if (distributor === undefined || remote.length === 0) return new Map();
    const outcomes = await distributor.distribute(Object.fromEntries(remote), { signal });
    return new Map(
      remote.map(([name]) => {
        const error = outcomes.has(name)
          ? (outcomes.get(name) ?? null)
          : new WherryError('INTERNAL', `the distributor says nothing of ${name}`);
        return [name, { ...nothing('distributed'), error }];
      }),
    );
  }

  /** What nobody started. */
  #otherwise(name: string, endpoint: ServiceEndpoint, present: ReadonlySet<string>): Found {
    if (!endpoint.enabled) return nothing('skipped');
    if (present.has(name)) return nothing('discovered');
    if (endpoint.remote) return nothing('remote');
    if (healthTarget(name, endpoint) === null) return { ...nothing('failed'), error: nothingToCheck(name) };
    return nothing('discovered');
  }

  async #gated(name: string, endpoint: ServiceEndpoint, found: Found, signal: AbortSignal): Promise<Found> {
    const { backend, events } = this.#options;
    if (!endpoint.enabled || found.error !== null) return found;
    const checker = this.#checker;
    const error = await passHealthGate({ name, endpoint, found, checker, backend, events, signal });
    return { ...found, url: endpoint.url ?? found.url, error };
  }

  #groups(entries: readonly Entry[]): ComposeGroup[] {
    return composeGroups(entries, this.#options.projectDirectory ?? process.cwd());
  }

  #backend(group: ComposeGroup): Backend {
    const { backend } = this.#options;
    if (backend !== undefined) return backend;
    throw new WherryError('INVALID', `nothing can start the services of ${group.name}: there is no backend`, {
      hint: 'give the BootManager a backend',
    });
  }

  async #load(group: ComposeGroup, signal: AbortSignal | undefined): Promise<Project> {
    const env = this.#options.env ?? process.env;
    const { project } = await loadProject({
      workingDirectory: this.#options.projectDirectory ?? process.cwd(),
      env,
      remote: remoteFiles({ env }),
      files: [group.composeFile],
      profiles: group.profile === null ? undefined : [group.profile],
      services: [...group.services.keys()],
      signal,
    });
    return project;
  }

  async #takeDown(
    group: ComposeGroup,
    options: BootOptions & { timeout?: number },
  ): Promise<readonly ChangeRow[]> {
    const backend = this.#backend(group);
    const { signal } = options;
    const project = await this.#load(group, signal);
    const { rows } = await downServices(backend, Object.keys(project.services), {
      ...options,
      events: this.#options.events,
      projectName: project.name,
      project,
    });
    return rows;
  }
}

function nothing(status: BootStatus): Found {
  return { status, change: 'none', durationMs: 0, error: null, url: null, containers: [] };
}

function nothingToCheck(name: string): WherryError {
  return new WherryError(
    'INVALID',
    `${name} has neither a compose file nor a port or URL: nothing can start or find it`,
    {
      hint: 'give it a port, a URL or a compose file',
    },
  );
}

function finalStatus({ status, error }: Found, endpoint: ServiceEndpoint): BootStatus {
  if (error === null || status === 'skipped') return status;
  return endpoint.required ? 'failed' : 'degraded';
}
