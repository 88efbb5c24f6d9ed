import type { IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { isWherryError, WherryError } from '../core/errors.ts';
import type { Dialer } from './dialer.ts';
import { Gate } from './gate.ts';
import { hijackedStream } from './hijack.ts';
import { type ConnectionPool, connectionPool } from './http-agent.ts';
import { type Answer, type ExchangeOptions, exchange, prepare, type RequestBody } from './http-exchange.ts';
import { HttpResponse } from './http-response.ts';
import { type Query, withQuery } from './query.ts';
import type { WholeAnswer } from './whole-answer.ts';
import { WholeGets } from './whole-get.ts';

export interface HttpClientOptions {
  /** Connections open at the same time; further requests wait for one. Upgrades do not count. Default: no limit. */
  maxSockets?: number | undefined;
}

export interface HttpRequest {
  /** Default: `GET`. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined;
  /** Starts with `/`. */
  path: string;
  query?: Query | undefined;
  /** A list sends the header once for each of its values. */
  headers?: Readonly<Record<string, string | string[]>> | undefined;
  /** Text and bytes go with their length, streams in chunks with backpressure. */
  body?: RequestBody | undefined;
  /** Ends the request, its answer and the connection at any time with `CANCELLED`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds until the head of the answer. Default: no limit. */
  timeout?: number | undefined;
  /** Milliseconds without a byte while the body is being waited for. Default: no limit. */
  idle?: number | undefined;
}

export type UpgradeRequest = Omit<HttpRequest, 'idle'> & {
  /** Default: `tcp`. */
  protocol?: 'tcp' | 'h2c' | undefined;
};

export interface UpgradedSocket {
  readonly kind: 'upgraded';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /**
   * The raw stream, from its first byte. `end()` half-closes: the peer sees the end of our bytes and we go on reading.
   * Breaks surface as `STREAM_CUT` and aborts as `CANCELLED`, from reading it and as its `error` event.
   */
  readonly socket: Duplex;
}

export interface RefusedUpgrade {
  readonly kind: 'refused';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * HTTP/1.1 over a {@link Dialer}, with connections kept alive between requests but never keeping the process alive.
 * An answer outside 2xx is not an error here. Errors: those of the dialer, `UNAVAILABLE` (closed before the answer),
 * `PROTOCOL` (not HTTP), `TIMEOUT`, `CANCELLED`.
 */
export class HttpClient {
  readonly #dialer: Dialer;
  readonly #gate: Gate;
  #pool: ConnectionPool | undefined;
  #wholeGets: WholeGets | undefined;

  constructor(dialer: Dialer, options: HttpClientOptions = {}) {
    this.#dialer = dialer;
    this.#gate = new Gate(options.maxSockets ?? Number.POSITIVE_INFINITY);
  }

  get address(): string {
    return this.#dialer.address;
  }

  /** Sends one request and resolves with the head of its answer. A GET or HEAD that met a stale connection is sent again once. */
  async request(options: HttpRequest): Promise<HttpResponse> {
    const leave = await this.#gate.enter(options.signal);
    try {
      return await this.#send(options, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** A GET whose answer is read whole, within `limit` ms when given; `STREAM_CUT` when it breaks off. */
  async get(options: Omit<HttpRequest, 'method' | 'body'> & { limit?: number }): Promise<WholeAnswer> {
    const { signal, timeout, idle, limit } = options;
    const path = withQuery(options.path, options.query);
    const leave = await this.#gate.enter(signal);
    try {
      this.#wholeGets ??= new WholeGets(this.#dialer);
      return await this.#wholeGets.get({
        path,
        headers: this.#head(options, path).headers,
        signal,
        timeout,
        idle,
        limit,
      });
    } finally {
      leave();
    }
  }

  /**
   * Asks to leave HTTP (`Connection: Upgrade`) on a connection of its own. Both 101 and a 200 with a raw body count as
   * yes, because engines differ; any other answer is returned with its text.
   */
  async upgrade(options: UpgradeRequest): Promise<UpgradedSocket | RefusedUpgrade> {
    const { signal, protocol = 'tcp' } = options;
    const connection = await this.#dialer.dial({ signal });
    const path = withQuery(options.path, options.query);
    const context = { address: this.address, path, signal };
    const accept = (answer: Answer): UpgradedSocket | HttpResponse => {
      const { kind, response } = answer;
      const status = response.statusCode ?? 0;
      if (kind === 'response' && status !== 200)
        return new HttpResponse(response, { ...context, idle: undefined });
      if (kind === 'upgrade' && answer.head.length > 0) connection.unshift(answer.head);
      const source = kind === 'upgrade' ? connection : response;
      const socket = hijackedStream({ ...context, source, sink: connection });
      return { kind: 'upgraded', status, headers: response.headers, socket };
    };
    try {
      const head = this.#head({ ...options, method: options.method ?? 'POST' }, path);
      const request = prepare({
        ...head,
        headers: { ...head.headers, connection: 'Upgrade', upgrade: protocol },
        createConnection: () => connection,
      });
      const answer = await exchange(request, this.#exchangeOptions(options), accept);
      if (!(answer instanceof HttpResponse)) return answer;
      const { status, headers } = answer;
      return { kind: 'refused', status, headers, text: await answer.text() };
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /** Closes idle connections; requests under way finish, and their connections close after them. */
  close(): void {
    this.#pool?.close();
    this.#wholeGets?.close();
  }

  async #send(options: HttpRequest, leave: () => void): Promise<HttpResponse> {
    this.#pool ??= connectionPool(this.#dialer);
    const { agent, dropIdle } = this.#pool;
    const { signal, idle } = options;
    const path = withQuery(options.path, options.query);
    const accept = ({ kind, response }: Answer): HttpResponse => {
      if (kind === 'upgrade') throw unaskedUpgrade(this.address, path);
      response.once('close', leave);
      return new HttpResponse(response, { address: this.address, path, signal, idle });
    };
    for (let attempt = 1; ; attempt += 1) {
      const request = prepare({ ...this.#head(options, path), agent });
      try {
        return await exchange(request, this.#exchangeOptions(options), accept);
      } catch (error) {
        const stale = request.reusedSocket && isWherryError(error, 'UNAVAILABLE');
        if (attempt > 1 || !stale || !isRepeatable(options)) throw error;
        // What closed one idle connection (an engine that restarted) closed them all.
        dropIdle();
      }
    }
  }

  #head(
    { method, headers, body }: HttpRequest,
    path: string,
  ): RequestOptions & { headers: Record<string, string | string[]> } {
    const length =
      typeof body === 'string'
        ? Buffer.byteLength(body)
        : body instanceof Uint8Array
          ? body.length
          : undefined;
    return {
      method: method ?? 'GET',
      path,
      headers: {
        host: hostHeader(this.#dialer),
        ...(length === undefined ? {} : { 'content-length': String(length) }),
        ...headers,
      },
    };
  }

  #exchangeOptions({ body, signal, timeout }: HttpRequest): ExchangeOptions {
    return { address: this.address, body, signal, timeout };
  }
}

function unaskedUpgrade(address: string, path: string): WherryError {
  return new WherryError('PROTOCOL', `${address} switched protocols at ${path} without being asked to`);
}

function isRepeatable({ method = 'GET', body, signal }: HttpRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && body === undefined && signal?.aborted !== true;
}

/** A unix socket has no host: `localhost` is what Go's servers accept from everybody. */
function hostHeader({ kind, address }: Dialer): string {
  return kind === 'tcp' || kind === 'tls' ? address.slice(address.indexOf('://') + 3) : 'localhost';
}
