import {
  type Backend,
  type CallOptions,
  composeLabel,
  type EventBus,
  isWherryError,
  type PortProtocol,
  WherryError,
} from '../core/index.ts';
import { firesAfter } from '../core/timer.ts';
import { type ContainerSearch, findContainers } from './containers.ts';
import { resolveDns } from './dns.ts';
import { probePorts } from './probe-ports.ts';
import type { DiscoveredService } from './service.ts';
import { type Sighting, sightingsOf } from './sighting.ts';
import type {
  ComposeDiscoveryTarget,
  DiscoveryTarget,
  DnsDiscoveryTarget,
  EngineDiscoveryTarget,
  TcpDiscoveryTarget,
} from './target.ts';

export interface DiscovererOptions {
  /** The engine that targets of kind `engine` and `compose` are looked for on. */
  backend?: Backend | undefined;
  /** By which name or address this machine reaches the engine's. Default: the host in `backend.address`, else 127.0.0.1. */
  engineHost?: string | undefined;
  /** DNS servers for targets that name none: `1.2.3.4`, `1.2.3.4:5353`. Default: the system's. */
  servers?: readonly string[] | undefined;
  /** ms for one port, and for one DNS name. Default: 2000 and 5000. */
  timeout?: number | undefined;
  /** Ports that are probed at once. Default: 64. */
  parallel?: number | undefined;
  /** ms for which what was found may be believed where its source does not say. Default: 60 000. */
  ttl?: number | undefined;
  /** Where `service.discovered` is published, for everything found, again each time. Default: nowhere. */
  events?: EventBus | undefined;
  /** Default: the wall clock. */
  now?: (() => Date) | undefined;
}

/** What was found in several places, and where it was not possible to look. */
export interface Discovery {
  services: readonly DiscoveredService[];
  failures: readonly { target: DiscoveryTarget; error: WherryError }[];
}

/** Finds services: ports that answer, names in DNS, containers by their labels, services of compose projects. */
export class Discoverer {
  readonly #options: DiscovererOptions;

  constructor(options: DiscovererOptions = {}) {
    this.#options = options;
  }

  /**
   * Looks in one place; nothing found is an empty list. Fails with `INVALID` for a target that makes no sense, with
   * `UNAVAILABLE` or `TIMEOUT` when the place could not be looked at, and with `CANCELLED`.
   */
  async discover(target: DiscoveryTarget, options: CallOptions = {}): Promise<readonly DiscoveredService[]> {
    const services = await this.#find(target, options);
    for (const { name, host, port, protocol, source } of services) {
      const data = { host, port, protocol, foundBy: source };
      this.#options.events?.publish('service.discovered', 'discovery', name, data);
    }
    return services;
  }

  /** Looks in all places side by side. One that fails hides none of the others; only `CANCELLED` rejects. */
  async discoverAll(targets: readonly DiscoveryTarget[], options: CallOptions = {}): Promise<Discovery> {
    const looked = await Promise.all(
      targets.map(async (target) => {
        try {
          return { target, services: await this.discover(target, options), error: null };
        } catch (thrown) {
          if (isWherryError(thrown, 'CANCELLED') || !isWherryError(thrown)) throw thrown;
          return { target, services: [], error: thrown };
        }
      }),
    );
    return {
      services: looked.flatMap(({ services }) => services),
      failures: looked.flatMap(({ target, error }) => (error === null ? [] : [{ target, error }])),
    };
  }

  /**
   * Looks again whether services are where they were found, in the order given: a connection for TCP, the record for
   * DNS, one list of containers for all of an engine. `unknown` where it was not possible to look.
   */
  verify(services: readonly DiscoveredService[], options: CallOptions = {}): Promise<readonly Sighting[]> {
    const find = (target: DiscoveryTarget): Promise<DiscoveredService[]> => this.#find(target, options);
    return sightingsOf(services, find, { ...this.#options, ...options });
  }

  #find(target: DiscoveryTarget, options: CallOptions): Promise<DiscoveredService[]> {
    switch (target.kind) {
      case 'tcp':
        return this.#findPorts(target, options);
      case 'dns':
        return this.#findRecords(target, options);
      case 'engine':
        return this.#findContainers(
          target,
          { source: 'engine', labels: target.labels ?? [], name: target.name },
          options,
        );
      case 'compose':
        return this.#findContainers(
          target,
          { source: 'compose', labels: composeLabels(target), name: undefined },
          options,
        );
    }
  }

  async #findPorts(target: TcpDiscoveryTarget, { signal }: CallOptions): Promise<DiscoveredService[]> {
    const { name = 'tcp', host = '127.0.0.1', ports } = target;
    const timeout = target.timeout ?? this.#options.timeout;
    const found: DiscoveredService[] = [];
    for await (const probe of probePorts(host, ports, {
      timeout,
      parallel: this.#options.parallel,
      signal,
    })) {
      if (probe.state !== 'open') continue;
      const address: Record<string, string> = probe.address === null ? {} : { address: probe.address };
      found.push({ ...this.#base('tcp', name), host, port: probe.port, protocol: 'tcp', metadata: address });
    }
    return found.sort((a, b) => (a.port ?? 0) - (b.port ?? 0));
  }

  async #findRecords(target: DnsDiscoveryTarget, options: CallOptions): Promise<DiscoveredService[]> {
    const { host, record } = target;
    const servers = target.servers ?? this.#options.servers;
    const timeout = target.timeout ?? this.#options.timeout;
    const answers = await resolveDns({ host, record, servers, timeout }, options);
    return answers.map((answer): DiscoveredService => {
      const base = this.#base('dns', target.name ?? host);
      return {
        ...base,
        host: answer.host,
        port: answer.port ?? target.port ?? null,
        protocol: target.protocol ?? protocolOf(host),
        ttl: answer.ttl ?? base.ttl,
        metadata: {
          query: host,
          record: answer.record,
          ...(record === undefined ? {} : { asked: record }),
          ...(servers === undefined ? {} : { servers: servers.join(',') }),
          ...(answer.priority === null ? {} : { priority: String(answer.priority) }),
          ...(answer.weight === null ? {} : { weight: String(answer.weight) }),
        },
      };
    });
  }

  #findContainers(
    { kind, timeout }: EngineDiscoveryTarget | ComposeDiscoveryTarget,
    search: Pick<ContainerSearch, 'source' | 'labels' | 'name'>,
    { signal }: CallOptions,
  ): Promise<DiscoveredService[]> {
    const { backend, engineHost } = this.#options;
    if (backend === undefined) {
      const what = `nothing can be found by the kind "${kind}" without an engine`;
      throw new WherryError('INVALID', what, {
        hint: 'make the discoverer with `new Discoverer({ backend })`',
      });
    }
    const limits = [signal, timeout === undefined ? undefined : firesAfter(timeout)];
    const given = limits.filter((one) => one !== undefined);
    const { foundAt: now, ttl } = this.#base(search.source, '');
    return findContainers(backend, { ...search, engineHost, ttl, now }, { signal: AbortSignal.any(given) });
  }

  #base<S extends DiscoveredService['source']>(
    source: S,
    name: string,
  ): { name: string; source: S; foundAt: Date; ttl: number | null } {
    return { name, source, foundAt: this.#options.now?.() ?? new Date(), ttl: this.#options.ttl ?? 60_000 };
  }
}

function composeLabels({ project, service }: ComposeDiscoveryTarget): string[] {
  const labels = [project === undefined ? composeLabel.project : `${composeLabel.project}=${project}`];
  return service === undefined ? labels : [...labels, `${composeLabel.service}=${service}`];
}

/** The `_udp` of `_sip._udp.example.com`. */
function protocolOf(host: string): PortProtocol {
  const word = /(?:^|\.)_(udp|sctp)(?:\.|$)/.exec(host)?.[1];
  return word === 'udp' || word === 'sctp' ? word : 'tcp';
}
