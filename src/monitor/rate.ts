/** How fast a counter grows, from one sample to the next. */
export class Rate {
  #before: { value: number; time: number } | null = null;

  /** Growth a second since the last call; null on the first, and when the counter is unknown or began anew. `time` in ms. */
  next(value: number | null, time: number): number | null {
    const before = this.#before;
    this.#before = value === null ? null : { value, time };
    if (before === null || value === null || value < before.value || time <= before.time) return null;
    return ((value - before.value) / (time - before.time)) * 1000;
  }
}
