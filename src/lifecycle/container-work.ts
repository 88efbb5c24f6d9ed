import { deathOf } from '../core/death.ts';
import { type Backend, type ContainerInfo, isWherryError, WherryError } from '../core/index.ts';
import type { StartCall, StopCall } from './booter-options.ts';
import { unhealthy } from './hooked-work.ts';
import type { ContainerService } from './service-spec.ts';
import { settled } from './settle.ts';
import type { Story } from './story.ts';
import type { Work } from './work.ts';

/** Starts and stops a container that exists. */
export class ContainerWork implements Work {
  readonly spec: ContainerService;
  readonly #story: Story;
  #run: ContainerInfo | null = null;
  #healthy: boolean | null = null;
  #isPaused = false;
  #isToldFailed = false;

  constructor(spec: ContainerService, story: Story) {
    this.spec = spec;
    this.#story = story;
  }

  get healthy(): boolean | null {
    return this.#healthy;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Its run as it was when we last looked; null while it does not run, as far as we know. */
  get run(): ContainerInfo | null {
    return this.#run;
  }

  /** Whether an event or a list row with this id and name is about it. */
  isAbout({ id, name }: { id: string; name: string }): boolean {
    const { container } = this.spec;
    return container === name || container === id || (container.length >= 12 && id.startsWith(container));
  }

  async start({ signal }: StartCall): Promise<void> {
    const { backend, container } = this.spec;
    const before = await backend.inspect(container, { signal });
    if (before.status === 'paused') await backend.resume(container, { signal });
    else await backend.start(container, { signal });
    this.#isPaused = false;
    const info = await backend.inspect(container, { signal });
    this.#began(info);
    if (before.status !== 'running' && before.status !== 'paused') this.#story.started(this.spec.name, info);
    try {
      await this.#untilReady(info, signal);
    } catch (thrown) {
      if (isWherryError(thrown, 'EXIT')) this.endedBy(thrown, await look(this.spec));
      throw thrown;
    }
  }

  async stop({ reason }: StopCall): Promise<void> {
    const { backend, container, name, stopTimeout, whenIdle } = this.spec;
    this.#healthy = null;
    try {
      if (reason === 'idle' && whenIdle === 'pause') {
        await backend.pause(container);
        this.#isPaused = true;
        return;
      }
      if (this.#isPaused) await backend.resume(container);
      this.#isPaused = false;
      await backend.stop(container, { timeout: stopTimeout });
      if (this.#run === null) return;
      this.#run = null;
      this.#story.stopped(name, await backend.inspect(container));
    } catch (error) {
      // What is not there any more does not run.
      if (!isWherryError(error, 'NOT_FOUND')) throw error;
      this.#run = null;
    }
  }

  async runningSince(options: { signal?: AbortSignal | undefined }): Promise<Date | null> {
    const info = await look(this.spec, options);
    if (info?.status !== 'running') return null;
    this.adopt(info);
    return info.startedAt ?? new Date();
  }

  /** Takes a run that somebody else began, or the engine's restart policy, for the present one. */
  adopt(info: ContainerInfo): void {
    this.#began(info);
    this.#isPaused = false;
    if (info.health === 'healthy' || info.health === 'unhealthy') this.#healthy = info.health === 'healthy';
  }

  /** Tells that the run is over by an error, and forgets it. `info` is null when the container is gone. */
  endedBy(error: WherryError, info: ContainerInfo | null): void {
    this.tellFailure(error, info);
    this.ended();
  }

  /** Tells once that the run is over by an error. */
  tellFailure(error: WherryError, info: ContainerInfo | null): void {
    const last = info ?? this.#run;
    const { lastLines } = error.details;
    if (last === null || this.#isToldFailed) return;
    this.#isToldFailed = true;
    this.#story.failed(this.spec.name, last, error, Array.isArray(lastLines) ? lastLines.map(String) : []);
  }

  /** Forgets the run: it is over. */
  ended(): void {
    this.#run = null;
    this.#healthy = null;
    this.#isPaused = false;
  }

  /** Notes what a check says, and tells a change. */
  noteHealth(kind: string, healthy: boolean, message: string): void {
    this.#story.health(this.spec.name, kind, this.#healthy, healthy, message);
    this.#healthy = healthy;
  }

  #began(info: ContainerInfo): void {
    this.#run = info;
    this.#isToldFailed = false;
  }

  async #untilReady(info: ContainerInfo, signal: AbortSignal): Promise<void> {
    const { backend, health, name } = this.spec;
    if (health === undefined) {
      if (info.health === 'none' && !isOver(info)) return;
      await this.#follow(info.id, { signal, byEngine: true });
      this.noteHealth('engine', true, 'the engine says healthy');
      return;
    }
    const scope = new AbortController();
    const both = AbortSignal.any([signal, scope.signal]);
    const death = this.#follow(info.id, { signal: both, byEngine: false });
    const check = health({ signal: both });
    try {
      await Promise.race([check, death]);
    } catch (thrown) {
      // A check may fail because the container has just ended, which says more.
      const error = await lastWord(backend, info.id, unhealthy(name, thrown));
      if (!signal.aborted && error.code !== 'EXIT') this.noteHealth('custom', false, error.message);
      throw error;
    } finally {
      scope.abort();
      await Promise.all([settled(death), settled(check)]);
    }
    this.noteHealth('custom', true, 'it answers as it should');
  }

  /** Until the engine says that it is healthy, or for ever; fails when it ends, or the engine's check gives up. */
  async #follow(id: string, options: { signal: AbortSignal; byEngine: boolean }): Promise<void> {
    const { backend, name } = this.spec;
    const { signal, byEngine } = options;
    // Subscribed before the first look, so that nothing between the two is missed.
    const events = backend.events({ containers: [id], signal })[Symbol.asyncIterator]();
    try {
      for (let next = events.next(); ; next = events.next()) {
        next.catch(() => undefined);
        const info = await backend.inspect(id, { signal });
        if (isOver(info)) throw await deathOf(backend, id, { signal });
        if (byEngine && (info.health === 'healthy' || info.health === 'none')) return;
        if (byEngine && info.health === 'unhealthy') throw this.#unhealthyByEngine(info);
        if ((await next).done === true) throw new WherryError('STREAM_CUT', `${name}: the events ended`);
      }
    } finally {
      await events.return?.();
    }
  }

  #unhealthyByEngine(info: ContainerInfo): WherryError {
    const { name } = this.spec;
    const last = info.healthLog.at(-1)?.output.trim() ?? '';
    const message = `the engine says unhealthy${last === '' ? '' : `: ${last}`}`;
    this.noteHealth('engine', false, message);
    return new WherryError('UNHEALTHY', `${name}: ${message}`, { details: { container: info.name } });
  }
}

/** Null for what is not there. */
export async function look(
  { backend, container }: Pick<ContainerService, 'backend' | 'container'>,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<ContainerInfo | null> {
  try {
    return await backend.inspect(container, options);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

export function isOver({ status }: ContainerInfo): boolean {
  return status === 'exited' || status === 'dead';
}

async function lastWord(backend: Backend, id: string, error: WherryError): Promise<WherryError> {
  if (error.code === 'EXIT' || error.code === 'CANCELLED') return error;
  const info = await look({ backend, container: id });
  return info !== null && isOver(info) ? deathOf(backend, id) : error;
}
