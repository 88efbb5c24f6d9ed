import { setTimeout as sleep } from 'node:timers/promises';
import { composeLabel, firstContainer, type Service } from '../compose/index.ts';
import {
  asWherryError,
  type ContainerSpec,
  cancelled,
  isWherryError,
  label,
  type VolumeMount,
  WherryError,
} from '../core/index.ts';
import { type DesiredService, linksOn, specOf } from './desired.ts';
import { gaveWay } from './failure.ts';
import { replaceLabel } from './labels.ts';
import type { ContainerStep } from './plan.ts';
import { variablesFor } from './providers/provided.ts';
import { passReady } from './ready.ts';
import type { Rollout } from './rollout.ts';
import { startsFirst } from './start-first.ts';
import type { UpContext } from './up-run.ts';

/** The two halves of a container step: what may be done ahead, and what waits for other services. */
export interface ContainerWork {
  /** Makes the container where there is none to use; resolves to the id that the step is about. */
  make(containerOf: (service: string) => Promise<string | null>): Promise<string | null>;
  /** Starts, replaces, stops or removes. */
  finish(): Promise<string | null>;
  /** Takes back what `make` made for a replacement that does not happen. */
  undo(): Promise<void>;
}

export function containerWork(context: UpContext, step: ContainerStep): ContainerWork {
  switch (step.action) {
    case 'create':
      return new Creation(context, step);
    case 'recreate':
      return new Replacement(context, step);
    case 'start':
      return existing(context, step, () => startExisting(context, step));
    case 'stop':
      return existing(context, step, () => stop(context, step));
    case 'remove':
      return existing(context, step, () => stopAndRemove(context, step));
    case 'keep':
      return existing(context, step, async () => undefined);
  }
}

function existing(_context: UpContext, step: ContainerStep, finish: () => Promise<void>): ContainerWork {
  return {
    make: async () => step.current,
    finish: async () => {
      await finish();
      return step.current;
    },
    undo: async () => undefined,
  };
}

class Creation implements ContainerWork {
  readonly #context: UpContext;
  readonly #step: ContainerStep;
  #id: string | null = null;

  constructor(context: UpContext, step: ContainerStep) {
    this.#context = context;
    this.#step = step;
  }

  async make(containerOf: (service: string) => Promise<string | null>): Promise<string> {
    const spec = await stepSpec(this.#context, this.#step, containerOf);
    const left = this.#context.leftVolumes.get(this.#step.inherits ?? '') ?? [];
    this.#id = await create(this.#context, takingOver(spec, left));
    this.#context.story.named(this.#id, this.#step);
    return this.#id;
  }

  async finish(): Promise<string | null> {
    if (this.#step.start && this.#id !== null) await start(this.#context, this.#step, this.#id);
    return this.#id;
  }

  /** A container that was made and not started is what the next `up` goes on with. */
  async undo(): Promise<void> {}
}

/** Makes the new container beside the old one, and swaps them when its turn has come. */
class Replacement implements ContainerWork {
  readonly #context: UpContext;
  readonly #step: ContainerStep;
  #id: string | null = null;
  #swapping = false;
  #kept: Kept | null = null;

  constructor(context: UpContext, step: ContainerStep) {
    this.#context = context;
    this.#step = step;
  }

  async make(containerOf: (service: string) => Promise<string | null>): Promise<string> {
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
    const { signal, watch } = this.#context;
    const first = startsFirst(service);
    const ran = watch.state(current)?.phase === 'running';
    if (first) await this.#startBeside(service, id);
    this.#kept = { current, ran, service, first };
    if (first) await this.#sendOver(service, id, current);
    await stop(this.#context, this.#step);
    try {
      if (!first) await start(this.#context, this.#step, id);
      await this.#proveReady(monitor, service, id);
    } catch (error) {
      if (signal.aborted) throw error;
      throw gaveWay(service.name, asWherryError(error));
    }
  }

  async #proveReady(monitor: number, service: DesiredService, id: string): Promise<void> {
    const one = { id, name: this.#step.name };
    await passReady(this.#context, service, one);
    if (monitor === 0) return;
    const { signal } = this.#context;
    await sleep(monitor, undefined, { signal }).catch(() => {
      throw cancelled(signal);
    });
    await passReady(this.#context, service, one);
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
    const { signal } = this.#context;
    try {
      await start(this.#context, this.#step, id);
      await passReady(this.#context, service, { id, name: this.#step.name });
    } catch (error) {
      if (signal.aborted) throw error;
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
    if (this.#id === null || this.#swapping) return;
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
    const { backend, holder, limit, signal, story, watch } = this.#context;
    if (!ran) return;
    watch.starting(current);
    await limit.run(() => backend.start(current));
    watch.started(current);
    story.started(current);
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

/** A killed `up` may have its last create come true after this one looked: what has the name and never ran goes first. */
async function create({ backend, limit, signal }: UpContext, spec: ContainerSpec): Promise<string> {
  return limit.run(async () => {
    try {
      return await backend.create(spec, { signal });
    } catch (error) {
      if (!isWherryError(error, 'ALREADY_EXISTS') || spec.name === undefined) throw error;
      const { id, status, labels } = await backend.inspect(spec.name, { signal });
      if (status !== 'created' || labels[label.project] !== spec.labels?.[label.project])
        throw nameTaken(spec.name, labels, error);
      await backend.remove(id, { signal });
      return await backend.create(spec, { signal });
    }
  }, signal);
}

function nameTaken(name: string, labels: Readonly<Record<string, string>>, cause: unknown): WherryError {
  const { [composeLabel.project]: project, [composeLabel.service]: service } = labels;
  const whose = project === undefined ? 'that belongs to no project' : `of ${service} in project ${project}`;
  return new WherryError('ALREADY_EXISTS', `the name ${name} is taken by a container ${whose}`, {
    hint: 'remove or rename that container, or give the service another container_name',
    details: { name, project: project ?? null, service: service ?? null },
    cause,
  });
}

async function stepSpec(
  context: UpContext,
  step: ContainerStep,
  containerOf: (service: string) => Promise<string | null>,
): Promise<ContainerSpec> {
  const service = context.desired.get(step.service);
  if (service === undefined) throw new WherryError('INTERNAL', `there is no service ${step.service} to make`);
  const containers = new Map<string, string>();
  for (const other of service.shares) {
    const id = await containerOf(other);
    if (id === null) await checkThere(service, other, context);
    else containers.set(other, id);
  }
  const { project, files, images, backend, signal } = context;
  const links = await linksOn(backend, project, { signal });
  const provided = variablesFor(service.declared, context.providers.provided);
  const { number } = step;
  return specOf(project, service, { number, images, containers, files, links, provided });
}

/** Fails with `NOT_FOUND` where a service that this `up` leaves out (`noDeps`) is to share what it has, and has no container. */
async function checkThere({ declared }: DesiredService, other: string, context: UpContext): Promise<void> {
  const shared = sharedWith(declared, other);
  if (shared === undefined) return;
  const { backend, project, signal } = context;
  try {
    await backend.inspect(firstContainer(other, project, {}), { signal });
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
    throw new WherryError('NOT_FOUND', `cannot share ${shared} with service ${other}: container missing`, {
      hint: `bring ${other} up as well`,
      details: { service: other },
      cause: error,
    });
  }
}

/** What of the other service it uses, in docker compose's words. */
function sharedWith({ networkMode, ipc, pid, volumesFrom }: Service, other: string): string | undefined {
  const mode = `service:${other}`;
  if (volumesFrom.some((line) => line.split(':', 1)[0] === other)) return 'volume';
  if (networkMode === mode) return 'network namespace';
  if (ipc === mode) return 'IPC namespace';
  return pid === mode ? 'PID namespace' : undefined;
}

/** The volumes of a container that nobody named, without those that it has from others. */
async function anonymousVolumes(
  { backend, desired, limit, signal }: UpContext,
  step: ContainerStep,
  id: string,
): Promise<readonly VolumeMount[]> {
  const info = await limit.run(() => backend.inspect(id, { signal }), signal).catch(ignoreGone);
  const volumes = (info?.spec.volumes ?? []).filter(
    (mount) => mount.type === 'volume' && isAnonymous(mount.source),
  );
  if (info === undefined || volumes.length === 0 || !info.spec.volumesFrom?.length) return volumes;
  const image = await limit
    .run(() => backend.image(info.spec.image).inspect({ signal }), signal)
    .catch(ignoreGone);
  const declared = desired.get(step.service)?.declared.volumes ?? [];
  const own = new Set([...declared.map(({ target }) => target), ...(image?.config?.volumes ?? [])]);
  return volumes.filter(({ target }) => own.has(target));
}

/** The spec with volumes of its predecessor where it would get fresh ones. */
function takingOver(spec: ContainerSpec, left: readonly VolumeMount[]): ContainerSpec {
  const mounts = spec.volumes ?? [];
  const named = mounts.filter((mount) => mount.type !== 'volume' || mount.source !== undefined);
  const taken = new Set(named.map(targetOf));
  const inherited = left.filter((mount) => !taken.has(mount.target));
  if (inherited.length === 0) return spec;
  const targets = new Set(inherited.map(targetOf));
  return { ...spec, volumes: [...mounts.filter((mount) => !targets.has(mount.target)), ...inherited] };
}

function targetOf(mount: VolumeMount): string {
  return mount.target;
}

/** Engines name volumes that nobody named by 64 hexadecimal digits. */
export function isAnonymous(name: string | undefined): boolean {
  return name !== undefined && /^[0-9a-f]{64}$/.test(name);
}

async function startExisting(context: UpContext, step: ContainerStep): Promise<void> {
  const { backend, limit, signal } = context;
  const { current, currentName, name, reason } = step;
  if (current === null) return;
  if (currentName !== name) await limit.run(() => backend.rename(current, name));
  if (reason === 'paused') await limit.run(() => backend.resume(current, { signal }), signal);
  else await start(context, step, current);
}

async function start(context: UpContext, step: ContainerStep, id: string): Promise<void> {
  const { backend, limit, signal, watch, story, hooks } = context;
  await hooks.beforeStart(step, id, context.plan);
  watch.starting(id);
  await limit.run(() => backend.start(id, { signal }), signal);
  watch.started(id);
  story.started(id);
  await hooks.afterStart(step, id);
}

async function stop(context: UpContext, step: ContainerStep): Promise<void> {
  const { backend, limit, signal, options, story, hooks } = context;
  const { current } = step;
  if (current === null) return;
  await hooks.beforeStop(step, current);
  story.stopping(current);
  try {
    await limit.run(() => backend.stop(current, { timeout: options.timeout, signal }), signal);
  } catch (error) {
    ignoreGone(error);
  }
}

async function stopAndRemove(context: UpContext, step: ContainerStep): Promise<void> {
  const { backend, limit, signal, options, leftVolumes } = context;
  const { current } = step;
  if (current === null) return;
  try {
    if (step.reason !== 'scaled-down' && step.reason !== 'orphan' && options.renewAnonymousVolumes !== true)
      leftVolumes.set(current, await anonymousVolumes(context, step, current));
    await stop(context, step);
    await limit.run(() => backend.remove(current, { force: true, keepVolumes: true, signal }), signal);
  } catch (error) {
    ignoreGone(error);
  }
}

function ignoreGone(error: unknown): undefined {
  if (!isWherryError(error, 'NOT_FOUND')) throw error;
}
