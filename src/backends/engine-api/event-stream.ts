import type { ContainerSummary } from '../../core/container.ts';
import type { EngineEvent } from '../../core/engine-event.ts';
import { isWherryError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { parseNdjson } from '../../transport/ndjson.ts';
import type { EngineConnection } from './connection.ts';
import type { Dialect } from './dialect.ts';
import { EngineClock } from './engine-clock.ts';
import { eventKey, eventMoment } from './event-record.ts';
import { moment } from './logs.ts';
import { pause } from './pause.ts';
import type { EventRecord } from './records.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;
/** Some engines send no headers before the first event. */
const LATE_HEADERS_MS = 250;
/** Keys kept to recognise events that are told again after a reconnect. */
const REMEMBERED_KEYS = 2048;

export interface EventStreamOptions {
  connection: EngineConnection;
  dialect: Dialect;
  list(signal: AbortSignal): Promise<readonly ContainerSummary[]>;
  logger: Logger;
}

/**
 * The one event stream of an engine. It reconnects for ever, asks for what happened since, and publishes a `resync` after
 * every gap. Only an engine that does not answer at all at the beginning ends it with an error.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #clock: EngineClock;
  readonly #publish: (event: EngineEvent) => void;
  readonly #signal: AbortSignal;
  readonly #seen: Set<string> = new Set();
  readonly #outOfMemory: Set<string> = new Set();
  #since: string | undefined;
  #opened = false;
  #delay = FIRST_DELAY_MS;

  constructor(options: EventStreamOptions, publish: (event: EngineEvent) => void, signal: AbortSignal) {
    this.#options = options;
    this.#clock = new EngineClock(options.connection);
    this.#publish = publish;
    this.#signal = signal;
  }

  /** Runs until the signal fires; rejects when the engine cannot be reached or refuses in the beginning. */
  async run(): Promise<void> {
    const { connection, logger } = this.#options;
    const signal = this.#signal;
    // The engine is asked for what happens from now on, not from when the request reaches it.
    const [since] = await Promise.all([this.#clock.now(signal), connection.ping({ signal })]);
    this.#since = moment(new Date(since));
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        await this.#connect({ isFirst });
      } catch (error) {
        if (signal.aborted) return;
        if (!this.#opened && !isTransient(error)) throw error;
        logger.debug('the event stream broke and is opened again', { error });
      }
      await pause(this.#delay, signal);
      this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
    }
  }

  /** Reads one upstream stream to its end, which is a gap: an engine that lives does not end it. */
  async #connect({ isFirst }: { isFirst: boolean }): Promise<void> {
    const { connection, dialect, list } = this.#options;
    const attempt = new AbortController();
    const signal = AbortSignal.any([this.#signal, attempt.signal]);
    try {
      const opening = connection.request({
        path: '/events',
        query: { since: this.#since, filters: JSON.stringify(dialect.eventFilters) },
        signal,
      });
      const reading = opening.then((response) => this.#read(response.body));
      reading.catch(() => undefined);
      await Promise.race([opening, pause(LATE_HEADERS_MS, signal)]);
      // What the engine tells again of the gap is read while it makes the list, so that the list comes after it.
      if (!isFirst) {
        const containers = await list(signal);
        this.#publish({ type: 'resync', time: new Date(), containers });
      }
      await reading;
    } finally {
      attempt.abort();
    }
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    this.#opened = true;
    this.#delay = FIRST_DELAY_MS;
    for await (const record of parseNdjson<EventRecord>(body)) {
      const key = eventKey(record);
      if (this.#seen.has(key)) continue;
      this.#remember(key);
      this.#since = eventMoment(record) ?? this.#since;
      const event = this.#options.dialect.event(record);
      if (event !== null) this.#publish(this.#withMemory(event));
    }
  }

  /** An engine tells of a lack of memory in an event of its own, before that of the end. */
  #withMemory(event: EngineEvent): EngineEvent {
    if (event.type === 'oom') this.#outOfMemory.add(event.subject.id);
    if (event.type !== 'died' && event.type !== 'removed') return event;
    const hadOom = this.#outOfMemory.delete(event.subject.id);
    return event.type === 'died' && hadOom ? { ...event, oomKilled: true } : event;
  }

  #remember(key: string): void {
    this.#seen.add(key);
    if (this.#seen.size <= REMEMBERED_KEYS) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

function isTransient(error: unknown): boolean {
  return isWherryError(error, 'UNAVAILABLE', 'STREAM_CUT', 'TIMEOUT', 'ENGINE', 'PROTOCOL');
}
