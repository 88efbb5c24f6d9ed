import { bracketed } from '../core/host-port.ts';
import type { PortProtocol } from '../core/index.ts';

/** Where a service was found: at a port that answers, in DNS, or on an engine by labels of one's own or of Compose. */
export type DiscoverySource = 'tcp' | 'dns' | 'engine' | 'compose';

/** A service that was found, and for how long that may be believed. */
export interface DiscoveredService {
  /** What it is called; several with one name are instances of one service. */
  name: string;
  /** Address or name to connect to. */
  host: string;
  /** Null where the source tells of addresses only. */
  port: number | null;
  protocol: PortProtocol;
  source: DiscoverySource;
  foundAt: Date;
  /** ms from `foundAt` for which the source, or whoever asked, says that it holds; null: nobody says. */
  ttl: number | null;
  /** What else the source tells: container, project, record, priority … */
  metadata: Readonly<Record<string, string>>;
}

/** Names one instance: equal for the same service at the same place, however it was found. */
export function serviceId({ name, host, port, protocol }: DiscoveredService): string {
  return `${name}@${joined(host, port)}/${protocol}`;
}

/** `host:port`, with brackets around an IPv6 address; only the host where there is no port. */
export function serviceAddress({ host, port }: Pick<DiscoveredService, 'host' | 'port'>): string {
  return joined(host, port);
}

/** `fresh` while `ttl` has not run out, else `stale`; `unknown` where nobody says how long it holds. */
export function freshnessOf(
  { foundAt, ttl }: Pick<DiscoveredService, 'foundAt' | 'ttl'>,
  now: Date = new Date(),
): 'fresh' | 'stale' | 'unknown' {
  if (ttl === null) return 'unknown';
  return now.getTime() < foundAt.getTime() + ttl ? 'fresh' : 'stale';
}

function joined(host: string, port: number | null): string {
  return port === null ? bracketed(host) : `${bracketed(host)}:${port}`;
}
