import {
  type Backend,
  type CallOptions,
  type ContainerSummary,
  composeLabel,
  engineHost,
  type PublishedPort,
} from '../core/index.ts';
import type { DiscoveredService, DiscoverySource } from './service.ts';

export interface ContainerSearch {
  source: DiscoverySource & ('engine' | 'compose');
  /** `key` or `key=value`; all must match. */
  labels: readonly string[];
  name: string | undefined;
  /** By which name this machine reaches the engine's. Default: the host of its address. */
  engineHost: string | undefined;
  ttl: number | null;
  now: Date;
}

/**
 * The ports of running containers with those labels, by name: published ones at the engine's host, others at the
 * container's own address. One engine call.
 */
export async function findContainers(
  backend: Backend,
  search: ContainerSearch,
  options: CallOptions = {},
): Promise<DiscoveredService[]> {
  const containers = await backend.list({ labels: search.labels }, options);
  const host = search.engineHost ?? engineHost(backend.address);
  const found = containers.flatMap((container) => servicesOf(container, host, search));
  return found.sort(
    (a, b) => compare(a.name, b.name) || (a.port ?? 0) - (b.port ?? 0) || compare(a.host, b.host),
  );
}

function servicesOf(
  container: ContainerSummary,
  host: string | null,
  search: ContainerSearch,
): DiscoveredService[] {
  const places = new Map<string, Place & { port: PublishedPort }>();
  for (const port of container.ports) {
    const place = host === null ? placeHere(port, container) : placeThere(port, host);
    // One port published on all addresses, of IPv4 and of IPv6, is one place.
    if (place !== null) places.set(`${place.at}:${place.number}/${port.protocol}`, { port, ...place });
  }
  return [...places.values()].map(({ port, at, number }) => ({
    name: search.name ?? container.labels[composeLabel.service] ?? container.name,
    host: at,
    port: number,
    protocol: port.protocol,
    source: search.source,
    foundAt: search.now,
    ttl: search.ttl,
    metadata: metadataOf(container, port),
  }));
}

interface Place {
  /** Address or name of the host. */
  at: string;
  /** Of the port there. */
  number: number;
}

/** On this machine, containers that publish nothing can be reached at their own addresses. */
function placeHere(
  { hostIp, published, target }: PublishedPort,
  { networks }: ContainerSummary,
): Place | null {
  if (published !== null) return { at: oneAddress(hostIp) ?? '127.0.0.1', number: published };
  const address = networks.map(({ ipv4Address, ipv6Address }) => ipv4Address ?? ipv6Address).find(Boolean);
  return address ? { at: address, number: target } : null;
}

/** On another machine, only what is published beyond its loopback. */
function placeThere({ hostIp, published }: PublishedPort, host: string): Place | null {
  const address = oneAddress(hostIp);
  if (published === null || (address !== null && /^127\.|^::1$/.test(address))) return null;
  return { at: address ?? host, number: published };
}

/** Null for all addresses of the machine. */
function oneAddress(hostIp: string | null): string | null {
  return hostIp === null || ['', '0.0.0.0', '::'].includes(hostIp) ? null : hostIp;
}

function metadataOf(container: ContainerSummary, port: PublishedPort): Record<string, string> {
  const { labels, name, id, image, status, health } = container;
  const project = labels[composeLabel.project];
  const service = labels[composeLabel.service];
  return {
    container: name,
    containerId: id,
    image,
    status,
    health,
    target: String(port.target),
    published: port.published === null ? 'no' : 'yes',
    ...(project === undefined ? {} : { project }),
    ...(service === undefined ? {} : { service }),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
