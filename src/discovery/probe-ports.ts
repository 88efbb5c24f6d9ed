import { lookup as resolveName } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { cancelled, throwIfAborted } from '../core/index.ts';
import { type PortProbe, type ProbeOptions, probePort } from '../transport/port-probe.ts';
import { type PortSelection, portsOf } from './ports.ts';

export interface ProbePortsOptions extends Pick<ProbeOptions, 'timeout' | 'signal'> {
  /** Connections under way at once. Default: 64. */
  parallel?: number | undefined;
}

/**
 * Probes ports of one host, some at a time, and yields each as soon as it has answered. The name is resolved once.
 * Leaving the loop ends what is under way. Fails with `INVALID` for a wrong selection, `CANCELLED`, and `UNAVAILABLE`
 * when this machine could not try.
 */
export async function* probePorts(
  host: string,
  selection: PortSelection,
  options: ProbePortsOptions = {},
): AsyncGenerator<PortProbe, void, undefined> {
  const { parallel = 64, timeout, signal } = options;
  const ports = portsOf(selection);
  throwIfAborted(signal);
  const left = new AbortController();
  const anyEnd = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const lookup = ports.length > 1 && isIP(host) === 0 ? rememberedLookup(host) : undefined;

  const answered: PortProbe[] = [];
  let working = Math.max(1, Math.min(parallel, ports.length));
  let failure: { error: unknown } | undefined;
  let wake = (): void => undefined;
  const queue = ports.values();
  const work = async (): Promise<void> => {
    try {
      for (const port of queue) {
        if (failure !== undefined) return;
        answered.push(await probePort(host, port, { timeout, lookup, signal: anyEnd }));
        wake();
      }
    } catch (error) {
      failure ??= { error };
      left.abort();
    } finally {
      working -= 1;
      wake();
    }
  };
  const workers = Array.from({ length: working }, work);
  try {
    for (;;) {
      const probe = answered.shift();
      if (probe !== undefined) yield probe;
      else if (working === 0) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (signal?.aborted) throw cancelled(signal);
    if (failure !== undefined) throw failure.error;
  } finally {
    left.abort();
    await Promise.all(workers);
  }
}

/** Asks the system's resolver once for all connections. */
function rememberedLookup(host: string): LookupFunction {
  const answer = resolveName(host, { all: true });
  return (_host, { all }, callback) => {
    answer.then(
      (addresses) => {
        const [first] = addresses;
        if (all === true) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}
