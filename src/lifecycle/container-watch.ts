import type { Backend, EngineEvent, Logger } from '../core/index.ts';
import type { Clock } from './clock.ts';
import { settled } from './settle.ts';

/** What happened to one container. */
export type ContainerEvent = Exclude<EngineEvent, { type: 'resync' }>;

export interface ContainerWatchOptions {
  backend: Backend;
  /** Called for one event after the other; the next waits for it. `gap`: events may be missing. */
  onEvent(event: ContainerEvent | 'gap', signal: AbortSignal): Promise<void>;
  clock: Clock;
  logger: Logger;
}

/** ms until an engine that did not answer is asked again. */
const retryDelay = 1000;

/** Follows the events of one engine until it is disposed, also while the engine is away. */
export class ContainerWatch implements AsyncDisposable {
  readonly #options: ContainerWatchOptions;
  readonly #scope = new AbortController();
  readonly #end: Promise<void>;

  constructor(options: ContainerWatchOptions) {
    this.#options = options;
    this.#end = this.#follow(this.#scope.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#scope.abort();
    await settled(this.#end);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { backend, logger } = this.#options;
    while (!signal.aborted) {
      try {
        for await (const event of backend.events({ signal }))
          await this.#see(event.type === 'resync' ? 'gap' : event, signal);
      } catch (error) {
        if (!signal.aborted) logger.warn('the engine tells no events', { engine: backend.address, error });
      }
      await this.#pause(signal);
      if (!signal.aborted) await this.#see('gap', signal);
    }
  }

  async #see(event: ContainerEvent | 'gap', signal: AbortSignal): Promise<void> {
    const { logger, onEvent } = this.#options;
    try {
      await onEvent(event, signal);
    } catch (error) {
      const type = event === 'gap' ? event : event.type;
      if (!signal.aborted) logger.warn('an event of the engine could not be followed', { type, error });
    }
  }

  #pause(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) return Promise.resolve();
    const end = (): void => resolve();
    const cancel = this.#options.clock.after(retryDelay, end);
    signal.addEventListener('abort', end, { once: true });
    return promise.finally(() => {
      cancel();
      signal.removeEventListener('abort', end);
    });
  }
}
