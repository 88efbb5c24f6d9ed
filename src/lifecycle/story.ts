import type { ContainerInfo, EventBus, WherryError } from '../core/index.ts';
import { label } from '../core/index.ts';
import { asWherryError } from './failure.ts';

const source = 'lifecycle';

/** What is to be told of a boot or a shutdown of one service or several. */
export interface Chapter {
  /** The service, or `all`. */
  name: string;
  services: readonly string[];
}

/** Tells the events of this room, in the order in which they happen. */
export class Story {
  readonly #events: EventBus | undefined;
  readonly #project: string | null;

  constructor(events: EventBus | undefined, project: string | null) {
    this.#events = events;
    this.#project = project;
  }

  /** A boot from its begin to its end. `result` says what failed when the outcome is no rejection. */
  boot<T>(
    chapter: Chapter,
    outcome: Promise<T>,
    failedOf: (result: T) => readonly string[] = () => [],
  ): void {
    const began = performance.now();
    const { name, services } = chapter;
    this.#events?.publish('boot.started', source, name, { project: this.#project, services });
    const tell = (failed: readonly string[], error: WherryError | null): void => {
      const counts = { started: services.length - failed.length, failed: failed.length };
      const durationMs = performance.now() - began;
      const data = { project: this.#project, counts, durationMs, failed };
      this.#events?.publish('boot.completed', source, name, data, error);
    };
    outcome.then(
      (result) => tell(failedOf(result), null),
      (thrown: unknown) => tell(services, asWherryError(thrown, name)),
    );
  }

  /** A shutdown from its begin to its end. */
  shutdown<T>(
    chapter: Chapter,
    outcome: Promise<T>,
    failedOf: (result: T) => readonly string[] = () => [],
  ): void {
    const began = performance.now();
    const { name, services } = chapter;
    this.#events?.publish('shutdown.started', source, name, { project: this.#project, services });
    const tell = (failed: readonly string[], error: WherryError | null): void => {
      const durationMs = performance.now() - began;
      const data = { project: this.#project, durationMs, failed };
      this.#events?.publish('shutdown.completed', source, name, data, error);
    };
    outcome.then(
      (result) => tell(failedOf(result), null),
      (thrown: unknown) => tell(services, asWherryError(thrown, name)),
    );
  }

  started(service: string, info: ContainerInfo): void {
    const startedAt = info.startedAt ?? new Date();
    this.#events?.publish('container.started', source, service, {
      ...this.#subject(service, info),
      startedAt,
    });
  }

  stopped(service: string, info: ContainerInfo): void {
    const { exitCode } = info;
    this.#events?.publish('container.stopped', source, service, {
      ...this.#subject(service, info),
      exitCode,
    });
  }

  failed(service: string, info: ContainerInfo, error: WherryError, lastLines: readonly string[]): void {
    const { exitCode, oomKilled } = info;
    const data = { ...this.#subject(service, info), exitCode, oomKilled, lastLines };
    this.#events?.publish('container.failed', source, service, data, error);
  }

  health(service: string, kind: string, from: boolean | null, to: boolean, message: string): void {
    if (from === to) return;
    const word = (healthy: boolean): 'healthy' | 'unhealthy' => (healthy ? 'healthy' : 'unhealthy');
    const before = from === null ? 'unknown' : word(from);
    const data = { target: service, kind, from: before, to: word(to), message } as const;
    this.#events?.publish('health.changed', source, service, data);
  }

  #subject(
    service: string,
    { id, name, image, labels }: ContainerInfo,
  ): { id: string; name: string; image: string; project: string | null; service: string } {
    return { id, name, image, project: labels[label.project] ?? this.#project, service };
  }
}
