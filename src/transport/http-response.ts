import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { WherryError } from '../core/errors.ts';
import { collect } from './bytes.ts';
import { ResponseBody, type ResponseContext } from './response-body.ts';

/** More than this left in a body that nobody wants costs more than a new connection. */
const DISCARD_LIMIT = 256 * 1024;

/** The answer to a request. Its body must be read, discarded or left by breaking out of the loop. */
export class HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /**
   * The body's bytes as they come, with backpressure; leaving the loop early closes the connection.
   * Errors: `STREAM_CUT` when the peer breaks off, `TIMEOUT` after `idle`, `CANCELLED`.
   */
  readonly body: AsyncIterable<Buffer>;

  constructor(message: IncomingMessage, context: ResponseContext) {
    this.status = message.statusCode ?? 0;
    this.headers = message.headers;
    this.body = new ResponseBody(message, context);
  }

  /** The whole body as UTF-8; `PROTOCOL` when it is longer than `limit` bytes (default: 256 MiB). */
  async text(limit?: number): Promise<string> {
    return (await collect(this.body, limit)).toString('utf8');
  }

  /** The whole body parsed as JSON; `PROTOCOL` when it is not JSON. The shape is the caller's claim. */
  async json<T>(): Promise<T> {
    return parseJson<T>(await this.text());
  }

  /** Reads the rest of the body so that the connection can be used again; closes it when much is left. */
  async discard(): Promise<void> {
    let size = 0;
    for await (const chunk of this.body) {
      size += chunk.length;
      if (size > DISCARD_LIMIT) return;
    }
  }
}

/** `PROTOCOL` when `text` is not JSON. The shape is the caller's claim. */
export function parseJson<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new WherryError('PROTOCOL', `the answer is not JSON: ${text.slice(0, 200)}`, { cause });
  }
}
