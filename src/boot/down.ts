import { composeLabel } from '../compose/index.ts';
import { asWherryError } from '../core/errors.ts';
import { type Backend, cancelled, isWherryError, throwIfAborted, type WherryError } from '../core/index.ts';
import { isAnonymous } from './anonymous-volumes.ts';
import { dependencyFailed } from './failure.ts';
import { ServiceHooks } from './hooks/service-hooks.ts';
import { Limit } from './limit.ts';
import { type ObservedContainer, observeContainers } from './observed.ts';
import type { ChangeRow, ChangeSummary, DownOptions } from './options.ts';
import type { ContainerStep, Plan, Step } from './plan.ts';
import { planDown } from './plan-down.ts';
import { lockProject } from './project-lock.ts';
import { runProvider } from './providers/run-provider.ts';
import type { ProjectState, ResourceState } from './state.ts';

/** The plan that `down` would carry out now; changes nothing. */
export async function previewDown(backend: Backend, options: DownOptions): Promise<Plan> {
  const current = await lookForDown(backend, options);
  return planDown({ current, options });
}

/**
 * Stops and removes the containers of a project in reverse dependency order, then its networks, and its volumes and
 * images when asked for. A name is enough: labels tell the rest. Resolves with `ok: false` when something stayed;
 * rejects with `CANCELLED` or `UNAVAILABLE`.
 */
export async function down(backend: Backend, options: DownOptions): Promise<ChangeSummary> {
  const { projectName, signal, events, onProgress } = options;
  throwIfAborted(signal);
  const began = performance.now();
  const onWait = ({ pid, since }: { pid: number; since: Date }): void =>
    onProgress?.({ kind: 'locked', project: projectName, pid, since });
  await using _lock = await lockProject(backend.address, projectName, { signal, onWait });
  const current = await lookForDown(backend, options);
  const plan = planDown({ current, options });
  onProgress?.({ kind: 'planned', plan });
  const services = [...new Set(current.containers.map((one) => one.service))];
  events?.publish('shutdown.started', 'boot', projectName, { project: projectName, services });
  const rows = await new DownRun(backend, plan, current, options).run();
  const failed = rows.filter((row) => row.error !== null).map((row) => row.name);
  const durationMs = performance.now() - began;
  events?.publish('shutdown.completed', 'boot', projectName, { project: projectName, durationMs, failed });
  return { rows, durationMs, ok: failed.length === 0, warnings: plan.warnings };
}

/** Containers, networks and (when they are to go) volumes with the project's label, side by side. */
async function lookForDown(backend: Backend, options: DownOptions): Promise<ProjectState> {
  const { projectName, signal } = options;
  const labels = [`${composeLabel.project}=${projectName}`];
  const [containers, networks, volumes] = await Promise.all([
    observeContainers(backend, projectName, { signal }),
    options.services === undefined ? (backend.networks?.list({ labels, signal }) ?? []) : [],
    options.volumes === true ? (backend.volumes?.list({ labels, signal }) ?? []) : [],
  ]);
  const byName = new Map<string, ResourceState & { ids: string[] }>();
  for (const { id, name, labels: own } of networks) {
    const ids = byName.get(name)?.ids ?? [];
    byName.set(name, { labels: own, ids: [...ids, id] });
  }
  return {
    project: projectName,
    containers,
    networks: byName,
    volumes: new Map(volumes.map(({ name, labels: own }) => [name, { labels: own }])),
    images: new Map(),
  };
}

class DownRun {
  readonly #backend: Backend;
  readonly #plan: Plan;
  readonly #current: ProjectState;
  readonly #options: DownOptions;
  readonly #limit: Limit;
  readonly #signal: AbortSignal;
  readonly #hooks: ServiceHooks;
  readonly #stopped = new Map<string, Promise<unknown>>();
  readonly #done = new Map<string, Promise<ChangeRow>>();

  constructor(backend: Backend, plan: Plan, current: ProjectState, options: DownOptions) {
    this.#backend = backend;
    this.#plan = plan;
    this.#current = current;
    this.#options = options;
    this.#limit = new Limit(options.parallel ?? 8);
    this.#signal = options.signal ?? new AbortController().signal;
    const { projectName, project, onProgress } = options;
    this.#hooks = new ServiceHooks({ backend, projectName, project, onProgress });
  }

  async run(): Promise<ChangeRow[]> {
    for (const step of this.#plan.steps) this.#done.set(step.id, this.#carryOut(step));
    const rows = await Promise.all(this.#done.values());
    if (this.#signal.aborted) throw cancelled(this.#signal);
    return rows;
  }

  async #carryOut(step: Step): Promise<ChangeRow> {
    const { onProgress } = this.#options;
    let began = performance.now();
    const row = (change: ChangeRow['change'], error: WherryError | null): ChangeRow => {
      const durationMs = performance.now() - began;
      onProgress?.({ kind: 'step', step, state: error === null ? 'ready' : 'failed', durationMs, error });
      return { kind: step.kind, name: nameOf(step), service: serviceOf(step), change, durationMs, error };
    };
    const works = (): void => {
      began = performance.now();
      onProgress?.({ kind: 'step', step, state: 'working', durationMs: 0, error: null });
    };
    try {
      if (step.kind === 'container') {
        const stopped = this.#stopInTurn(step, works);
        this.#stopped.set(step.id, stopped);
        await stopped;
      }
      await this.#needs(step);
      if (step.kind !== 'container') works();
      const change =
        step.kind === 'provider'
          ? await this.#remove(step)
          : await this.#limit.run(() => this.#remove(step), this.#signal);
      return row(change, null);
    } catch (error) {
      return row('failed', asWherryError(error));
    }
  }

  async #needs(step: Step): Promise<void> {
    for (const need of step.needs) {
      const row = await this.#done.get(need.step);
      throwIfAborted(this.#signal);
      if (row?.error && need.required) throw dependencyFailed(row.name, row.error);
    }
  }

  /** A container stops once those that depend on it have stopped, while the engine still removes them. */
  async #stopInTurn(step: ContainerStep, works: () => void): Promise<void> {
    for (const need of step.needs) {
      await (this.#stopped.get(need.step) ?? this.#done.get(need.step))?.catch(() => undefined);
      throwIfAborted(this.#signal);
    }
    works();
    await this.#limit.run(() => this.#stop(step.current ?? step.name), this.#signal);
  }

  async #remove(step: Step): Promise<ChangeRow['change']> {
    const signal = this.#signal;
    try {
      switch (step.kind) {
        case 'container':
          await this.#removeContainer(step.current ?? step.name);
          return 'removed';
        case 'provider':
          await this.#release(step.service);
          return 'removed';
        case 'network':
          for (const id of this.#current.networks?.get(step.name)?.ids ?? [step.name]) {
            await this.#backend.networks?.remove(id, { signal });
          }
          return 'removed';
        case 'volume':
          await this.#backend.volumes?.remove(step.name, { signal });
          return 'removed';
        case 'image':
          await this.#backend.image(step.image).remove({ signal });
          return 'removed';
      }
    } catch (error) {
      if (isWherryError(error, 'NOT_FOUND') && step.kind !== 'provider') return 'removed';
      // Others still use it (an orphan, a container of another project): it stays, as with Docker Compose.
      if (isWherryError(error, 'CONFLICT') && step.kind !== 'container') return 'kept';
      throw error;
    }
  }

  async #release(service: string): Promise<void> {
    const { project, onProgress } = this.#options;
    const provider = project?.services[service]?.provider;
    if (project === undefined || provider === undefined) return;
    await runProvider('down', project, { service, provider }, { signal: this.#signal, onProgress });
  }

  async #stop(id: string): Promise<void> {
    const { timeout } = this.#options;
    const signal = this.#signal;
    const one = this.#observed(id);
    try {
      if (one !== undefined) await this.#hooks.beforeStop(one, signal);
      if (one?.status !== 'created' && one?.status !== 'exited')
        await this.#backend.stop(id, { timeout, signal });
    } catch (error) {
      if (!isWherryError(error, 'NOT_FOUND')) throw error;
    }
  }

  async #removeContainer(id: string): Promise<void> {
    const { volumes, events, projectName } = this.#options;
    const signal = this.#signal;
    const one = this.#observed(id);
    const inherited = volumes === true && one !== undefined ? await this.#inheritedVolumes(id) : [];
    await this.#backend.remove(id, { force: true, keepVolumes: volumes !== true, signal });
    for (const name of inherited) await this.#removeVolume(name);
    if (one === undefined) return;
    const { name, image, service, exitCode } = one;
    const data = { id, name, image, project: projectName, service, exitCode };
    events?.publish('container.stopped', 'boot', service, data);
  }

  #observed(id: string): ObservedContainer | undefined {
    return this.#current.containers.find((container) => container.id === id);
  }

  /** A replacement got the anonymous volumes of its predecessor by name, and so the engine would keep them. */
  async #inheritedVolumes(id: string): Promise<string[]> {
    const { spec } = await this.#backend.inspect(id, { signal: this.#signal });
    return (spec.volumes ?? []).flatMap((mount) =>
      mount.type === 'volume' && mount.source !== undefined && isAnonymous(mount.source)
        ? [mount.source]
        : [],
    );
  }

  async #removeVolume(name: string): Promise<void> {
    try {
      await this.#backend.volumes?.remove(name, { signal: this.#signal });
    } catch (error) {
      if (!isWherryError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
    }
  }
}

function nameOf(step: Step): string {
  if (step.kind === 'provider') return step.service;
  return step.kind === 'image' ? step.image : step.name;
}

function serviceOf(step: Step): string | null {
  return step.kind === 'container' || step.kind === 'provider' ? step.service : null;
}
