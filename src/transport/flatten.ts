/**
 * The items of batches, one by one. By hand, because a generator's `yield` costs several promises per item, which is
 * most of the time when items are small.
 */
export function flatten<T>(batches: AsyncIterable<readonly T[]>): AsyncIterableIterator<T, void, undefined> {
  return new Flattened(batches[Symbol.asyncIterator]());
}

class Flattened<T> implements AsyncIterableIterator<T, void, undefined> {
  readonly #source: AsyncIterator<readonly T[]>;
  #items: IterableIterator<T> = [][Symbol.iterator]();

  constructor(source: AsyncIterator<readonly T[]>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, void>> {
    const item = this.#items.next();
    return item.done ? this.#refill() : Promise.resolve(item);
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#items = [][Symbol.iterator]();
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async #refill(): Promise<IteratorResult<T, void>> {
    for (;;) {
      const batch = await this.#source.next();
      if (batch.done) return { done: true, value: undefined };
      this.#items = batch.value[Symbol.iterator]();
      const item = this.#items.next();
      if (!item.done) return item;
    }
  }
}
