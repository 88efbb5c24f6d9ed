import type { Duplex } from 'node:stream';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { OutputChunk } from '../../core/streams.ts';
import { demuxBatches, rawBatches } from '../../transport/demux.ts';

/** How long the output may stay silent after the process ended, before it counts as complete. */
const DRAIN_MS = 250;

export interface ProcessOutputOptions {
  tty: boolean;
  /**
   * Asked when the stream has ended: whether the process has too. A hijacked stream has no end mark of its own, so a
   * connection that went away looks like one that is complete.
   */
  hasEnded(): Promise<boolean>;
}

/**
 * What a process writes to a hijacked stream. It ends with the stream; or, because a child of the process may hold the
 * stream open for ever, {@link processEnded} and a short silence after that; or with {@link close}.
 */
export class ProcessOutput {
  readonly #socket: Duplex;
  readonly #options: ProcessOutputOptions;
  #state: 'open' | 'drains' | 'closed' = 'open';
  #wake: () => void = () => {};

  constructor(socket: Duplex, options: ProcessOutputOptions) {
    this.#socket = socket;
    this.#options = options;
    for (const event of ['readable', 'end', 'error', 'close']) socket.on(event, () => this.#wake());
  }

  async *chunks(): AsyncGenerator<OutputChunk, void, undefined> {
    const batches = this.#options.tty ? rawBatches(this.#bytes()) : demuxBatches(this.#bytes());
    try {
      for await (const batch of batches) {
        for (const frame of batch) yield { kind: frame.kind, data: frame.bytes };
      }
    } catch (error) {
      // A drain, or `close`, may end in the middle of a frame.
      if (!isWherryError(error, 'STREAM_CUT') || this.#state === 'open') throw error;
    }
  }

  /** Tells that the process is gone, whoever else still holds its output. */
  processEnded(): void {
    if (this.#state !== 'open') return;
    this.#state = 'drains';
    this.#wake();
  }

  close(): void {
    this.#state = 'closed';
    this.#socket.destroy();
    this.#wake();
  }

  async *#bytes(): AsyncGenerator<Buffer, void, undefined> {
    const socket = this.#socket;
    try {
      while (this.#state !== 'closed') {
        const chunk: Buffer | null = socket.read();
        if (chunk !== null) {
          yield chunk;
          continue;
        }
        if (socket.readableEnded) {
          if (this.#state === 'open' && !(await this.#options.hasEnded())) throw cut();
          return;
        }
        if (socket.errored) throw socket.errored;
        if (socket.destroyed) throw cut();
        const silent = await this.#arrival(this.#state === 'drains' ? DRAIN_MS : undefined);
        if (silent) return;
      }
    } finally {
      socket.destroy();
    }
  }

  /** Waits for something to happen; true when nothing did within `limit`. */
  #arrival(limit: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = limit === undefined ? undefined : setTimeout(() => resolve(true), limit);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve(false);
      };
    });
  }
}

function cut(): WherryError {
  return new WherryError('STREAM_CUT', 'the stream of the process ended before the process did', {
    hint: 'the engine or the connection to it went away: what the process wrote since then is lost',
  });
}
