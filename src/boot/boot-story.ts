import type { Backend, EngineHealth, EventBus } from '../core/index.ts';
import { lastLogLines } from '../health/index.ts';
import type { DesiredService } from './desired.ts';
import type { OnProgress } from './progress.ts';
import type { WatchedContainer, WatchObserver } from './watch.ts';

export interface BootStoryInput {
  backend: Backend;
  project: string;
  desired: ReadonlyMap<string, DesiredService>;
  events: EventBus | undefined;
  onProgress: OnProgress | undefined;
}

interface Named {
  name: string;
  service: string;
}

/** Tells what becomes of a project's containers: as lifecycle events, and health as progress. */
export class BootStory implements WatchObserver {
  readonly #input: BootStoryInput;
  readonly #containers = new Map<string, Named>();
  /** Ended by us: no failure. */
  readonly #stopping = new Set<string>();
  /** Events whose payload has to be asked for first. */
  readonly #pending: Promise<void>[] = [];

  constructor(input: BootStoryInput) {
    this.#input = input;
  }

  /** Says whose container an id is. */
  named(id: string, { name, service }: Named): void {
    this.#containers.set(id, { name, service });
  }

  started(id: string): void {
    this.#stopping.delete(id);
    const subject = this.#subject(id);
    if (subject === undefined) return;
    const data = { ...subject, startedAt: new Date() };
    this.#input.events?.publish('container.started', 'boot', subject.service, data);
  }

  /** From now on its end is meant. */
  stopping(id: string): void {
    this.#stopping.add(id);
  }

  onHealth(id: string, from: EngineHealth | null, to: EngineHealth): void {
    const container = this.#containers.get(id);
    if (container === undefined || to === 'none') return;
    const { name: target, service } = container;
    const { onProgress, events } = this.#input;
    onProgress?.({ kind: 'health', service, container: target, health: to });
    if (to === 'starting') return;
    const before = from === 'healthy' || from === 'unhealthy' ? from : 'unknown';
    const message = `the engine says ${to}`;
    events?.publish('health.changed', 'boot', service, { target, kind: 'engine', from: before, to, message });
  }

  onExit(container: Readonly<WatchedContainer>): void {
    const { events } = this.#input;
    if (events === undefined || container.exitCode === 0 || this.#stopping.has(container.id)) return;
    this.#pending.push(this.#failed(container));
  }

  /** Resolves when everything is told. */
  async told(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #failed({ id, exitCode, oomKilled }: Readonly<WatchedContainer>): Promise<void> {
    const subject = this.#subject(id);
    if (subject === undefined) return;
    const lastLines = await lastLogLines(this.#input.backend, id).catch(() => []);
    const data = { ...subject, exitCode, oomKilled: oomKilled ?? false, lastLines };
    this.#input.events?.publish('container.failed', 'boot', subject.service, data);
  }

  #subject(
    id: string,
  ): { id: string; name: string; image: string; project: string; service: string } | undefined {
    const container = this.#containers.get(id);
    if (container === undefined) return undefined;
    const image = this.#input.desired.get(container.service)?.image ?? '';
    return { id, ...container, image, project: this.#input.project };
  }
}
