import { connect, type LookupFunction, type Socket } from 'node:net';
import { cancelled, WherryError } from '../core/errors.ts';
import { timerDelay } from '../core/timer.ts';

/**
 * What a TCP port was found to be.
 *
 * | state | meaning |
 * |---|---|
 * | `open` | a connection was accepted |
 * | `closed` | the host answers that nobody listens |
 * | `silent` | no answer within the time limit: filtered, or the host is gone |
 * | `unreachable` | there is no way to the host, or no such name |
 */
export type PortState = 'open' | 'closed' | 'silent' | 'unreachable';

export interface PortProbe {
  host: string;
  port: number;
  state: PortState;
  /** The address that was connected to; null when there was none. */
  address: string | null;
  /** ms until the answer. */
  durationMs: number;
  /** One sentence: what was seen. */
  message: string;
}

export interface ProbeOptions {
  /** ms to wait for an answer; `Infinity`: until `signal` fires. Default: 2000. */
  timeout?: number | undefined;
  /** Finds the addresses of the host. Default: the system's resolver. */
  lookup?: LookupFunction | undefined;
  signal?: AbortSignal | undefined;
}

/** Faults of this machine, which tell nothing of the port. */
const localFaults: readonly string[] = [
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
];
const unreachable: readonly string[] = [
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EINVAL',
];

/**
 * Opens a TCP connection to the port and closes it again. Rejects with `CANCELLED`, and with `UNAVAILABLE` when this
 * machine could not even try (no descriptors, no free ports); every answer of the network is a result.
 */
export function probePort(host: string, port: number, options: ProbeOptions = {}): Promise<PortProbe> {
  const { timeout = 2000, lookup, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const began = performance.now();
    const socket = connect({ host, port, ...(lookup && { lookup }) });
    const close = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      // Node keeps a closed socket for a while, and with it all that listens to it.
      socket.removeAllListeners().on('error', ignore);
      socket.destroy();
    };
    const abort = (): void => {
      close();
      if (signal !== undefined) reject(cancelled(signal));
    };
    const answer = (state: PortState, message: string): void => {
      const address = socket.remoteAddress ?? null;
      close();
      resolve({ host, port, state, address, durationMs: performance.now() - began, message });
    };
    const late = (): void => answer('silent', `${host}:${port} did not answer within ${timeout} ms`);
    const timer = setTimeout(late, timerDelay(timeout));
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      if (isConnectedToItself(socket)) answer('closed', `nobody listens on ${host}:${port}`);
      else answer('open', `${host}:${port} accepts connections`);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const code = codeOf(error);
      if (localFaults.includes(code)) {
        close();
        const what = `${host}:${port} could not be tried: ${messageOf(error)}`;
        reject(new WherryError('UNAVAILABLE', what, { cause: error }));
      } else answer(unreachable.includes(code) ? 'unreachable' : 'closed', messageOf(error));
    });
  });
}

/** What a closed socket still says is of no interest. */
function ignore(): void {}

/** A connection to a free port of this machine can get that very port for its own end, and is then its own peer. */
function isConnectedToItself({ localPort, remotePort, localAddress, remoteAddress }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}

/** Of a name with several addresses, what the last one answered. */
function codeOf(error: NodeJS.ErrnoException): string {
  const last: NodeJS.ErrnoException = error instanceof AggregateError ? error.errors.at(-1) : error;
  return last.code ?? '';
}

function messageOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one: Error) => one.message).join('; ');
}
