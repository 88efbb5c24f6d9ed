import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type ErrorCode, throwIfAborted, WherryError } from '../core/errors.ts';
import { type Logger, silentLogger } from '../core/logger.ts';
import { httpUrl, type ListenAddress, parseListenAddress } from './listen-address.ts';

export interface ServeMetricsOptions {
  /** `:9464` (loopback), `127.0.0.1:9464`, `[::1]:9464`; port 0 takes a free one. */
  listen: string;
  /** What is scraped: prom-client's `Registry`, or anything like it. */
  registry: { metrics(): Promise<string>; readonly contentType: string };
  /** Closes the server. */
  signal?: AbortSignal | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
}

/** A server that answers scrapes. */
export interface MetricsServer extends AsyncDisposable {
  readonly address: ListenAddress;
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  /** Answers nobody any more; connections are cut. */
  close(): Promise<void>;
}

/** More at a time is no scraper; and what a slow client does not fetch is kept for each. */
const MAX_CONNECTIONS = 64;
/** How long a client may take to ask, and to fetch the next piece of its answer. */
const PATIENCE_MS = 10_000;

const listenErrors: Readonly<Record<string, readonly [ErrorCode, hint: string]>> = {
  EADDRINUSE: ['PORT_TAKEN', 'stop what listens there, or choose another port'],
  EACCES: ['PERMISSION', 'choose a port from 1024 on, or run as a user who may'],
  EADDRNOTAVAIL: ['INVALID', 'listen on an address of this machine'],
  ENOTFOUND: ['INVALID', 'listen on an address of this machine'],
};

/**
 * Serves `GET /metrics` for Prometheus and `GET /healthz`. Resolves once it listens. `INVALID` for a wrong address,
 * `PORT_TAKEN`, `PERMISSION`.
 */
export async function serveMetrics(options: ServeMetricsOptions): Promise<MetricsServer> {
  const { signal } = options;
  throwIfAborted(signal);
  const wanted = parseListenAddress(options.listen);
  const { createServer } = process.getBuiltinModule('node:http');
  const answer = answerer(options);
  const server = createServer({ requestTimeout: PATIENCE_MS, headersTimeout: PATIENCE_MS }, answer);
  server.maxConnections = MAX_CONNECTIONS;
  // A client that neither asks nor fetches for so long is let go.
  server.setTimeout(PATIENCE_MS);
  const address = await listening(server, wanted);
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', close);
    server.close();
    server.closeAllConnections();
    return closed;
  };
  if (signal?.aborted) await close();
  throwIfAborted(signal);
  signal?.addEventListener('abort', close, { once: true });
  return { address, url: httpUrl(address), closed, close, [Symbol.asyncDispose]: close };
}

function listening(server: Server, wanted: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const [code, hint] = listenErrors[cause.code ?? ''] ?? ['INTERNAL' as const, undefined];
      const where = httpUrl(wanted).replace('http://', '');
      const message = `metrics cannot be served on ${where}: ${cause.message}`;
      reject(new WherryError(code, message, { hint, cause, details: { ...wanted } }));
    });
    server.listen(wanted.port, wanted.host, () => {
      const bound = server.address();
      server.removeAllListeners('error');
      if (typeof bound === 'object' && bound !== null) resolve({ host: bound.address, port: bound.port });
    });
  });
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers requests; scrapes that come while one is being written share it. */
function answerer({ registry, logger = silentLogger }: ServeMetricsOptions): Answer {
  let writing: Promise<string> | null = null;
  const metrics = (): Promise<string> => {
    writing ??= registry.metrics().finally(() => {
      writing = null;
    });
    return writing;
  };
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    const text = (status: number, body: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, {
        'content-type': 'text/plain; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        ...headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (path !== '/metrics' && path !== '/healthz')
      return text(404, 'not found: ask for /metrics or /healthz\n');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return text(405, 'only GET is answered\n', { allow: 'GET, HEAD' });
    if (path === '/healthz') return text(200, 'ok\n');
    metrics().then(
      (body) => text(200, body, { 'content-type': registry.contentType }),
      (error: unknown) => {
        logger.error('the metrics cannot be read', { error });
        text(500, 'the metrics cannot be read\n');
      },
    );
  };
}
