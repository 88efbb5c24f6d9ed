import type { LogRecord } from '../core/streams.ts';

/**
 * How far a log was told: its last moment, and how many of its lines have that moment. Engines note moments in
 * nanoseconds or in whole seconds, and a log is read again only from a moment on.
 */
export class ToldLines {
  #last = '';
  #time: Date | undefined;
  #count = 0;
  #again: { from: string; skip: number } | undefined;

  /** From when on the log has to be read to miss nothing; undefined before the first line. */
  get since(): Date | undefined {
    return this.#time;
  }

  /** The next lines are those from {@link since} on. */
  readAgain(): void {
    this.#again = { from: this.#last, skip: this.#count };
  }

  /** Whether a line was not told before; it is then. */
  isNew({ timestamp, time }: LogRecord): boolean {
    if (timestamp === null || time === null) return true;
    if (this.#wasTold(timestamp)) return false;
    if (timestamp === this.#last) this.#count += 1;
    else if (timestamp > this.#last) {
      this.#last = timestamp;
      this.#time = time;
      this.#count = 1;
    }
    return true;
  }

  #wasTold(timestamp: string): boolean {
    if (this.#again === undefined || timestamp > this.#again.from) return false;
    if (timestamp < this.#again.from) return true;
    this.#again.skip -= 1;
    return this.#again.skip >= 0;
  }
}
