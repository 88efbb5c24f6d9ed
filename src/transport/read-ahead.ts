import { WherryError } from '../core/errors.ts';

/**
 * The caller's `source`, whose first part is asked for at once: Node throws away what nobody reads of a child process's
 * output when the process ends, so that a source must not wait until its turn comes. Whoever gives up before reading
 * calls `return`. A source that fails is `INVALID`, with its own error as the cause.
 */
export function readAhead<Part>(source: AsyncIterable<Part>): AsyncIterableIterator<Part, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const step = (): Promise<IteratorResult<Part, undefined>> => iterator.next().catch(fail);
  let first: Promise<IteratorResult<Part, undefined>> | undefined = step();
  // Told to who reads, if anybody does.
  first.catch(() => undefined);
  return {
    next() {
      const next = first ?? step();
      first = undefined;
      return next;
    },
    // Not awaited: a source that is itself waiting may never settle.
    async return() {
      iterator.return?.().catch(() => undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function fail(error: unknown): never {
  if (error instanceof WherryError) throw error;
  const why = error instanceof Error ? error.message : String(error);
  throw new WherryError('INVALID', `the stream that was given failed: ${why}`, { cause: error });
}
