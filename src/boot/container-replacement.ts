import { setTimeout as sleep } from 'node:timers/promises';
import { asWherryError, type ContainerSpec, cancelled, WherryError } from '../core/index.ts';
import { timerDelay } from '../core/timer.ts';
import { anonymousVolumes, takingOver } from './anonymous-volumes.ts';
import { start, startAgain, stop } from './container-verbs.ts';
import type { ContainerOf, ContainerWork } from './container-work.ts';
import type { DesiredService } from './desired.ts';
import { gaveWay, ignoreGone } from './failure.ts';
import { replaceLabel } from './labels.ts';
import { create, stepSpec } from './make-container.ts';
import type { ContainerStep } from './plan.ts';
import { passReady } from './ready.ts';
import type { Rollout } from './rollout.ts';
import { startsFirst } from './start-first.ts';
import type { UpContext } from './up-run.ts';

/** Makes the new container beside the old one, and swaps them when its turn has come. */
export class Replacement implements ContainerWork {
  readonly #context: UpContext;
  readonly #step: ContainerStep;
  #id: string | null = null;
  #swapping = false;
  #kept: Kept | null = null;

  constructor(context: UpContext, step: ContainerStep) {
    this.#context = context;
    this.#step = step;
  }

  async make(containerOf: ContainerOf): Promise<string> {
    const { options } = this.#context;
    const { current, name } = this.#step;
    if (current === null) throw new WherryError('INTERNAL', `there is no container ${name} to replace`);
    const spec = await stepSpec(this.#context, this.#step, containerOf);
    const inherited =
      options.renewAnonymousVolumes === true
        ? []
        : await anonymousVolumes(this.#context, this.#step, current);
    const replacement: ContainerSpec = {
      ...takingOver(spec, inherited),
      name: `${current.slice(0, 12)}_${name}`,
      labels: { ...spec.labels, [replaceLabel]: this.#step.currentName ?? name },
    };
    this.#id = await create(this.#context, replacement);
    this.#context.story.named(this.#id, this.#step);
    return this.#id;
  }

  async finish(): Promise<string | null> {
    const { current } = this.#step;
    const id = this.#id;
    const service = this.#context.desired.get(this.#step.service);
    if (current === null || id === null || service === undefined) return id;
    const rollout = this.#rollout();
    if (rollout === undefined) await this.#swap(service, id, current);
    else await this.#takeTurn(rollout, service, id, current);
    return id;
  }

  #rollout(): Rollout | undefined {
    return this.#step.start ? this.#context.rollouts.get(this.#step.service) : undefined;
  }

  async #swap(service: DesiredService, id: string, current: string): Promise<void> {
    const first = this.#step.start && startsFirst(service);
    if (first) {
      await this.#startBeside(service, id);
      await this.#sendOver(service, id, current);
    }
    await stop(this.#context, this.#step);
    await this.#takeName(id, current);
    if (this.#step.start && !first) await start(this.#context, this.#step, id);
  }

  async #takeTurn(rollout: Rollout, service: DesiredService, id: string, current: string): Promise<void> {
    await rollout.turn(this.#step.id, this.#context.signal);
    try {
      if (rollout.rollsBack) await this.#tryOut(rollout.monitor, service, id, current);
      else await this.#swap(service, id, current);
      if (!rollout.rollsBack && rollout.isAwaited(this.#step.id))
        await this.#proveReady(rollout.monitor, service, id);
    } catch (error) {
      rollout.end(this.#step.id, asWherryError(error));
      throw error;
    }
    rollout.end(this.#step.id, null);
    if (!rollout.rollsBack) return;
    await rollout.whole();
    await this.#takeName(id, current);
  }

  /** Lets the new one work while the old one, stopped, can still come back. */
  async #tryOut(monitor: number, service: DesiredService, id: string, current: string): Promise<void> {
    const { watch } = this.#context;
    const first = startsFirst(service);
    const ran = watch.state(current)?.phase === 'running';
    if (first) await this.#startBeside(service, id);
    this.#kept = { current, ran, service, first };
    if (first) await this.#sendOver(service, id, current);
    await stop(this.#context, this.#step);
    await this.#orGiveWay(service, async () => {
      if (!first) await start(this.#context, this.#step, id);
      await this.#proveReady(monitor, service, id);
    });
  }

  async #proveReady(monitor: number, service: DesiredService, id: string): Promise<void> {
    const one = { id, name: this.#step.name };
    await passReady(this.#context, service, one);
    if (monitor === 0) return;
    await this.#lookAt(id, monitor);
    await passReady(this.#context, service, one);
  }

  /** For `monitor` ms, or until it ends or becomes unhealthy. */
  async #lookAt(id: string, monitor: number): Promise<void> {
    const { signal, watch } = this.#context;
    const { exits = 0 } = watch.state(id) ?? {};
    const over = new AbortController();
    const scope = AbortSignal.any([signal, over.signal]);
    const failed = watch.until(
      id,
      (now) => now.phase !== 'running' || now.exits > exits || now.health === 'unhealthy',
      scope,
    );
    const passed = sleep(timerDelay(monitor), undefined, { signal: scope });
    try {
      await Promise.race([failed, passed]);
    } catch (error) {
      throw signal.aborted ? cancelled(signal) : error;
    } finally {
      over.abort();
      await Promise.allSettled([failed, passed]);
    }
  }

  /** No signal from here to the new name: an abort in between would leave the service without its container. */
  async #takeName(id: string, current: string): Promise<void> {
    const { backend, limit } = this.#context;
    this.#swapping = true;
    await limit.run(async () => {
      await backend.remove(current, { force: true, keepVolumes: true }).catch(ignoreGone);
      await backend.rename(id, this.#step.name);
    });
  }

  /** Gets the new one ready while the old one still serves. */
  async #startBeside(service: DesiredService, id: string): Promise<void> {
    await this.#orGiveWay(service, async () => {
      await start(this.#context, this.#step, id);
      await passReady(this.#context, service, { id, name: this.#step.name });
    });
  }

  /** A failure of the new container says that the old one is there. */
  async #orGiveWay(service: DesiredService, trial: () => Promise<void>): Promise<void> {
    try {
      await trial();
    } catch (error) {
      if (this.#context.signal.aborted) throw error;
      throw gaveWay(service.name, asWherryError(error));
    }
  }

  async #sendOver(service: DesiredService, id: string, current: string): Promise<void> {
    const { holder, signal } = this.#context;
    if (holder === null || !holder.services.includes(service.name)) return;
    // From here on clients are with the new one: it stays, whatever becomes of the old one, unless that is kept to come back.
    if (this.#kept === null) this.#swapping = true;
    await holder.switchOver({ service: service.name, to: id, from: current }, { signal });
  }

  async undo(): Promise<void> {
    const { name } = this.#step;
    this.#rollout()?.end(this.#step.id, new WherryError('DEPENDENCY', `container ${name} was not replaced`));
    if (this.#swapping) return;
    if (this.#step.current !== null) this.#context.cameBack.set(this.#step.id, this.#step.current);
    if (this.#id === null) return;
    const id = this.#id;
    const remove = async (): Promise<void> => {
      await this.#context.backend.remove(id, { force: true }).catch(ignoreGone);
    };
    if (this.#kept === null) return remove();
    if (!this.#kept.first) await remove();
    await this.#bringBack(this.#kept, id);
    if (this.#kept.first) await remove();
  }

  /** The old one again; no signal, for it is what a cancelled `up` leaves. */
  async #bringBack({ current, ran, service, first }: Kept, id: string): Promise<void> {
    const { holder, signal } = this.#context;
    if (!ran) return;
    await startAgain(this.#context, current);
    if (!first || holder === null || !holder.services.includes(service.name)) return;
    if (!signal.aborted)
      await passReady(this.#context, service, { id: current, name: this.#step.name }).catch(() => undefined);
    await holder.switchOver({ service: service.name, to: current, from: id }, {});
  }
}

/** An old container that was stopped, or is about to be, and comes back when the rollout fails. */
interface Kept {
  current: string;
  ran: boolean;
  service: DesiredService;
  first: boolean;
}
