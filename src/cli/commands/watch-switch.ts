import type { OnWatchEvent } from '../../boot/index.ts';
import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';

export interface WatchSwitchOptions {
  services: readonly string[] | undefined;
  onEvent: OnWatchEvent;
  /** It ended by itself, or could not begin. */
  onFailure: (error: unknown) => void;
}

/** The watching of a project's files, switched on and off while something else goes on. */
export class WatchSwitch implements AsyncDisposable {
  readonly #backend: Backend;
  readonly #project: Project;
  readonly #options: WatchSwitchOptions;
  #stop: AbortController | undefined;
  #watching: Promise<void> = Promise.resolve();
  #waiting: (() => void)[] = [];

  constructor(backend: Backend, project: Project, options: WatchSwitchOptions) {
    this.#backend = backend;
    this.#project = project;
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#stop !== undefined;
  }

  toggle(): void {
    if (this.#stop === undefined) this.start();
    else this.#switchOff();
  }

  /** Resolves when it is off. */
  async off(): Promise<void> {
    if (this.#stop !== undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  start(): void {
    if (this.#stop !== undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    // What an earlier watching still does comes to its end first.
    this.#watching = this.#watching
      .then(() => this.#watch(stop.signal))
      .catch((error: unknown) => {
        if (this.#stop === stop) this.#switchOff();
        this.#options.onFailure(error);
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#switchOff();
    await this.#watching;
  }

  #switchOff(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { services, onEvent } = this.#options;
    const { watchProject } = await import('../../boot/index.ts');
    if (!signal.aborted) await watchProject(this.#backend, this.#project, { services, onEvent, signal });
  }
}
