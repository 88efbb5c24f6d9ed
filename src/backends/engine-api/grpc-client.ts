import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import { cancelled, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { http2 } from '../../transport/builtin.ts';
import { GrpcFailure, grpcFrame, grpcMessages } from './grpc-frame.ts';

/** Calls methods of gRPC over one stream. */
export interface GrpcClient {
  /**
   * The responses to one request; `method` is `/package.Service/Method`. Leaving the loop cancels the call. A status
   * other than OK is a {@link GrpcFailure}, a connection that breaks is `STREAM_CUT`.
   */
  call(
    method: string,
    request: Uint8Array,
    options?: CallOptions,
  ): AsyncGenerator<Uint8Array, void, undefined>;
  close(): void;
}

/** A client of gRPC over HTTP/2 on a stream that is already open. */
export function grpcClient(socket: Duplex): GrpcClient {
  const session = http2().connect('http://localhost', { createConnection: () => socket });
  // Each call tells by itself that the connection broke.
  session.on('error', () => {});
  return {
    call: async function* (method, request, { signal } = {}) {
      const stream = session.request({
        ':method': 'POST',
        ':path': method,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const abort = (): void => {
        stream.destroy();
      };
      signal?.addEventListener('abort', abort, { once: true });
      const status = statusOf(stream);
      try {
        stream.end(grpcFrame(request));
        yield* grpcMessages(stream);
        if (signal?.aborted) throw cancelled(signal);
        const failure = failureIn(await status, method);
        if (failure !== undefined) throw failure;
      } catch (error) {
        if (signal?.aborted) throw cancelled(signal);
        throw error instanceof GrpcFailure || error instanceof WherryError ? error : cut(method, error);
      } finally {
        signal?.removeEventListener('abort', abort);
        stream.destroy();
      }
    },
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}

/** The headers that tell how a call ended: those at the end, or the only ones. Undefined when none came. */
function statusOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders | undefined> {
  return new Promise((resolve) => {
    let headers: IncomingHttpHeaders | undefined;
    const keep = (told: IncomingHttpHeaders): void => {
      if (told['grpc-status'] !== undefined) headers = told;
    };
    stream.on('response', keep);
    stream.on('trailers', keep);
    stream.on('error', () => {});
    stream.on('close', () => resolve(headers));
  });
}

function failureIn(headers: IncomingHttpHeaders | undefined, method: string): Error | undefined {
  if (headers === undefined) return cut(method);
  const status = Number(headers['grpc-status']);
  return status === 0
    ? undefined
    : new GrpcFailure(status, decodeMessage(String(headers['grpc-message'] ?? `gRPC status ${status}`)));
}

/** Percent-encoded UTF-8; what is not well encoded stays as it came. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cut(method: string, cause?: unknown): WherryError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new WherryError('STREAM_CUT', `the call ${method} broke off${why}`, {
    hint: 'The engine may be restarting: try again.',
    details: { method },
    cause,
  });
}
