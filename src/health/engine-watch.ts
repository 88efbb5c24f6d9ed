import type { Backend } from '../core/backend.ts';
import { isWherryError, WherryError } from '../core/errors.ts';
import { firesAfter, timerDelay } from '../core/timer.ts';

export interface EngineWatchOptions {
  /** It has not answered since then. Called once for each silence. */
  onSilent?: (silence: EngineSilence) => void;
  /** It answers again. */
  onBack?: (silence: EngineSilence) => void;
  /** It was silent for longer than `limit`; the watch is over then. */
  onLost?: (error: WherryError, silence: EngineSilence) => void;
  /** ms of silence until it counts as lost. Default: never. */
  limit?: number | undefined;
  /** ms between two questions. Default: 3000. */
  interval?: number;
  /** ms for one answer. Default: 3000. */
  patience?: number;
}

export interface EngineSilence {
  /** When it answered for the last time. */
  since: Date;
  /** Why the last question had no answer. */
  reason: unknown;
}

/**
 * Asks an engine now and then whether it is still there, so that whoever waits for it learns when it is not: an engine
 * that hangs keeps its connections open and says nothing. One question without an answer counts for nothing, since
 * this process may have slept. Keeps no process alive.
 */
export class EngineWatch implements Disposable {
  readonly #backend: Backend;
  readonly #options: EngineWatchOptions;
  readonly #scope = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #answered = new Date();
  #silent = false;
  #unanswered = 0;

  constructor(backend: Backend, options: EngineWatchOptions = {}) {
    this.#backend = backend;
    this.#options = options;
    this.#askIn(options.interval ?? 3000);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#scope.abort();
  }

  #askIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#ask(), timerDelay(ms));
    this.#timer.unref();
  }

  async #ask(): Promise<void> {
    const { interval = 3000, patience = 3000 } = this.#options;
    const signal = AbortSignal.any([this.#scope.signal, firesAfter(patience)]);
    try {
      await this.#backend.healthCheck({ signal });
      this.#heard();
    } catch (error) {
      if (!this.#scope.signal.aborted) this.#missed(error);
    }
    if (!this.#scope.signal.aborted) this.#askIn(this.#unanswered === 0 ? interval : interval / 6);
  }

  #heard(): void {
    const silence = { since: this.#answered, reason: null };
    this.#answered = new Date();
    this.#unanswered = 0;
    if (this.#silent) this.#options.onBack?.(silence);
    this.#silent = false;
  }

  #missed(reason: unknown): void {
    const { limit, onSilent, onLost } = this.#options;
    const silence = { since: this.#answered, reason };
    this.#unanswered += 1;
    if (this.#unanswered === 2) {
      this.#silent = true;
      onSilent?.(silence);
    }
    const quiet = Date.now() - silence.since.getTime();
    if (limit === undefined || !this.#silent || quiet < limit) return;
    this[Symbol.dispose]();
    onLost?.(lost(this.#backend.address, quiet, reason), silence);
  }
}

function lost(address: string, quiet: number, cause: unknown): WherryError {
  const seconds = Math.round(quiet / 1000);
  return new WherryError('UNAVAILABLE', `the engine at ${address} has not answered for ${seconds} s`, {
    hint: 'look into the log of the engine and restart it; what was begun is finished by the next `up`, or removed by `down`',
    details: { address, quiet },
    // That it said nothing is told already.
    cause: isWherryError(cause, 'TIMEOUT') ? undefined : cause,
  });
}
