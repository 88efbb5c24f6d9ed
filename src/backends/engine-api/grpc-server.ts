import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { http2 } from '../../transport/builtin.ts';
import { collect } from '../../transport/bytes.ts';

/** One unary method: the request message in, the response message out. */
export type GrpcMethod = (request: Uint8Array) => Promise<Uint8Array> | Uint8Array;

/** What a method throws to answer with a status of gRPC other than INTERNAL. */
export class GrpcFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const grpcNotFound = 5;
const grpcUnimplemented = 12;
const grpcInternal = 13;

/** Messages to us are questions of a few bytes. */
const REQUEST_LIMIT = 4 * 1024 * 1024;

/** Serves gRPC over HTTP/2 on a stream that is already open; `/package.Service/Method` names the methods. */
export function serveGrpc(socket: Duplex, methods: ReadonlyMap<string, GrpcMethod>): { close(): void } {
  const session: Http2Session = http2().performServerHandshake(socket);
  // The build's own stream tells how the build ends: a session that breaks has nothing to add.
  session.on('error', () => {});
  session.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    void answer(stream, methods.get(String(headers[':path'])));
  });
  return {
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}

async function answer(stream: ServerHttp2Stream, method: GrpcMethod | undefined): Promise<void> {
  try {
    if (method === undefined) throw new GrpcFailure(grpcUnimplemented, 'no such method');
    const response = await method(message(await collect(stream, REQUEST_LIMIT)));
    end(stream, 0, '', response);
  } catch (error) {
    const status = error instanceof GrpcFailure ? error.status : grpcInternal;
    end(stream, status, error instanceof Error ? error.message : String(error));
  }
}

function end(stream: ServerHttp2Stream, status: number, text: string, response?: Uint8Array): void {
  if (stream.destroyed || stream.closed) return;
  const trailers = { 'grpc-status': String(status), 'grpc-message': encodeURIComponent(text) };
  if (response === undefined) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(frame(response));
}

/** gRPC's frame: a compression flag, the length, the message. */
function frame(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function message(body: Buffer): Uint8Array {
  if (body.length < 5 || body.length < 5 + body.readUInt32BE(1)) {
    throw new GrpcFailure(grpcInternal, 'the request is cut');
  }
  if (body[0] !== 0) throw new GrpcFailure(grpcUnimplemented, 'compressed requests are not understood');
  return body.subarray(5, 5 + body.readUInt32BE(1));
}
