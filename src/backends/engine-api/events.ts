import type { EngineEvent, EventOptions } from '../../core/engine-event.ts';
import { cancelled } from '../../core/errors.ts';
import { filteredEvent } from './event-filter.ts';
import { EventStream, type EventStreamOptions } from './event-stream.ts';
import { EventSubscriber } from './event-subscriber.ts';
import { moment } from './logs.ts';
import type { EventRecord } from './records.ts';

export type EngineEventsOptions = EventStreamOptions & {
  /** Events that a reader may leave unread before he is told a `resync` instead. Default: 4096. */
  bufferSize?: number;
};

/**
 * The events of one engine for any number of readers: one upstream stream, opened for the first of them and closed after
 * the last. A slow reader loses events and is told so by a `resync`; he never slows the others.
 */
export class EngineEvents {
  readonly #options: EngineEventsOptions;
  readonly #subscribers: Set<EventSubscriber> = new Set();
  #upstream: AbortController | undefined;

  constructor(options: EngineEventsOptions) {
    this.#options = options;
  }

  /** Nothing is missed that happens after iteration has begun (`[Symbol.asyncIterator]()` was called). */
  subscribe(options: EventOptions = {}): AsyncIterable<EngineEvent> {
    return { [Symbol.asyncIterator]: () => this.#iterate(options) };
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#subscribers.clear();
    this.#closeUpstream();
  }

  #iterate(options: EventOptions): AsyncIterableIterator<EngineEvent> {
    const { signal, until } = options;
    const subscriber = new EventSubscriber(this.#options.bufferSize ?? 4096);
    const onAbort = (): void => {
      if (signal !== undefined) subscriber.end(cancelled(signal));
    };
    const untilMs = until === undefined ? undefined : until.getTime() - Date.now();
    const timer =
      untilMs === undefined ? undefined : setTimeout(() => subscriber.end(), Math.max(untilMs, 0));
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#leave(subscriber);
      subscriber.end();
    };
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
    else if (untilMs === undefined || untilMs > 0) this.#join(subscriber);
    const events = this.#read(subscriber, options);
    // Not the generator itself: its `finally` does not run when it is left before it began.
    const iterator: AsyncIterableIterator<EngineEvent> = {
      next: async () => {
        const step = await events.next().catch((error: unknown) => {
          leave();
          throw error;
        });
        if (step.done) leave();
        return step;
      },
      return: async () => {
        leave();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  async *#read(
    subscriber: EventSubscriber,
    options: EventOptions,
  ): AsyncGenerator<EngineEvent, void, undefined> {
    const told = new Set<string>();
    if (options.since !== undefined) {
      for await (const event of this.#history(options)) {
        told.add(fingerprint(event));
        const wanted = filteredEvent(event, options);
        if (wanted !== null) yield wanted;
      }
    }
    for (;;) {
      const step = await subscriber.next();
      if (step.kind === 'end') {
        if (step.error !== undefined) throw step.error;
        return;
      }
      const event = step.kind === 'event' ? step.event : await this.#resync(options.signal);
      if (told.delete(fingerprint(event))) continue;
      const wanted = filteredEvent(event, options);
      if (wanted !== null) yield wanted;
    }
  }

  /** What the engine remembers of the time before the subscription. */
  async *#history(options: EventOptions): AsyncGenerator<EngineEvent, void, undefined> {
    const { connection, dialect } = this.#options;
    const now = new Date();
    const until = options.until !== undefined && options.until < now ? options.until : now;
    const records = connection.ndjson<EventRecord>({
      path: '/events',
      query: {
        ...dialect.pastEvents(moment(options.since), moment(until)),
        filters: JSON.stringify(dialect.eventFilters),
      },
      signal: options.signal,
    });
    for await (const record of records) {
      const event = dialect.event(record);
      if (event !== null && event.time <= until) yield event;
    }
  }

  async #resync(signal: AbortSignal | undefined): Promise<EngineEvent> {
    const containers = await this.#options.list(signal ?? new AbortController().signal);
    return { type: 'resync', time: new Date(), containers };
  }

  #join(subscriber: EventSubscriber): void {
    this.#subscribers.add(subscriber);
    if (this.#upstream !== undefined) return;
    const upstream = new AbortController();
    this.#upstream = upstream;
    const publish = (event: EngineEvent): void => {
      for (const reader of this.#subscribers) reader.offer(event);
    };
    new EventStream(this.#options, publish, upstream.signal).run().catch((error: unknown) => {
      if (upstream.signal.aborted) return;
      for (const reader of this.#subscribers) reader.end(error);
      this.#subscribers.clear();
      this.#closeUpstream();
    });
  }

  #leave(subscriber: EventSubscriber): void {
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#closeUpstream();
  }

  #closeUpstream(): void {
    this.#upstream?.abort();
    this.#upstream = undefined;
  }
}

/** Equal for one event that is told twice, by the history and by the stream. */
function fingerprint(event: EngineEvent): string {
  return event.type === 'resync' ? 'resync' : `${event.subject.id}\n${event.type}\n${event.time.getTime()}`;
}
