import type { Backend } from '../core/backend.ts';
import { composeLabel } from '../core/compose-labels.ts';
import { lastLogLines } from '../core/death.ts';
import type { EngineEvent } from '../core/engine-event.ts';
import { EventBus } from '../core/event-bus.ts';

type Died = Extract<EngineEvent, { type: 'died' }>;

/** ms within which an engine tells that an end was asked for. */
const tellingOfStop = 300;

export interface CrashRecordOptions {
  projectName: string;
  /** Where `container.failed` is published. */
  events: EventBus;
  signal: AbortSignal;
}

/** Publishes the crashes of a project's containers until it is disposed, those that their engine restarts too. */
export interface CrashRecord extends AsyncDisposable {
  /** For whoever publishes crashes as well: all other events of this bus reach the record's one. */
  readonly others: EventBus;
}

/** Begins to watch at once. */
export function recordCrashes(backend: Backend, options: CrashRecordOptions): CrashRecord {
  return new Crashes(backend, options);
}

class Crashes implements CrashRecord {
  readonly others: EventBus = new EventBus();
  readonly #backend: Backend;
  readonly #options: CrashRecordOptions;
  readonly #scope = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  /** How often somebody stopped or removed a container. */
  readonly #meant = new Map<string, number>();

  constructor(backend: Backend, options: CrashRecordOptions) {
    this.#backend = backend;
    this.#options = options;
    const { events } = options;
    this.others.subscribe({}, ({ type, source, name, data, error }) => {
      if (type !== 'container.failed') events.publish(type, source, name, data as never, error);
    });
    this.#read().catch(() => undefined);
  }

  /** Resolves when what has happened is told. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pending);
    this.#scope.abort();
    this.others.close();
  }

  async #read(): Promise<void> {
    const labels = [`${composeLabel.project}=${this.#options.projectName}`, `${composeLabel.oneOff}=False`];
    const signal = AbortSignal.any([this.#scope.signal, this.#options.signal]);
    for await (const event of this.#backend.events({ labels, signal })) {
      if (event.type === 'stopped' || event.type === 'removed') {
        const { id } = event.subject;
        this.#meant.set(id, (this.#meant.get(id) ?? 0) + 1);
      } else if (event.type === 'died' && event.exitCode !== 0) this.#died(event);
    }
  }

  #died(event: Died): void {
    const told = this.#tell(event).finally(() => this.#pending.delete(told));
    this.#pending.add(told);
  }

  async #tell({ subject, exitCode, oomKilled }: Died): Promise<void> {
    const { id, name, image, labels } = subject;
    const before = this.#meant.get(id);
    await new Promise((resolve) => setTimeout(resolve, tellingOfStop));
    if (this.#meant.get(id) !== before) return;
    const { signal, events, projectName: project } = this.#options;
    const lastLines = await lastLogLines(this.#backend, id, { signal }).catch(() => []);
    const service = labels[composeLabel.service] ?? '';
    const data = { id, name, image, project, service, exitCode, oomKilled: oomKilled ?? false, lastLines };
    events.publish('container.failed', 'up', service, data);
  }
}
