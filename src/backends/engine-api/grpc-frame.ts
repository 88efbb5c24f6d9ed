import type { Http2Stream } from 'node:http2';

/** A call that ends with a status of gRPC other than OK: what a method throws to say so, and what its caller gets. */
export class GrpcFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const grpcNotFound = 5;
export const grpcUnimplemented = 12;
export const grpcInternal = 13;

/** Messages to us are questions, answers and reports of a few kilobytes, or pieces of something longer. */
const MESSAGE_LIMIT = 16 * 1024 * 1024;

/** gRPC's frame: a compression flag, the length, the message. */
export function grpcFrame(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** The messages of one direction of a call. */
export async function* grpcMessages(stream: Http2Stream): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(1);
      if (rest[0] !== 0) throw new GrpcFailure(grpcUnimplemented, 'compressed messages are not understood');
      if (length > MESSAGE_LIMIT) throw new GrpcFailure(grpcInternal, 'the message is too long');
      if (rest.length < 5 + length) break;
      const message = rest.subarray(5, 5 + length);
      rest = rest.subarray(5 + length);
      yield message;
    }
  }
}
