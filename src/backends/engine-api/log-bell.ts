import type { ReadStamped } from './log-rest.ts';
import { pause } from './pause.ts';

/** How long a followed log may go on after the end of the run until it is taken for one that missed it. */
const LATE_END_MS = 1000;

export interface LogBellOptions {
  /** Only the last N lines of what is there at the start. */
  tail: number | undefined;
  /** Ends the log when it fires, as the end of the container does. */
  end: AbortSignal | undefined;
  /** Resolves when the run of the container is over; never, or rejects, where that is not known. */
  runEnds: (signal: AbortSignal) => Promise<void>;
}

/**
 * A followed log of which nothing is kept but that something came. It ends with the run also where the engine's own one
 * does not: Podman 4.3 misses an end now and then, and then follows for ever.
 */
export class LogBell {
  readonly #stop = new AbortController();
  readonly #options: LogBellOptions;
  #rang = false;
  #isOver = false;
  #failure: { error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(read: ReadStamped, options: LogBellOptions) {
    this.#options = options;
    void this.#listen(read);
  }

  /** Resolves when something came since the last time, or at the end, and then to false. */
  async rings(): Promise<boolean> {
    if (!this.#rang && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#rang = false;
    if (this.#failure !== undefined) throw this.#failure.error;
    return !this.#isOver;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #listen(read: ReadStamped): Promise<void> {
    const { tail, end } = this.#options;
    const over = new AbortController();
    const signals = [this.#stop.signal, over.signal, ...(end === undefined ? [] : [end])];
    const signal = AbortSignal.any(signals);
    void this.#endsWithRun(over, signal);
    try {
      for await (const _ of read({ follow: true, tail, signal })) this.#ring();
    } catch (error) {
      if (!signal.aborted) this.#failure = { error };
    }
    this.#isOver = true;
    over.abort();
    this.#wake();
  }

  /** The last lines are read at once when the run is over: the container may be removed the next moment. */
  async #endsWithRun(over: AbortController, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.runEnds(signal);
      this.#ring();
      await pause(LATE_END_MS, signal);
      over.abort();
    } catch {
      // The engine's own following has the say alone.
    }
  }

  #ring(): void {
    this.#rang = true;
    this.#wake();
  }
}
