import type { PortProtocol } from '../core/index.ts';
import { type DiscoveredService, type DiscoverySource, serviceId } from './service.ts';

/** A service in a registry. */
export interface RegisteredService extends DiscoveredService {
  /** Name and place: what it is known by. */
  id: string;
  /** When it was last seen where it is said to be. */
  seenAt: Date;
  /** When it was last looked for. */
  checkedAt: Date;
  /** `stale` since somebody looked and did not find it. */
  freshness: 'fresh' | 'stale';
  /** ms after `seenAt` until it is dropped. */
  ttl: number;
}

/** The entry of a service that was just found. `known` is what the registry has of it. */
export function toEntry(
  service: DiscoveredService,
  { known, ttl }: { known: RegisteredService | undefined; ttl: number },
): RegisteredService {
  const { name, host, port, protocol, source, foundAt, metadata } = service;
  return {
    id: serviceId(service),
    name,
    host,
    port,
    protocol,
    source,
    foundAt: known?.foundAt ?? foundAt,
    seenAt: foundAt,
    checkedAt: foundAt,
    freshness: 'fresh',
    // 0 is DNS for "ask again each time", which is no time to keep something for.
    ttl: service.ttl || ttl,
    metadata,
  };
}

export function isExpired({ seenAt, ttl }: RegisteredService, now: Date): boolean {
  return seenAt.getTime() + ttl <= now.getTime();
}

/** ms between two looks at one entry, however short its time is. */
const shortestWait = 500;

/** When it is to be looked for again, in ms since 1970: after `interval`, and once before it would expire. */
export function dueAt({ checkedAt, ttl }: RegisteredService, interval: number): number {
  return checkedAt.getTime() + Math.min(interval, Math.max(shortestWait, ttl / 2));
}

/** Whether two entries say the same, apart from when it was seen. */
export function saysTheSame(a: RegisteredService, b: RegisteredService): boolean {
  const timeless = ({ seenAt, checkedAt, foundAt, ...rest }: RegisteredService): string =>
    JSON.stringify(rest, (_, value: unknown) =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    );
  return timeless(a) === timeless(b);
}

const protocols: readonly PortProtocol[] = ['tcp', 'udp', 'sctp'];
const sources: readonly DiscoverySource[] = ['tcp', 'dns', 'engine', 'compose'];

/** Reads an entry back from JSON; null when it is none. */
export function parseEntry(value: unknown): RegisteredService | null {
  if (typeof value !== 'object' || value === null) return null;
  const { name, host, port, protocol, source, ttl, metadata, freshness, ...times } = value as Record<
    string,
    unknown
  >;
  const [foundAt, seenAt, checkedAt] = [times.foundAt, times.seenAt, times.checkedAt].map(dateOf);
  const goodPort =
    port === null || (typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536);
  const knownProtocol = protocols.find((one) => one === protocol);
  const knownSource = sources.find((one) => one === source);
  if (typeof name !== 'string' || typeof host !== 'string' || !goodPort) return null;
  if (knownProtocol === undefined || knownSource === undefined || !isTexts(metadata)) return null;
  if (!foundAt || !seenAt || !checkedAt || typeof ttl !== 'number' || !(ttl > 0)) return null;
  if (freshness !== 'fresh' && freshness !== 'stale') return null;
  const entry = { name, host, port, protocol: knownProtocol, source: knownSource, foundAt, ttl, metadata };
  return { ...entry, id: serviceId(entry), seenAt, checkedAt, freshness };
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

function dateOf(value: unknown): Date | null {
  const date = typeof value === 'string' ? new Date(value) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}
