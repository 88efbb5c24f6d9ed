import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { cancelled, WherryError } from '../core/errors.ts';
import { timerDelay } from '../core/timer.ts';
import { http } from './builtin.ts';
import { connectionError, errorCode, messageOf } from './connection-errors.ts';
import { feed } from './feed.ts';
import type { AnswerPlace } from './response-body.ts';

export type RequestBody = string | Uint8Array | AsyncIterable<Uint8Array | string>;

export type Answer =
  | { readonly kind: 'response'; readonly response: IncomingMessage }
  | {
      readonly kind: 'upgrade';
      readonly response: IncomingMessage;
      readonly socket: Duplex;
      readonly head: Buffer;
    };

export interface ExchangeOptions {
  address: string;
  body: RequestBody | undefined;
  signal: AbortSignal | undefined;
  timeout: number | undefined;
}

/**
 * Sends `request` with its body and resolves with what `accept` makes of the answer's head; every way to fail destroys
 * the request. `accept` runs inside the event, because a connection may break before a promise's continuation runs.
 */
export function exchange<T>(
  request: ClientRequest,
  options: ExchangeOptions,
  accept: (answer: Answer) => T,
): Promise<T> {
  const { address, body, signal, timeout } = options;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let settled = false;
    let answered: IncomingMessage | undefined;
    const release = (): void => {
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      if (settled) return;
      release();
      reject(error);
      request.destroy();
    };
    const onAbort = (): void => {
      if (signal !== undefined) fail(cancelled(signal));
    };
    const succeed = (answer: Answer): void => {
      release();
      try {
        resolve(accept(answer));
      } catch (error) {
        reject(error);
        request.destroy();
      }
    };
    request.on('response', (response) => {
      answered = response;
      // The peer has said all it will: what is left of the request body is of no use to it.
      response.on('end', () => {
        if (!request.writableFinished) request.destroy();
      });
      succeed({ kind: 'response', response });
    });
    request.on('upgrade', (response, socket, head) => succeed({ kind: 'upgrade', response, socket, head }));
    // After the head it is the response that reports its own end; this stays so that nothing is uncaught.
    request.on('error', (error) => fail(requestError(error, address)));
    signal?.addEventListener('abort', onAbort);
    if (timeout !== undefined) {
      timer = setTimeout(() => {
        fail(noAnswer(timeout, { address, path: request.path }));
      }, timerDelay(timeout));
    }
    if (signal?.aborted) {
      onAbort();
      return;
    }
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      request.end(body);
      return;
    }
    void feed(request, body, (error) => {
      answered?.destroy(error);
      fail(error);
    });
  });
}

/** A request that is about to be sent; `INVALID` when its path or headers have characters that HTTP forbids. */
export function prepare(options: RequestOptions): ClientRequest {
  try {
    return http().request(options);
  } catch (cause) {
    throw new WherryError('INVALID', `the request cannot be sent: ${messageOf(cause)}`, {
      details: { path: options.path },
      cause,
    });
  }
}

/** `TIMEOUT`: there is no head of an answer after `limit` ms. */
export function noAnswer(limit: number, { address, path }: AnswerPlace): WherryError {
  return new WherryError('TIMEOUT', `${address} did not answer ${path} within ${limit} ms`, {
    hint: 'Check that the engine is not overloaded or stuck.',
    details: { address, path, limit },
  });
}

/** What became of a request that has no answer. */
export function requestError(cause: unknown, address: string): WherryError {
  if (cause instanceof WherryError) return cause;
  const code = errorCode(cause);
  if (code?.startsWith('HPE_')) return notHttp(cause, address);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === undefined) {
    return new WherryError('UNAVAILABLE', `${address} closed the connection before it answered`, {
      hint: closedHint(address),
      details: { address, errno: code },
      cause,
    });
  }
  return connectionError(cause, address);
}

/** `PROTOCOL`: what answers at `address` does not speak HTTP. */
export function notHttp(cause: unknown, address: string): WherryError {
  return new WherryError('PROTOCOL', `${address} does not answer in HTTP: ${messageOf(cause)}`, {
    hint: 'Check that the address is that of the engine, and whether it wants TLS.',
    details: { address, parser: errorCode(cause) },
    cause,
  });
}

function closedHint(address: string): string {
  if (address.startsWith('tls:')) {
    return 'The engine may be restarting, or it may not accept our client certificate.';
  }
  if (address.startsWith('tcp:')) {
    return 'The engine may be restarting, or it may want TLS (DOCKER_TLS_VERIFY=1, DOCKER_CERT_PATH).';
  }
  return 'The engine may be restarting: try again.';
}
