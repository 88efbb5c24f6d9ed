import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { cancelled, throwIfAborted, WherryError } from '../core/errors.ts';
import { bracketed } from '../core/host-port.ts';
import { timerDelay } from '../core/timer.ts';
import { net, tls } from './builtin.ts';
import { connectionError } from './connection-errors.ts';

/** Opens byte streams to one address. */
export interface Dialer {
  /** For messages: `unix:///var/run/docker.sock`, `tcp://host:2375`. Never holds secrets. */
  readonly address: string;
  readonly kind: 'unix' | 'tcp' | 'tls' | 'custom';
  /**
   * Resolves with a stream that is ready for both directions.
   * Errors: `UNAVAILABLE`, `PERMISSION`, `INVALID` (address), `TIMEOUT`, `CANCELLED`.
   */
  dial(options?: { signal?: AbortSignal | undefined }): Promise<Duplex>;
}

export interface DialOptions {
  /** Milliseconds until a connection attempt is given up with `TIMEOUT`. Default: 10 000. */
  connectTimeout?: number | undefined;
}

export interface TlsDialOptions extends DialOptions {
  /** PEM. */
  ca?: string | Buffer | undefined;
  /** PEM, the client's certificate. */
  cert?: string | Buffer | undefined;
  /** PEM, the client's key. */
  key?: string | Buffer | undefined;
  /** Default: true. */
  rejectUnauthorized?: boolean | undefined;
  /** The name that the server's certificate must carry. Default: the host. */
  servername?: string | undefined;
}

/** A dialer for a unix socket, or for a named pipe on Windows. */
export function unixDialer(path: string, options: DialOptions = {}): Dialer {
  const isPipe = /^[/\\]{2}[.?][/\\]pipe[/\\]/.test(path);
  const address = isPipe ? `npipe://${path.replaceAll('\\', '/')}` : `unix://${path}`;
  return {
    address,
    kind: 'unix',
    dial: ({ signal } = {}) =>
      connected({ address, signal, options, ready: 'connect', open: () => net().connect({ path }) }),
  };
}

/** A dialer for plain TCP. */
export function tcpDialer(host: string, port: number, options: DialOptions = {}): Dialer {
  const address = `tcp://${hostAndPort(host, port)}`;
  return {
    address,
    kind: 'tcp',
    dial: ({ signal } = {}) =>
      connected({
        address,
        signal,
        options,
        ready: 'connect',
        open: () => net().connect({ host, port, noDelay: true }),
      }),
  };
}

/** A dialer for TLS, with a client certificate when one is given. The peer is verified by default. */
export function tlsDialer(host: string, port: number, options: TlsDialOptions = {}): Dialer {
  const address = `tls://${hostAndPort(host, port)}`;
  const isIp = net().isIP(host) !== 0;
  const servername = options.servername ?? (isIp ? undefined : host);
  const secure = {
    host,
    port,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.cert === undefined ? {} : { cert: options.cert }),
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: options.rejectUnauthorized ?? true,
  };
  return {
    address,
    kind: 'tls',
    dial: ({ signal } = {}) =>
      connected({
        address,
        signal,
        options,
        ready: 'secureConnect',
        open: () => tls().connect(secure).setNoDelay(true),
      }),
  };
}

interface Attempt {
  address: string;
  signal: AbortSignal | undefined;
  options: DialOptions;
  ready: 'connect' | 'secureConnect';
  open: () => Socket;
}

function connected({ address, signal, options, ready, open }: Attempt): Promise<Socket> {
  const limit = options.connectTimeout ?? 10_000;
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    let socket: Socket;
    try {
      socket = open();
    } catch (error) {
      reject(connectionError(error, address));
      return;
    }
    const timer = setTimeout(() => {
      fail(
        new WherryError('TIMEOUT', `${address} did not accept a connection within ${limit} ms`, {
          hint: 'Check that the engine answers and that no firewall is in between.',
          details: { address, limit },
        }),
      );
    }, timerDelay(limit));
    const release = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off(ready, onReady);
      socket.off('error', onError);
      socket.off('close', onClose);
    };
    const fail = (error: WherryError): void => {
      release();
      // A destroyed socket may still report an error of its own.
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    const onReady = (): void => {
      release();
      // Whoever takes the stream may not listen yet when it breaks: that must not be an uncaught error.
      socket.on('error', () => {});
      resolve(socket);
    };
    const onError = (error: Error): void => fail(connectionError(error, address));
    const onClose = (): void => fail(connectionError(new Error('the connection was closed'), address));
    const onAbort = (): void => {
      if (signal !== undefined) fail(cancelled(signal));
    };
    socket.on(ready, onReady);
    socket.on('error', onError);
    socket.on('close', onClose);
    signal?.addEventListener('abort', onAbort);
  });
}

function hostAndPort(host: string, port: number): string {
  return `${bracketed(host)}:${port}`;
}
