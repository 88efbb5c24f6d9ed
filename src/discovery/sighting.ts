import { type Backend, type CallOptions, isWherryError } from '../core/index.ts';
import { probePort } from '../transport/port-probe.ts';
import type { DnsRecord } from './dns.ts';
import { type DiscoveredService, serviceId } from './service.ts';
import type { DiscoveryTarget } from './target.ts';

/** Whether a service is still where it was found, and as what; `unknown` when nobody could look. */
export type Sighting =
  | { presence: 'present'; service: DiscoveredService }
  | { presence: 'absent' | 'unknown' };

export interface SightingOptions extends CallOptions {
  backend?: Backend | undefined;
  timeout?: number | undefined;
  parallel?: number | undefined;
  now?: (() => Date) | undefined;
}

/** What is in one place, by where exactly. */
type Places = ReadonlyMap<string, DiscoveredService>;
/** How a `Discoverer` looks in one place. */
type Find = (target: DiscoveryTarget, options: CallOptions) => Promise<readonly DiscoveredService[]>;

/** Looks for services where they were found; what several of them were found by is asked once for all. */
export async function sightingsOf(
  services: readonly DiscoveredService[],
  find: Find,
  options: SightingOptions,
): Promise<readonly Sighting[]> {
  const asked = new Map<string, Promise<Places | null>>();
  const queue = services.entries();
  const sightings: Sighting[] = [];
  const work = async (): Promise<void> => {
    for (const [index, service] of queue) sightings[index] = await look(service, asked, find, options);
  };
  const workers = Math.min(services.length, Math.max(1, options.parallel ?? 64));
  await Promise.all(Array.from({ length: workers }, work));
  return sightings;
}

async function look(
  service: DiscoveredService,
  asked: Map<string, Promise<Places | null>>,
  find: Find,
  options: SightingOptions,
): Promise<Sighting> {
  const target = targetOf(service, options.backend !== undefined);
  if (target === null) return lookAtPort(service, options);
  const key = JSON.stringify(target);
  const answer = asked.get(key) ?? placesAt(target, find, options);
  asked.set(key, answer);
  const places = await answer;
  if (places === null) return { presence: 'unknown' };
  const found = places.get(placeOf(service));
  return found ? { presence: 'present', service: { ...found, ...own(service) } } : { presence: 'absent' };
}

/** What to look at to see a service again; null: its port. */
function targetOf(
  { source, metadata, port, protocol }: DiscoveredService,
  hasEngine: boolean,
): DiscoveryTarget | null {
  if ((source === 'engine' || source === 'compose') && hasEngine) return { kind: 'engine' };
  const { query, asked, servers } = metadata;
  if (source !== 'dns' || query === undefined) return null;
  return {
    kind: 'dns',
    host: query,
    record: asked as DnsRecord | undefined,
    servers: servers?.split(','),
    port: asked === 'SRV' ? undefined : (port ?? undefined),
    protocol,
  };
}

/** Null when the place could not be looked at. */
async function placesAt(
  target: DiscoveryTarget,
  find: Find,
  { signal }: CallOptions,
): Promise<Places | null> {
  try {
    const found = await find(target, { signal });
    return new Map(found.map((service) => [placeOf(service), service]));
  } catch (error) {
    if (isWherryError(error, 'UNAVAILABLE', 'TIMEOUT', 'PERMISSION', 'ENGINE', 'PROTOCOL')) return null;
    throw error;
  }
}

async function lookAtPort(
  service: DiscoveredService,
  { timeout, now, signal }: SightingOptions,
): Promise<Sighting> {
  const { host, port, protocol } = service;
  if (port === null || protocol !== 'tcp') return { presence: 'unknown' };
  try {
    const { state } = await probePort(host, port, { timeout, signal });
    if (state !== 'open') return { presence: 'absent' };
    return { presence: 'present', service: { ...service, foundAt: now?.() ?? new Date() } };
  } catch (error) {
    if (isWherryError(error, 'UNAVAILABLE')) return { presence: 'unknown' };
    throw error;
  }
}

/** What whoever found it first said of it. */
function own({ name, source }: DiscoveredService): Pick<DiscoveredService, 'name' | 'source'> {
  return { name, source };
}

/** The service without its name, which is whoever's that looked. */
function placeOf(service: DiscoveredService): string {
  return serviceId({ ...service, name: service.metadata.containerId ?? '' });
}
