import { WherryError } from '../core/errors.ts';
import { ByteGatherer } from './bytes.ts';
import { flatten } from './flatten.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The values of a stream of JSON texts, as they complete. A text ends at a newline or, for objects and arrays, at its
 * own end, because engines differ in what they put between them; blank lines are skipped. The shape is the caller's claim.
 * Errors: `PROTOCOL` for a text that is not JSON, `STREAM_CUT` when the stream ends inside one.
 */
export function parseNdjson<T>(chunks: AsyncIterable<Uint8Array>): AsyncIterableIterator<T, void, undefined> {
  return flatten(parseNdjsonBatches<T>(chunks));
}

/** As {@link parseNdjson}, with the values of each chunk together. */
export async function* parseNdjsonBatches<T>(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<T[], void, undefined> {
  const parser = new JsonTextParser();
  for await (const chunk of chunks) {
    const values = parser.push(chunk);
    if (values.length > 0) yield values as T[];
    parser.check();
  }
  const values = parser.end();
  if (values.length > 0) yield values as T[];
}

class JsonTextParser {
  readonly #pending = new ByteGatherer();
  #state: 'between' | 'nested' | 'string' | 'escape' | 'scalar' = 'between';
  #depth = 0;
  #failure: WherryError | undefined;

  /** The values that this chunk completes, up to the first fault, which {@link check} then throws. */
  push(chunk: Uint8Array): unknown[] {
    this.check();
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const values: unknown[] = [];
    let start = 0;
    let state = this.#state;
    let depth = this.#depth;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      switch (state) {
        case 'between':
          if (isBlank(byte)) continue;
          start = at;
          state = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 'nested' : 'scalar';
          depth = state === 'nested' ? 1 : 0;
          continue;
        case 'string':
          if (byte === QUOTE) state = 'nested';
          else if (byte === BACKSLASH) state = 'escape';
          else if (byte === NEWLINE) break;
          continue;
        case 'escape':
          state = 'string';
          if (byte === NEWLINE) break;
          continue;
        case 'nested':
          if (byte === QUOTE) state = 'string';
          else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
          else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
            depth -= 1;
            if (depth === 0) break;
          } else if (byte === NEWLINE) break;
          continue;
        case 'scalar':
          if (byte === NEWLINE) break;
          continue;
      }
      // Only the end of a text leaves the switch.
      state = 'between';
      if (!this.#complete(bytes, start, at + 1, values)) return values;
    }
    if (state !== 'between') this.#pending.append(bytes, start, bytes.length);
    this.#state = state;
    this.#depth = depth;
    return values;
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  end(): unknown[] {
    this.check();
    const values: unknown[] = [];
    if (this.#state === 'between') return values;
    const rest = this.#pending.take();
    if (this.#state !== 'scalar') {
      throw new WherryError('STREAM_CUT', `the stream ended inside a JSON text: ${excerpt(rest)}`);
    }
    this.#complete(rest, 0, rest.length, values);
    this.check();
    return values;
  }

  #complete(bytes: Buffer, start: number, end: number, values: unknown[]): boolean {
    let text: string;
    if (this.#pending.length === 0) {
      text = bytes.toString('utf8', start, end);
    } else {
      this.#pending.append(bytes, 0, end);
      text = this.#pending.take().toString('utf8');
    }
    try {
      values.push(JSON.parse(text));
      return true;
    } catch (cause) {
      const line = text.trimEnd().slice(0, 200);
      this.#failure = new WherryError('PROTOCOL', `not a JSON text: ${line}`, { cause });
      return false;
    }
  }
}

/** Blanks, line ends, and the record separator of application/json-seq. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09 || byte === 0x1e;
}

function excerpt(bytes: Buffer): string {
  return bytes.toString('utf8', 0, 200);
}
