import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { cancelled, WherryError } from '../core/errors.ts';
import { collect } from './bytes.ts';
import { messageOf } from './connection-errors.ts';

/** More than this left in a body that nobody wants costs more than a new connection. */
const DISCARD_LIMIT = 256 * 1024;

export interface ResponseContext {
  address: string;
  path: string;
  signal: AbortSignal | undefined;
  /** Milliseconds without a byte while somebody waits for one. */
  idle: number | undefined;
}

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
    this.body = bodyOf(message, context);
  }

  /** The whole body as UTF-8; `PROTOCOL` when it is longer than `limit` bytes (default: 256 MiB). */
  async text(limit?: number): Promise<string> {
    return (await collect(this.body, limit)).toString('utf8');
  }

  /** The whole body parsed as JSON; `PROTOCOL` when it is not JSON. The shape is the caller's claim. */
  async json<T>(): Promise<T> {
    const text = await this.text();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new WherryError('PROTOCOL', `the answer is not JSON: ${text.slice(0, 200)}`, { cause });
    }
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

function bodyOf(message: IncomingMessage, context: ResponseContext): AsyncIterable<Buffer> {
  const { signal } = context;
  let state: 'open' | 'ended' | 'failed' = 'open';
  let failure: unknown;
  let wake: () => void = () => {};

  const settle = (next: 'ended' | 'failed', cause?: unknown): void => {
    if (state !== 'open') return;
    state = next;
    failure = cause;
    signal?.removeEventListener('abort', onAbort);
    wake();
  };
  const onAbort = (): void => {
    if (signal === undefined) return;
    settle('failed', cancelled(signal));
    message.destroy();
  };
  message.on('readable', () => {
    // An empty read is what makes a stream without data notice its end.
    if (message.readableLength === 0) message.read();
    wake();
  });
  message.on('end', () => settle('ended'));
  message.on('error', (error) => settle('failed', streamCut(error, context)));
  message.on('close', () => settle('failed', streamCut(undefined, context)));
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort);

  async function* read(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        // After a cut, what had arrived before it is still handed out; after an abort it is not.
        if (state !== 'failed' || !signal?.aborted) {
          const chunk: Buffer | null = message.read();
          if (chunk !== null) {
            yield chunk;
            continue;
          }
        }
        if (state === 'ended') return;
        if (state === 'failed') throw failure;
        await arrival();
      }
    } finally {
      if (state === 'open') message.destroy();
    }
  }

  function arrival(): Promise<void> {
    return new Promise((resolve) => {
      const { idle } = context;
      const timer =
        idle === undefined
          ? undefined
          : setTimeout(() => {
              settle('failed', idleError(idle, context));
              message.destroy();
            }, idle);
      wake = () => {
        clearTimeout(timer);
        wake = () => {};
        resolve();
      };
    });
  }

  return { [Symbol.asyncIterator]: read };
}

function streamCut(cause: unknown, { address, path }: ResponseContext): WherryError {
  if (cause instanceof WherryError) return cause;
  const why = cause === undefined ? '' : `: ${messageOf(cause)}`;
  return new WherryError('STREAM_CUT', `${address} broke off its answer to ${path}${why}`, {
    hint: 'The engine or the connection to it went away: try again.',
    details: { address, path },
    cause,
  });
}

function idleError(limit: number, { address, path }: ResponseContext): WherryError {
  return new WherryError('TIMEOUT', `${address} sent nothing for ${limit} ms in its answer to ${path}`, {
    hint: 'Check that the engine is not overloaded or stuck.',
    details: { address, path, limit },
  });
}
