import { WherryError } from '../core/index.ts';
import type { StartCall, StopCall } from './booter-options.ts';
import type { HookedService } from './service-spec.ts';
import type { Story } from './story.ts';
import type { Work } from './work.ts';

/** Starts and stops a service by the functions of its spec. */
export class HookedWork implements Work {
  readonly isPaused = false;
  readonly #spec: HookedService;
  readonly #story: Story;
  #healthy: boolean | null = null;

  constructor(spec: HookedService, story: Story) {
    this.#spec = spec;
    this.#story = story;
  }

  get healthy(): boolean | null {
    return this.#healthy;
  }

  async start(call: StartCall): Promise<void> {
    await this.#spec.start(call);
    const { name, health } = this.#spec;
    if (health === undefined) return;
    try {
      await health({ signal: call.signal });
    } catch (thrown) {
      const error = unhealthy(name, thrown);
      if (!call.signal.aborted) this.#note(false, error.message);
      throw error;
    }
    this.#note(true, 'it answers as it should');
  }

  async stop(call: StopCall): Promise<void> {
    await this.#spec.stop?.(call);
    this.#healthy = null;
  }

  async runningSince(options: { signal?: AbortSignal | undefined }): Promise<Date | null> {
    return (await this.#spec.runningSince?.(options)) ?? null;
  }

  #note(healthy: boolean, message: string): void {
    this.#story.health(this.#spec.name, 'custom', this.#healthy, healthy, message);
    this.#healthy = healthy;
  }
}

/** What a health hook threw, as an error of ours. */
export function unhealthy(name: string, thrown: unknown): WherryError {
  if (thrown instanceof WherryError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new WherryError('UNHEALTHY', `${name} is not healthy: ${message}`, { cause: thrown });
}
