import { lookup, Resolver } from 'node:dns/promises';
import { cancelled, WherryError } from '../core/index.ts';
import { firesAfter } from '../core/timer.ts';

export type DnsRecord = 'A' | 'AAAA' | 'SRV';

/** One answer of DNS. */
export interface DnsAnswer {
  record: DnsRecord;
  /** Address, or for SRV the name of the host that has the service. */
  host: string;
  /** Of SRV only. */
  port: number | null;
  /** ms; null where the resolver does not tell (SRV, and the system's own resolver). */
  ttl: number | null;
  /** Of SRV: the lowest is to be tried first. */
  priority: number | null;
  /** Of SRV: share among equal priorities. */
  weight: number | null;
}

export interface DnsQuery {
  host: string;
  /** Default: A and AAAA. */
  record?: DnsRecord | undefined;
  /** Addresses of servers, `1.2.3.4`, `1.2.3.4:5353`, `[::1]:53`. Default: the system's. */
  servers?: readonly string[] | undefined;
  /** ms for all that is asked. Default: 5000. */
  timeout?: number | undefined;
}

/** A name that is not there, or has no such record, is an answer. */
const nothing: readonly string[] = ['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME'];

/**
 * Asks for the addresses or services of a name. With neither a record nor servers the system's resolver is asked, for
 * which the hosts file and search domains count. Fails with `TIMEOUT`, `UNAVAILABLE` when no server could answer,
 * `INVALID` for what is no name or server, and `CANCELLED`.
 */
export async function resolveDns(
  query: DnsQuery,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<readonly DnsAnswer[]> {
  const { host, timeout = 5000 } = query;
  const limit = firesAfter(timeout);
  const { signal } = options;
  const end = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    if (query.record === undefined && query.servers === undefined) return await askSystem(host, end);
    return await askServers(query, end);
  } catch (error) {
    if (signal?.aborted) throw cancelled(signal);
    if (limit.aborted)
      throw new WherryError('TIMEOUT', `DNS did not tell of ${host} within ${timeout} ms`, { cause: error });
    throw asFault(host, error);
  }
}

/** The system's resolver cannot be stopped: a late answer is left unheard. */
function askSystem(host: string, end: AbortSignal): Promise<DnsAnswer[]> {
  return new Promise((resolve, reject) => {
    if (end.aborted) return reject(end.reason);
    const abort = (): void => reject(end.reason);
    end.addEventListener('abort', abort, { once: true });
    lookup(host, { all: true })
      .finally(() => end.removeEventListener('abort', abort))
      .then(
        (found) =>
          resolve(
            found.map(({ address, family }) => ({
              ...plain,
              record: family === 6 ? 'AAAA' : 'A',
              host: address,
            })),
          ),
        (error) => (nothing.includes(error.code) ? resolve([]) : reject(error)),
      );
  });
}

const plain: Omit<DnsAnswer, 'record' | 'host'> = { port: null, ttl: null, priority: null, weight: null };

async function askServers(
  { host, record, servers, timeout = 5000 }: DnsQuery,
  end: AbortSignal,
): Promise<DnsAnswer[]> {
  if (end.aborted) throw end.reason;
  // The time limit is ours; these let it try a second time within it, since a datagram can be lost.
  const resolver = new Resolver({ timeout: Math.max(1, Math.ceil(timeout / 3)), tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const abort = (): void => resolver.cancel();
  end.addEventListener('abort', abort, { once: true });
  try {
    const records: readonly DnsRecord[] = record === undefined ? ['A', 'AAAA'] : [record];
    const answers = await Promise.all(records.map((one) => ask(resolver, one, host)));
    return answers.flat();
  } finally {
    end.removeEventListener('abort', abort);
  }
}

async function ask(resolver: Resolver, record: DnsRecord, host: string): Promise<DnsAnswer[]> {
  try {
    if (record === 'SRV') {
      const found = await resolver.resolveSrv(host);
      return found
        .map(({ name, port, priority, weight }) => ({
          record,
          host: name,
          port,
          ttl: null,
          priority,
          weight,
        }))
        .sort((a, b) => a.priority - b.priority || b.weight - a.weight);
    }
    const found =
      record === 'A'
        ? await resolver.resolve4(host, { ttl: true })
        : await resolver.resolve6(host, { ttl: true });
    return found.map(({ address, ttl }) => ({ ...plain, record, host: address, ttl: ttl * 1000 }));
  } catch (error) {
    if (nothing.includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function asFault(host: string, error: unknown): WherryError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (['EBADNAME', 'EBADQUERY', 'ERR_INVALID_IP_ADDRESS', 'ERR_INVALID_ARG_TYPE'].includes(code))
    return new WherryError('INVALID', `DNS cannot be asked for ${host}: ${message}`, { cause: error });
  if (code === 'ETIMEOUT')
    return new WherryError('TIMEOUT', `no DNS server answered for ${host}`, { cause: error });
  return new WherryError('UNAVAILABLE', `no DNS server could tell of ${host}: ${message}`, {
    hint: 'see whether the servers are right and answer',
    details: { host, code },
    cause: error,
  });
}
