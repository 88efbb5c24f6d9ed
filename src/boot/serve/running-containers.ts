import { composeLabel } from '../../compose/index.ts';
import type { Backend, EngineEvent } from '../../core/index.ts';
import { observeContainers } from '../observed.ts';

/** One container of the project that runs. */
export interface RunningContainer {
  id: string;
  name: string;
  service: string;
  oneOff: boolean;
}

export interface RunningChange {
  container: RunningContainer;
  change: 'started' | 'ended' | 'paused';
  /** Null unless it ended by itself, and where the engine does not tell. */
  exitCode: number | null;
}

/** Knows which containers of a project run, by the engine's events. */
export class RunningContainers {
  readonly #backend: Backend;
  readonly #project: string;
  readonly #onChange: (change: RunningChange) => void;
  readonly #running = new Map<string, RunningContainer>();
  readonly #closing = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  constructor(backend: Backend, project: string, onChange: (change: RunningChange) => void) {
    this.#backend = backend;
    this.#project = project;
    this.#onChange = onChange;
  }

  /** Resolves when the containers that run now are known; tells of none of them. */
  async begin(): Promise<void> {
    const { signal } = this.#closing;
    const labels = [`${composeLabel.project}=${this.#project}`];
    const events = this.#backend.events({ labels, since: new Date(), signal });
    const found = await observeContainers(this.#backend, this.#project, { signal });
    for (const { id, name, service, oneOff, status } of found)
      if (status === 'running') this.#running.set(id, { id, name, service, oneOff });
    this.#reading = this.#read(events);
  }

  get all(): readonly RunningContainer[] {
    return [...this.#running.values()];
  }

  /** Those that a service consists of. */
  of(service: string): readonly RunningContainer[] {
    return this.all.filter((one) => one.service === service && !one.oneOff);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  /** An engine that is gone for good is told by whatever is asked of it next. */
  async #read(events: AsyncIterable<EngineEvent>): Promise<void> {
    try {
      for await (const event of events) this.#take(event);
    } catch {
      return;
    }
  }

  #take(event: EngineEvent): void {
    if (event.type === 'resync') {
      const now = new Map(
        event.containers
          .filter(({ status }) => status === 'running')
          .map(({ id, name, labels }) => [id, asRunning(id, name, labels)]),
      );
      for (const one of this.all) if (!now.has(one.id)) this.#leave(one, 'ended', null);
      for (const one of now.values()) this.#enter(one);
      return;
    }
    const { id, name, labels } = event.subject;
    const one = this.#running.get(id) ?? asRunning(id, name, labels);
    if (event.type === 'started' || event.type === 'resumed') this.#enter(one);
    else if (event.type === 'paused') this.#leave(one, 'paused', null);
    else if (event.type === 'died') this.#leave(one, 'ended', event.exitCode);
    else if (event.type === 'removed') this.#leave(one, 'ended', null);
  }

  #enter(container: RunningContainer): void {
    this.#running.set(container.id, container);
    this.#onChange({ container, change: 'started', exitCode: null });
  }

  #leave(container: RunningContainer, change: 'ended' | 'paused', exitCode: number | null): void {
    if (this.#running.delete(container.id)) this.#onChange({ container, change, exitCode });
  }
}

function asRunning(id: string, name: string, labels: Readonly<Record<string, string>>): RunningContainer {
  return {
    id,
    name,
    service: labels[composeLabel.service] ?? '',
    oneOff: labels[composeLabel.oneOff] === 'True',
  };
}
