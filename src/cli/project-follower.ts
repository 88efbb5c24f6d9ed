import type { Backend } from '../core/backend.ts';
import type { EngineEvent } from '../core/engine-event.ts';
import { isWherryError } from '../core/errors.ts';
import type { LogOptions, LogRecord } from '../core/streams.ts';
import { deferred } from './deferred.ts';

type Died = Extract<EngineEvent, { type: 'died' }>;

export interface FollowerOptions {
  projectName: string;
  /** Only these; all when undefined. */
  services: readonly string[] | undefined;
  onRecord: (record: LogRecord, container: string) => void;
  /** A container ended. */
  onExit?: (exit: Died) => void;
  signal: AbortSignal;
}

/** Follows the logs of a project's containers over restarts, and of those that are added while it runs. */
export class ProjectFollower {
  readonly #backend: Backend;
  readonly #options: FollowerOptions;
  readonly #following = new Map<string, Promise<void>>();
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;
  readonly #fresh = new Set<string>();
  readonly #running = new Set<string>();
  #listening: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(backend: Backend, options: FollowerOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#controller.signal]);
  }

  /** Follows each container from its start on; for those that run already see {@link follow}. */
  listen(): void {
    this.#listening ??= this.#listen();
    this.#listening.catch(() => undefined);
  }

  /** Follows a container that exists. */
  follow(id: string, name: string, options: Pick<LogOptions, 'tail' | 'since'>): void {
    this.#running.add(id);
    if (!this.#following.has(id)) this.#begin(id, name, options);
  }

  /** Resolves when no container that was followed runs any more and all its lines are out. Fails when the engine is gone. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      const { promise, resolve } = deferred<void>();
      this.#onIdle = resolve;
      await Promise.race([promise, this.#listening]);
      this.#signal.throwIfAborted();
    }
    await Promise.all(this.#following.values());
  }

  /** Ends all streams, after the lines that are under way. */
  async close(): Promise<void> {
    this.#controller.abort();
    await Promise.allSettled([...this.#following.values(), this.#listening]);
  }

  async #listen(): Promise<void> {
    const { projectName, services } = this.#options;
    const labels = [`com.docker.compose.project=${projectName}`, 'com.docker.compose.oneoff=False'];
    for await (const event of this.#backend.events({ labels, signal: this.#signal })) {
      if (event.type === 'resync') continue;
      const { id, name, labels: own } = event.subject;
      const service = own['com.docker.compose.service'] ?? '';
      if (services !== undefined && !services.includes(service)) continue;
      if (event.type === 'created') this.#fresh.add(id);
      else if (event.type === 'started') await this.#started(id, name);
      else if (event.type === 'died') await this.#died(event);
    }
  }

  async #started(id: string, name: string): Promise<void> {
    this.#running.add(id);
    if (this.#following.has(id)) return;
    const fresh = this.#fresh.delete(id);
    const info = fresh
      ? undefined
      : await this.#backend.inspect(id, { signal: this.#signal }).catch(() => undefined);
    this.#begin(id, name, { since: info?.startedAt ?? undefined });
  }

  async #died(event: Died): Promise<void> {
    const { id } = event.subject;
    await this.#following.get(id);
    this.#following.delete(id);
    this.#running.delete(id);
    this.#options.onExit?.(event);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  #begin(id: string, name: string, options: Pick<LogOptions, 'tail' | 'since'>): void {
    const done = this.#read(id, name, options);
    done.catch(() => undefined);
    this.#following.set(id, done);
  }

  async #read(id: string, name: string, options: Pick<LogOptions, 'tail' | 'since'>): Promise<void> {
    try {
      const stream = this.#backend.logs(id, { ...options, follow: true, signal: this.#signal });
      for await (const batch of stream.batches())
        for (const record of batch) this.#options.onRecord(record, name);
    } catch (error) {
      if (!isWherryError(error, 'CANCELLED', 'NOT_FOUND')) throw error;
    }
  }
}
