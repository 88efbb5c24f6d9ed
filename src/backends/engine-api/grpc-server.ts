import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { http2 } from '../../transport/builtin.ts';
import { GrpcFailure, grpcFrame, grpcInternal, grpcMessages, grpcUnimplemented } from './grpc-frame.ts';

/** One call: messages come in and go out, in any order. */
export interface GrpcCall {
  metadata: IncomingHttpHeaders;
  messages: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more. */
  send(message: Uint8Array): Promise<void>;
}

/** Serves one call to its end; what it throws becomes the status of the answer. */
export type GrpcMethod = (call: GrpcCall) => Promise<void>;

/** A method with one request and one response. */
export function unary(respond: (request: Uint8Array) => Promise<Uint8Array> | Uint8Array): GrpcMethod {
  return async ({ messages, send }) => {
    for await (const request of messages) {
      await send(await respond(request));
      return;
    }
    throw new GrpcFailure(grpcInternal, 'the request is cut');
  };
}

/** Serves gRPC over HTTP/2 on a stream that is already open; `/package.Service/Method` names the methods. */
export function serveGrpc(socket: Duplex, methods: ReadonlyMap<string, GrpcMethod>): { close(): void } {
  const session: Http2Session = http2().performServerHandshake(socket);
  // The build's own stream tells how the build ends: a session that breaks has nothing to add.
  session.on('error', () => {});
  session.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    void answer(stream, headers, methods.get(String(headers[':path'])));
  });
  return {
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}

async function answer(
  stream: ServerHttp2Stream,
  metadata: IncomingHttpHeaders,
  method: GrpcMethod | undefined,
): Promise<void> {
  let status = 0;
  let text = '';
  const open = (): void => {
    if (stream.headersSent || stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () =>
      stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': encodeURIComponent(text) }),
    );
  };
  const send = async (message: Uint8Array): Promise<void> => {
    open();
    if (stream.destroyed) throw new GrpcFailure(grpcInternal, 'the caller is gone');
    if (!stream.write(grpcFrame(message))) await roomIn(stream);
  };
  try {
    if (method === undefined) throw new GrpcFailure(grpcUnimplemented, 'no such method');
    await method({ metadata, messages: grpcMessages(stream), send });
  } catch (error) {
    status = error instanceof GrpcFailure ? error.status : grpcInternal;
    text = error instanceof Error ? error.message : String(error);
  }
  open();
  if (!stream.destroyed) stream.end();
}

function roomIn(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
