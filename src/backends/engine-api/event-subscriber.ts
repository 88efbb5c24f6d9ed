import type { EngineEvent } from '../../core/engine-event.ts';

export type SubscriberStep =
  | { kind: 'event'; event: EngineEvent }
  /** Events were dropped: the reader has to look for himself what is there now. */
  | { kind: 'overflow' }
  | { kind: 'end'; error: unknown };

/** The bounded buffer between the event stream, which never waits, and one reader, who may be slow. */
export class EventSubscriber {
  readonly #size: number;
  #events: EngineEvent[] = [];
  #overflow = false;
  #end: { error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(size: number) {
    this.#size = size;
  }

  offer(event: EngineEvent): void {
    if (this.#end !== undefined || this.#overflow) return;
    if (this.#events.length < this.#size) {
      this.#events.push(event);
    } else {
      this.#events = [];
      this.#overflow = true;
    }
    this.#wake();
  }

  /** What is in the buffer is still read, then the end. Only the first end counts. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** The next step, when there is one. */
  async next(): Promise<SubscriberStep> {
    for (;;) {
      if (this.#overflow) {
        this.#overflow = false;
        return { kind: 'overflow' };
      }
      const event = this.#events.shift();
      if (event !== undefined) return { kind: 'event', event };
      if (this.#end !== undefined) return { kind: 'end', error: this.#end.error };
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          this.#wake = () => {};
          resolve();
        };
      });
    }
  }
}
