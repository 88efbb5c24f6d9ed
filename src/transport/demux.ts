import { WherryError } from '../core/errors.ts';
import { flatten } from './flatten.ts';

const HEADER_SIZE = 8;
const SYSTEM_ERROR = 3;
const SYSTEM_ERROR_LIMIT = 64 * 1024;

export type FrameKind = 'stdout' | 'stderr' | 'merged';

/** Bytes of one stream. A long frame comes in pieces, as the bytes come. */
export class Frame {
  readonly kind: FrameKind;
  /** Whether the engine's frame starts here; false for its further pieces. */
  readonly first: boolean;
  /** The payload is `source[start..end)`: no copy, no object until {@link bytes} is asked for. */
  readonly source: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(kind: FrameKind, first: boolean, source: Buffer, start: number, end: number) {
    this.kind = kind;
    this.first = first;
    this.source = source;
    this.start = start;
    this.end = end;
  }

  /** The payload, as a view of the chunk that it came in. */
  get bytes(): Buffer {
    return this.source.subarray(this.start, this.end);
  }
}

/**
 * Decodes Docker's multiplexed stream (Engine API, ContainerAttach, "Stream format"): an 8-byte header
 * `{stream, 0, 0, 0, length as uint32 BE}` before each payload. Linear, without recursion, and without holding payloads back.
 */
export class FrameDecoder {
  readonly #header: Buffer = Buffer.alloc(HEADER_SIZE);
  #headerSize = 0;
  #stream = 0;
  /** Payload bytes of the current frame that are still to come. */
  #left = 0;
  #first = true;
  #errorText = '';
  #failure: WherryError | undefined;

  /**
   * The frames and pieces of frames in `chunk`, up to the first fault; {@link check} then throws that:
   * `ENGINE` with the engine's text (stream 3), `PROTOCOL` for an unknown stream.
   */
  push(chunk: Uint8Array): Frame[] {
    this.check();
    const frames: Frame[] = [];
    const source = asBuffer(chunk);
    const length = source.length;
    let at = 0;
    while (at < length) {
      if (this.#left === 0) {
        at = this.#readHeader(source, at);
        if (this.#failure !== undefined) break;
        continue;
      }
      const end = Math.min(at + this.#left, length);
      this.#left -= end - at;
      if (this.#stream === SYSTEM_ERROR) {
        this.#readError(source, at, end);
        if (this.#failure !== undefined) break;
      } else {
        frames.push(new Frame(this.#stream === 2 ? 'stderr' : 'stdout', this.#first, source, at, end));
        this.#first = false;
      }
      at = end;
    }
    return frames;
  }

  /** Throws the fault that {@link push} met, if any. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Tells that no more bytes come: `STREAM_CUT` when that is in the middle of a frame. */
  end(): void {
    this.check();
    if (this.#left === 0 && this.#headerSize === 0) return;
    throw new WherryError('STREAM_CUT', 'the stream ended in the middle of a frame', {
      details: { missing: this.#left > 0 ? this.#left : HEADER_SIZE - this.#headerSize },
    });
  }

  #readHeader(source: Buffer, at: number): number {
    if (this.#headerSize === 0 && at + HEADER_SIZE <= source.length) {
      this.#startFrame(source, at);
      return at + HEADER_SIZE;
    }
    const end = Math.min(at + HEADER_SIZE - this.#headerSize, source.length);
    source.copy(this.#header, this.#headerSize, at, end);
    this.#headerSize += end - at;
    if (this.#headerSize === HEADER_SIZE) {
      this.#headerSize = 0;
      this.#startFrame(this.#header, 0);
    }
    return end;
  }

  #startFrame(header: Buffer, at: number): void {
    const stream = header[at] ?? 0;
    const reserved = header.readUIntBE(at + 1, 3);
    if (stream > SYSTEM_ERROR || reserved !== 0) {
      this.#failure = new WherryError(
        'PROTOCOL',
        `not a multiplexed stream: frame header ${header.toString('hex', at, at + HEADER_SIZE)}`,
        {
          hint: 'The output of a container with a terminal is not multiplexed.',
          details: { stream },
        },
      );
      return;
    }
    this.#stream = stream;
    this.#left = header.readUInt32BE(at + 4);
    this.#first = true;
    if (stream === SYSTEM_ERROR && this.#left === 0) this.#failure = engineError('');
  }

  #readError(source: Buffer, start: number, end: number): void {
    const room = SYSTEM_ERROR_LIMIT - this.#errorText.length;
    // Bytes as latin1, so that a code point that is split between chunks survives.
    this.#errorText += source.toString('latin1', start, Math.min(end, start + room));
    if (this.#left > 0) return;
    this.#failure = engineError(Buffer.from(this.#errorText, 'latin1').toString('utf8'));
  }
}

/** The frames of a multiplexed stream, those of each chunk together. Errors: as {@link FrameDecoder}. */
export async function* demuxBatches(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Frame[], void, undefined> {
  const decoder = new FrameDecoder();
  for await (const chunk of chunks) {
    const frames = decoder.push(chunk);
    if (frames.length > 0) yield frames;
    decoder.check();
  }
  decoder.end();
}

/** As {@link demuxBatches}, one by one. */
export function demux(chunks: AsyncIterable<Uint8Array>): AsyncIterableIterator<Frame, void, undefined> {
  return flatten(demuxBatches(chunks));
}

/** The output of a container with a terminal, which has no frames, in the shape of {@link demuxBatches}. */
export async function* rawBatches(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Frame[], void, undefined> {
  for await (const chunk of chunks) {
    if (chunk.length > 0) yield [new Frame('merged', false, asBuffer(chunk), 0, chunk.length)];
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function engineError(text: string): WherryError {
  const message = text.trim() === '' ? 'the engine reported an error in the stream' : text.trim();
  return new WherryError('ENGINE', message);
}
