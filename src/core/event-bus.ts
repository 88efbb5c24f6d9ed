import type { WherryError } from './errors.ts';
import {
  type Event,
  type EventFilter,
  type EventOf,
  type EventPayloads,
  type EventType,
  matches,
} from './events.ts';
import { type Logger, silentLogger } from './logger.ts';

/** What a slow reader gets in place of the events that did not fit into its buffer. */
export interface DroppedEvents {
  type: 'dropped';
  time: Date;
  count: number;
}

export interface EventBusOptions {
  /** Where errors of handlers are reported. Default: silent. */
  logger?: Logger;
  /** Default: the wall clock. */
  now?: () => Date;
}

export interface IterateOptions<T extends EventType> extends EventFilter<T> {
  /** Events kept for a slow reader; the newest are dropped beyond it, and reported. Default: 1024. */
  buffer?: number;
  signal?: AbortSignal;
}

interface Subscriber {
  filter: EventFilter;
  deliver: (event: Event) => void;
}

/** Publishes events to any number of subscribers in this process. Publishing never blocks, waits or throws. */
export class EventBus {
  readonly #subscribers = new Set<Subscriber>();
  readonly #closers = new Set<() => void>();
  readonly #logger: Logger;
  readonly #now: () => Date;
  #closed = false;

  constructor(options: EventBusOptions = {}) {
    this.#logger = options.logger ?? silentLogger;
    this.#now = options.now ?? (() => new Date());
  }

  /** Delivers to every subscriber in the order of subscription. A no-op after `close`. */
  publish<T extends EventType>(
    type: T,
    source: string,
    name: string,
    data: EventPayloads[T],
    error: WherryError | null = null,
  ): void {
    if (this.#closed) return;
    const event = { type, time: this.#now(), source, name, data, error } as Event;
    for (const subscriber of [...this.#subscribers]) {
      if (matches(subscriber.filter, event)) subscriber.deliver(event);
    }
  }

  /** Calls `handler` for each event that passes. Its errors and rejections are logged and go no further. Returns the way out. */
  subscribe<T extends EventType>(
    filter: EventFilter<T>,
    handler: (event: EventOf<T>) => unknown,
  ): () => void {
    if (this.#closed) return () => undefined;
    const failed = (error: unknown): void => this.#logger.error('an event handler failed', { error });
    const subscriber: Subscriber = {
      filter,
      deliver: (event) => {
        try {
          const result = handler(event as EventOf<T>);
          if (result instanceof Promise) result.catch(failed);
        } catch (error) {
          failed(error);
        }
      },
    };
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** The events from now on. Ends with `close`, with `signal`, or when the loop is left. */
  events<T extends EventType = EventType>(
    options: IterateOptions<T> = {},
  ): AsyncIterableIterator<EventOf<T> | DroppedEvents> {
    const limit = options.buffer ?? 1024;
    const queue: (EventOf<T> | DroppedEvents)[] = [];
    let dropped = 0;
    let ended = this.#closed || options.signal?.aborted === true;
    let wake: (() => void) | undefined;
    const deliver = (event: Event): void => {
      if (queue.length >= limit) dropped += 1;
      else queue.push(event as EventOf<T>);
      wake?.();
    };
    const subscriber: Subscriber = { filter: options, deliver };
    const end = (): void => {
      ended = true;
      this.#subscribers.delete(subscriber);
      this.#closers.delete(end);
      options.signal?.removeEventListener('abort', end);
      wake?.();
    };
    if (!ended) {
      this.#subscribers.add(subscriber);
      this.#closers.add(end);
      options.signal?.addEventListener('abort', end, { once: true });
    }
    const now = this.#now;
    const iterator: AsyncIterableIterator<EventOf<T> | DroppedEvents> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        for (;;) {
          const value = queue.shift();
          if (value !== undefined) return { done: false, value };
          if (dropped > 0) {
            const count = dropped;
            dropped = 0;
            return { done: false, value: { type: 'dropped', time: now(), count } };
          }
          if (ended) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
      },
      return: async () => {
        queue.length = 0;
        dropped = 0;
        end();
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }

  /** Ends every iteration after what is buffered, and makes `publish` a no-op. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#closers]) end();
    this.#subscribers.clear();
  }
}
