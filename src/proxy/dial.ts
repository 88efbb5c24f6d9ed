import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, WherryError } from '../core/errors.ts';
import { formatAddress, type TargetAddress } from './address.ts';
import { ServiceConnection } from './service-connection.ts';

/** ms before a refused connection is tried once more; it doubles up to the last figure. */
const firstPause = 5;
const lastPause = 200;

/** ms for one attempt: where packets vanish no refusal ever comes. */
const attemptLimit = 5000;

/** A container that runs does not listen at once, and an address that is given up is replaced soon. */
const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EHOSTDOWN',
]);

export interface Dialled {
  address: TargetAddress;
  service: ServiceConnection;
}

/**
 * Opens a connection to the address that `target` names then, and tries again as long as nothing listens there. Fails with
 * `CANCELLED` when `signal` fires, with `UNAVAILABLE` for what will not pass.
 */
export async function dial(target: () => TargetAddress, signal: AbortSignal): Promise<Dialled> {
  for (let pause = firstPause; ; pause = Math.min(pause * 2, lastPause)) {
    const address = target();
    try {
      return { address, service: await open(address, signal) };
    } catch (error) {
      if (signal.aborted) throw cancelled(signal);
      if (!passing.has((error as NodeJS.ErrnoException).code ?? '')) throw unreachable(address, error);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw cancelled(signal);
  }
}

function open(address: TargetAddress, signal: AbortSignal): Promise<ServiceConnection> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled(signal));
    const service = new ServiceConnection(address);
    const { socket } = service;
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      // How a connection ends is told by `close`; an error without a listener would end the process.
      socket.on('error', ignore);
    };
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(cancelled(signal));
    const timer = setTimeout(
      () => fail(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
      attemptLimit,
    );
    socket.once('connect', () => {
      settle();
      resolve(service);
    });
    socket.on('error', fail);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function ignore(): void {}

function unreachable(address: TargetAddress, cause: unknown): WherryError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WherryError('UNAVAILABLE', `${formatAddress(address)} cannot be reached: ${reason}`, {
    cause,
    details: { ...address },
  });
}
