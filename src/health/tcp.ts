import { connect } from 'node:net';
import { cancelled } from '../core/errors.ts';
import type { Check } from './check.ts';
import type { TcpTarget } from './target.ts';

/** Opens a TCP connection and closes it again. */
export const checkTcp: Check<TcpTarget> = (target, { signal }) => {
  const host = target.host ?? '127.0.0.1';
  const details = { host, port: target.port };
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled(signal));
    const socket = connect({ host, port: target.port });
    const abort = (): void => {
      socket.destroy();
      reject(cancelled(signal));
    };
    const done = (healthy: boolean, message: string): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve({ healthy, message, details });
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => done(true, `${host}:${target.port} accepts connections`));
    socket.once('error', (error) => done(false, error.message));
  });
};
