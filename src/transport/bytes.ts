import { WherryError } from '../core/errors.ts';

/** Default limit of {@link collect}: 256 MiB. */
const COLLECT_LIMIT = 256 * 1024 * 1024;

/** All chunks as one buffer; `PROTOCOL` when they are more than `limit` bytes (default: 256 MiB). */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  limit: number = COLLECT_LIMIT,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) {
      throw new WherryError('PROTOCOL', `the answer is longer than ${limit} bytes`, { details: { limit } });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}

/** Bytes that are gathered piece by piece in linear time; the pieces are copied, so that their chunks can be freed. */
export class ByteGatherer {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(source: Uint8Array, start: number, end: number): void {
    const length = this.#length + end - start;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#buffer.length * 2, 256));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(source.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** Hands out the gathered bytes and starts anew. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }
}
