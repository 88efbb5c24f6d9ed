/** What stands for all values that have no room of their own. */
export const otherValue = 'other';

/**
 * Bounds how many values a label takes. When there is no room for a new one, the value that was used least lately and is
 * not needed any more goes, with its series.
 */
export class LabelValues {
  readonly #limit: number;
  readonly #isNeeded: (value: string) => boolean;
  readonly #onLeave: (value: string) => void;
  /** In the order of their last use. */
  readonly #values: Set<string> = new Set();

  constructor(options: {
    limit: number;
    isNeeded: (value: string) => boolean;
    onLeave: (value: string) => void;
  }) {
    this.#limit = options.limit;
    this.#isNeeded = options.isNeeded;
    this.#onLeave = options.onLeave;
  }

  /** The label for `value`: itself, or `other` when every one that is there is needed. */
  of(value: string): string {
    if (!this.#values.delete(value) && this.#values.size >= this.#limit && !this.#makeRoom())
      return otherValue;
    this.#values.add(value);
    return value;
  }

  #makeRoom(): boolean {
    for (const value of this.#values) {
      if (this.#isNeeded(value)) continue;
      this.#values.delete(value);
      this.#onLeave(value);
      return true;
    }
    return false;
  }
}
