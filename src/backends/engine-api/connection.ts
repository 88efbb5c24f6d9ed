import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { Dialer } from '../../transport/dialer.ts';
import { HttpClient, type HttpRequest } from '../../transport/http-client.ts';
import { type HttpResponse, parseJson } from '../../transport/http-response.ts';
import { parseNdjson } from '../../transport/ndjson.ts';
import type { WholeAnswer } from '../../transport/whole-answer.ts';
import { abortable } from './abortable.ts';
import { asRecord, asRecords } from './answer-shape.ts';
import { checkApiVersion, compareApiVersions, negotiate } from './api-version.ts';
import { engineError } from './engine-error.ts';

export interface EngineConnectionOptions {
  /** Engine API version such as `1.45`. Default: negotiated by the first call that needs it. */
  apiVersion?: string | undefined;
  /** The newest version to negotiate; one that is older than ours means our oldest. Default: no limit. */
  newestApiVersion?: string | undefined;
  /** ms for the ping that negotiates. Default: 5 000. */
  pingTimeout?: number | undefined;
}

export interface EngineRequest extends HttpRequest {
  /** Sent as the JSON body; instead of `body`. */
  json?: unknown;
  /** False sends `path` as it is, without `/vX.Y` before it. Default: true. */
  versioned?: boolean;
}

/** A connection that left HTTP: an attach or exec stream. */
export interface EngineStream {
  readonly headers: IncomingHttpHeaders;
  /** Both directions; `end()` closes only ours. See transport's `UpgradedSocket`. */
  readonly socket: Duplex;
}

/** What the engine tells in the headers of its ping. */
export interface EnginePing {
  /** The newest version that it speaks. */
  apiVersion: string;
  /** `2` when BuildKit is its default builder. */
  builderVersion: string | null;
  /** `linux` or `windows`. */
  osType: string | null;
  /** Version of Podman's own API; null on other engines. */
  libpodVersion: string | null;
}

const ERROR_BODY_LIMIT = 1024 * 1024;

/**
 * The Engine API of one engine: versioned paths, JSON, typed errors. Answers outside 2xx (and 304) become a
 * `WherryError` by {@link engineError}. There are no time limits but the ping's; the caller gives `signal`, `timeout` or `idle`.
 */
export class EngineConnection {
  readonly #http: HttpClient;
  readonly #pingTimeout: number;
  readonly #fixedVersion: string | undefined;
  readonly #newestVersion: string | undefined;
  #ping: Promise<EnginePing> | undefined;
  #answeredAt: number | undefined;

  constructor(dialer: Dialer, options: EngineConnectionOptions = {}) {
    this.#http = new HttpClient(dialer);
    this.#pingTimeout = options.pingTimeout ?? 5000;
    this.#fixedVersion = options.apiVersion === undefined ? undefined : checkApiVersion(options.apiVersion);
    this.#newestVersion = options.newestApiVersion;
  }

  get address(): string {
    return this.#http.address;
  }

  /** Asks the engine whether it is there. `UNAVAILABLE`, `PERMISSION` or `TIMEOUT` when it is not. */
  async ping(options: CallOptions = {}): Promise<EnginePing> {
    const answer = await this.#http.get({
      path: '/_ping',
      signal: options.signal,
      limit: this.#pingTimeout,
    });
    const { status } = answer;
    if (status === 401 || status === 403 || status >= 500) throw refusalOf(answer, { path: '/_ping' });
    const apiVersion = header(answer.headers, 'api-version');
    // A "not found" or "moved" here is no answer about a container: whoever gives it has no ping.
    if (status !== 200 || apiVersion === null || !/^\d+\.\d+$/.test(apiVersion)) {
      throw new WherryError('PROTOCOL', `${this.address} does not answer like a container engine`, {
        hint: 'check that the address is that of an engine with the Docker Engine API',
        details: { address: this.address, status },
      });
    }
    const ping: EnginePing = {
      apiVersion,
      builderVersion: header(answer.headers, 'builder-version'),
      osType: header(answer.headers, 'ostype'),
      libpodVersion: header(answer.headers, 'libpod-api-version'),
    };
    this.#ping ??= Promise.resolve(ping);
    this.#answeredAt = milliseconds();
    return ping;
  }

  /** Whether the engine answered a ping in the last `within` ms. */
  hasAnswered({ within }: { within: number }): boolean {
    return this.#answeredAt !== undefined && milliseconds() - this.#answeredAt < within;
  }

  /** The version in use, such as `1.45`. */
  async apiVersion(options: CallOptions = {}): Promise<string> {
    if (this.#fixedVersion !== undefined) return this.#fixedVersion;
    const { apiVersion } = await this.#firstPing(options);
    return negotiate(apiVersion, this.address, this.#newestVersion);
  }

  /** Whether the version in use is `version` or newer. */
  async atLeast(version: string, options: CallOptions = {}): Promise<boolean> {
    return compareApiVersions(await this.apiVersion(options), version) >= 0;
  }

  /** The ping's facts, asked once. */
  async facts(options: CallOptions = {}): Promise<EnginePing> {
    return this.#firstPing(options);
  }

  /** Sends a request; the body of the answer is the caller's to read or discard. */
  async request(request: EngineRequest): Promise<HttpResponse> {
    const prepared = await this.#prepare(request);
    const response = await this.#http.request(prepared);
    if (!isSuccess(response.status)) throw await refusal(response, prepared);
    return response;
  }

  /** Sends a request whose answer has no body of interest, and tells its status. */
  async call(request: EngineRequest): Promise<number> {
    const response = await this.request(request);
    await response.discard();
    return response.status;
  }

  /** The whole answer as a JSON object that has `fields`; else `PROTOCOL`. What more it has is the caller's claim. */
  async json<T>(request: EngineRequest, fields: readonly (keyof T & string)[] = []): Promise<T> {
    return asRecord<T>(await this.#parsed(request), fields);
  }

  /** The whole answer as a list of JSON objects; else `PROTOCOL`. */
  async list<T>(request: EngineRequest): Promise<readonly T[]> {
    return asRecords<T>(await this.#parsed(request));
  }

  async #parsed(request: EngineRequest): Promise<unknown> {
    const prepared = await this.#prepare(request);
    const { method = 'GET', body, ...get } = prepared;
    if (method !== 'GET' || body !== undefined) return (await this.request(request)).json();
    const answer = await this.#http.get(get);
    if (!isSuccess(answer.status)) throw refusalOf(answer, prepared);
    return parseJson(answer.body.toString('utf8'));
  }

  /** The JSON objects of a streamed answer; the request is sent on the first `next()`. */
  async *ndjson<T>(request: EngineRequest): AsyncGenerator<T, void, undefined> {
    const response = await this.request(request);
    for await (const value of parseNdjson<unknown>(response.body)) yield asRecord<T>(value);
  }

  /** The bytes of a streamed answer; the request is sent on the first `next()`. */
  async *bytes(request: EngineRequest): AsyncGenerator<Buffer, void, undefined> {
    const response = await this.request(request);
    yield* response.body;
  }

  /** Asks to leave HTTP, on a connection of its own. */
  async upgrade(request: EngineRequest & { protocol?: 'tcp' | 'h2c' }): Promise<EngineStream> {
    const prepared = await this.#prepare(request);
    const { idle: _idle, ...options } = prepared;
    const answer = await this.#http.upgrade({
      ...options,
      ...(request.protocol === undefined ? {} : { protocol: request.protocol }),
    });
    if (answer.kind === 'upgraded') return { headers: answer.headers, socket: answer.socket };
    throw engineError({
      status: answer.status,
      method: prepared.method ?? 'POST',
      path: prepared.path,
      text: answer.text,
    });
  }

  /** Closes idle connections; what is under way finishes. */
  close(): void {
    this.#http.close();
  }

  async #prepare(request: EngineRequest): Promise<HttpRequest> {
    const { json, versioned = true, path, headers, body, ...rest } = request;
    const prefix = versioned ? `/v${await this.apiVersion({ signal: request.signal })}` : '';
    const isJson = json !== undefined;
    return {
      ...rest,
      path: `${prefix}${path}`,
      body: isJson ? JSON.stringify(json) : body,
      headers: isJson ? { 'content-type': 'application/json', ...headers } : headers,
    };
  }

  async #firstPing(options: CallOptions): Promise<EnginePing> {
    if (this.#ping === undefined) {
      const ping = this.ping();
      this.#ping = ping;
      // A failure is not kept: the engine may come up later.
      ping.catch(() => {
        if (this.#ping === ping) this.#ping = undefined;
      });
    }
    return abortable(this.#ping, options.signal);
  }
}

/** A clock that never jumps; the global `performance` takes 3 ms at its first use. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

function isSuccess(status: number): boolean {
  return (status >= 200 && status < 300) || status === 304;
}

async function refusal(response: HttpResponse, request: HttpRequest): Promise<WherryError> {
  const text = await response.text(ERROR_BODY_LIMIT);
  return engineError({
    status: response.status,
    method: request.method ?? 'GET',
    path: request.path,
    text,
  });
}

function refusalOf({ status, body }: WholeAnswer, { method = 'GET', path }: HttpRequest): WherryError {
  return engineError({ status, method, path, text: body.toString('utf8', 0, ERROR_BODY_LIMIT) });
}

function header(headers: WholeAnswer['headers'], name: string): string | null {
  return headers[name] || null;
}
