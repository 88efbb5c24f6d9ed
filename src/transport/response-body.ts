import type { IncomingMessage } from 'node:http';
import { cancelled, WherryError } from '../core/errors.ts';
import { messageOf } from './connection-errors.ts';

/** Whose answer to what. */
export interface AnswerPlace {
  address: string;
  path: string;
}

export interface ResponseContext extends AnswerPlace {
  signal: AbortSignal | undefined;
  /** Milliseconds without a byte while somebody waits for one. */
  idle: number | undefined;
}

/**
 * The bytes of an answer, to be read once. Not a generator, so that `return()` closes the connection at once, also while
 * somebody waits for the next chunk.
 */
export class ResponseBody implements AsyncIterableIterator<Buffer, void, undefined> {
  readonly #message: IncomingMessage;
  readonly #context: ResponseContext;
  readonly #onAbort: () => void = () => this.#abort();
  #state: 'open' | 'ended' | 'cut' | 'given up' | 'left' = 'open';
  #failure: unknown;
  #wake: (() => void) | undefined;

  constructor(message: IncomingMessage, context: ResponseContext) {
    this.#message = message;
    this.#context = context;
    message.on('readable', () => this.#wake?.());
    message.on('end', () => this.#settle('ended'));
    message.on('error', (error) => this.#settle('cut', streamCut(error, context)));
    message.on('close', () => this.#settle('cut', streamCut(undefined, context)));
    if (context.signal?.aborted) this.#abort();
    else context.signal?.addEventListener('abort', this.#onAbort);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer, void>> {
    for (;;) {
      if (this.#state === 'open' || this.#state === 'cut') {
        // After a cut, what had arrived before it is still handed out.
        const chunk: Buffer | null = this.#message.read();
        if (chunk !== null) return { done: false, value: chunk };
      }
      switch (this.#state) {
        case 'open':
          await this.#arrival();
          break;
        case 'cut':
        case 'given up':
          this.#state = 'left';
          throw this.#failure;
        default:
          return { done: true, value: undefined };
      }
    }
  }

  return(): Promise<IteratorResult<Buffer, void>> {
    if (this.#state === 'open') this.#message.destroy();
    this.#settle('left');
    return Promise.resolve({ done: true, value: undefined });
  }

  #settle(state: 'ended' | 'cut' | 'given up' | 'left', failure?: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = state;
    this.#failure = failure;
    this.#context.signal?.removeEventListener('abort', this.#onAbort);
    this.#wake?.();
  }

  #abort(): void {
    const { signal } = this.#context;
    if (signal !== undefined) this.#settle('given up', cancelled(signal));
    this.#message.destroy();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const { idle } = this.#context;
      const timer = idle === undefined ? undefined : setTimeout(() => this.#giveUp(idle), idle);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #giveUp(idle: number): void {
    this.#settle('given up', idleError(idle, this.#context));
    this.#message.destroy();
  }
}

/** `STREAM_CUT`: the peer went away in the middle of its answer. */
export function streamCut(cause: unknown, { address, path }: AnswerPlace): WherryError {
  if (cause instanceof WherryError) return cause;
  const why = cause === undefined ? '' : `: ${messageOf(cause)}`;
  return new WherryError('STREAM_CUT', `${address} broke off its answer to ${path}${why}`, {
    hint: 'The engine or the connection to it went away: try again.',
    details: { address, path },
    cause,
  });
}

/** `TIMEOUT`: the peer sent nothing for `limit` ms in the middle of its answer. */
export function idleError(limit: number, { address, path }: AnswerPlace): WherryError {
  return new WherryError('TIMEOUT', `${address} sent nothing for ${limit} ms in its answer to ${path}`, {
    hint: 'Check that the engine is not overloaded or stuck.',
    details: { address, path, limit },
  });
}
