import type { Project } from '../compose/index.ts';
import { asWherryError } from '../core/errors.ts';
import { type Backend, cancelled, isWherryError, throwIfAborted, WherryError } from '../core/index.ts';
import { pass } from './gate.ts';
import { ServiceHooks } from './hooks/service-hooks.ts';
import { Limit } from './limit.ts';
import { type ObservedContainer, observeContainers } from './observed.ts';
import type {
  ChangeRow,
  ChangeSummary,
  KillServicesOptions,
  RemoveServicesOptions,
  RestartServicesOptions,
  ServiceOptions,
  StartServicesOptions,
  StopServicesOptions,
} from './options.ts';
import { dependantsOf } from './plan-down.ts';
import { lockProject } from './project-lock.ts';
import { haltProviders, withoutProviders } from './providers/halt-providers.ts';
import { sharersOf } from './sharers.ts';
import { ProjectWatch, phaseOf } from './watch.ts';

type Change = ChangeRow['change'];
type Verb = (one: ObservedContainer, signal: AbortSignal) => Promise<Change>;

/** Stops running containers, those that depend on others first. */
export async function stopServices(backend: Backend, options: StopServicesOptions): Promise<ChangeSummary> {
  const began = performance.now();
  const { providers, rest } = withoutProviders(options);
  const containers = rest === null ? [] : (await stopContainers(backend, rest)).rows;
  return summary([...containers, ...(await haltProviders(providers, options))], began);
}

async function stopContainers(backend: Backend, options: StopServicesOptions): Promise<ChangeSummary> {
  const hooks = hooksOf(backend, options);
  return carryOut(backend, options, 'dependants-first', async (one, signal) => {
    if (!isUp(one)) return 'kept';
    await hooks.beforeStop(one, signal);
    await backend.stop(one.id, { timeout: options.timeout, signal });
    return 'stopped';
  });
}

/**
 * Starts containers that do not run, those that others depend on first. What runs in the namespaces of one of them
 * restarts: they are gone.
 */
export async function startServices(backend: Backend, options: StartServicesOptions): Promise<ChangeSummary> {
  const hooks = hooksOf(backend, options);
  const around = {
    before: (one: ObservedContainer, signal: AbortSignal) => hooks.beforeStart(one, signal),
    after: (one: ObservedContainer, signal: AbortSignal) => hooks.afterStart(one, signal),
  };
  const idle = (await choose(backend, options)).filter((one) => !isUp(one));
  const cutOff =
    idle.length === 0 ? [] : await sharersOf(backend, idle, await running(backend, options), options);
  if (cutOff.length === 0) return start(backend, options, around);
  const sharers = cutOff.map((one) => one.service);
  const stopped = await stopServices(backend, { ...options, services: sharers });
  const { services } = options;
  const together = services === undefined || services.length === 0 ? services : [...services, ...sharers];
  const started = await start(backend, { ...options, services: together }, around);
  return { ...started, rows: asRestarts(started.rows, stopped.rows) };
}

type Around = (one: ObservedContainer, signal: AbortSignal) => Promise<void>;

async function start(
  backend: Backend,
  options: StartServicesOptions,
  hooks: { before?: Around; after: Around },
): Promise<ChangeSummary> {
  const watch = new ProjectWatch(backend, options.projectName);
  if (options.wait === true) watch.begin(new Date());
  try {
    return await carryOut(backend, options, 'dependencies-first', async (one, signal) => {
      const change = isUp(one) ? 'kept' : 'started';
      watch.seed({ id: one.id, phase: phaseOf(one.status), health: one.health, exitCode: one.exitCode });
      if (change === 'started') {
        await hooks.before?.(one, signal);
        watch.starting(one.id);
        await backend.start(one.id, { signal });
        watch.started(one.id);
        await hooks.after(one, signal);
      }
      if (options.wait === true) await ready(backend, watch, one, options, signal);
      return change;
    });
  } finally {
    await watch.close();
  }
}

/**
 * Stops in reverse dependency order, then starts in dependency order; dependants with `restart: true` go along. What runs
 * before a start (`pre_start`) does not run again, as with Docker Compose.
 */
export async function restartServices(
  backend: Backend,
  options: RestartServicesOptions,
): Promise<ChangeSummary> {
  const began = performance.now();
  const { projectName, signal, onProgress } = options;
  const onWait = ({ pid, since }: { pid: number; since: Date }): void =>
    onProgress?.({ kind: 'locked', project: projectName, pid, since });
  // Who follows the project sees that what is stopped here is about to be started again.
  await using _lock = await lockProject(backend.address, projectName, { signal, onWait });
  const chosen = await choose(backend, options);
  const along = options.noDeps === true ? chosen : await withRestarted(backend, options, chosen);
  const services = [...new Set(along.map((one) => one.service))];
  if (services.length === 0) return summary([], began);
  const stopped = await stopServices(backend, { ...options, services });
  const hooks = hooksOf(backend, options);
  const after: Around = (one, signal) => hooks.afterStart(one, signal);
  const started = await start(backend, { ...options, services }, { after });
  return summary(asRestarts(started.rows, stopped.rows), began);
}

/** Rows of what was started, as those of restarts where it was stopped before. */
function asRestarts(started: readonly ChangeRow[], stopped: readonly ChangeRow[]): readonly ChangeRow[] {
  return started.map((row) => {
    const before = stopped.find((other) => other.name === row.name);
    if (before === undefined) return row;
    const error = row.error ?? before.error;
    return { ...row, change: error === null ? 'restarted' : 'failed', error };
  });
}

/** Sends a signal to running containers, all at once. */
export async function killServices(backend: Backend, options: KillServicesOptions): Promise<ChangeSummary> {
  const { project, services, removeOrphans } = options;
  const isOrphan = ({ service }: ObservedContainer): boolean =>
    project !== undefined &&
    removeOrphans !== true &&
    services === undefined &&
    !isDeclared(project, service);
  return carryOut(backend, options, 'any', async (one, signal) => {
    if (!isUp(one) || isOrphan(one)) return 'kept';
    const { killSignal } = options;
    await backend.kill(one.id, killSignal === undefined ? { signal } : { killSignal, signal });
    return 'killed';
  });
}

/** Removes stopped containers, and with `stop` running ones too. */
export async function removeServices(
  backend: Backend,
  options: RemoveServicesOptions,
): Promise<ChangeSummary> {
  const hooks = hooksOf(backend, options);
  return carryOut(backend, options, 'dependants-first', async (one, signal) => {
    if (isUp(one)) {
      if (options.stop !== true) return 'kept';
      await hooks.beforeStop(one, signal);
      await backend.stop(one.id, { signal });
    }
    await backend.remove(one.id, { keepVolumes: options.volumes !== true, signal });
    return 'removed';
  });
}

/** Freezes running containers. */
export async function pauseServices(backend: Backend, options: ServiceOptions): Promise<ChangeSummary> {
  return carryOut(backend, options, 'dependants-first', async (one, signal) => {
    if (one.status !== 'running') return 'kept';
    await backend.pause(one.id, { signal });
    return 'paused';
  });
}

/** Lets paused containers go on. */
export async function resumeServices(backend: Backend, options: ServiceOptions): Promise<ChangeSummary> {
  return carryOut(backend, options, 'dependencies-first', async (one, signal) => {
    if (one.status !== 'paused') return 'kept';
    await backend.resume(one.id, { signal });
    return 'resumed';
  });
}

function hooksOf(backend: Backend, { projectName, project, onProgress }: ServiceOptions): ServiceHooks {
  return new ServiceHooks({ backend, projectName, project, onProgress });
}

type Order = 'dependants-first' | 'dependencies-first' | 'any';

async function carryOut(
  backend: Backend,
  options: ServiceOptions,
  order: Order,
  verb: Verb,
): Promise<ChangeSummary> {
  const began = performance.now();
  const chosen = await choose(backend, options);
  const limit = new Limit(options.parallel ?? 8);
  const signal = options.signal ?? new AbortController().signal;
  const before = predecessors(chosen, order);
  const done = new Map<string, Promise<ChangeRow>>();
  const begin = (one: ObservedContainer): Promise<ChangeRow> => {
    const known = done.get(one.id);
    if (known !== undefined) return known;
    const others = (before.get(one.id) ?? []).map(begin);
    const row = Promise.all(others)
      .then(() => limitedRow(one, verb, limit, signal))
      .then((done) => told(options, one, done));
    done.set(one.id, row);
    return row;
  };
  const rows = await Promise.all(chosen.map(begin));
  if (signal.aborted) throw cancelled(signal);
  return summary(rows, began);
}

async function limitedRow(
  one: ObservedContainer,
  verb: Verb,
  limit: Limit,
  signal: AbortSignal,
): Promise<ChangeRow> {
  const began = performance.now();
  const row = (change: Change, error: WherryError | null): ChangeRow => {
    const durationMs = performance.now() - began;
    return { kind: 'container', name: one.name, service: one.service, change, durationMs, error };
  };
  try {
    return row(await limit.run(() => verb(one, signal), signal), null);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return row('removed', null);
    return row('failed', asWherryError(error));
  }
}

/** Publishes what happened to the container. */
function told({ events, projectName }: ServiceOptions, one: ObservedContainer, row: ChangeRow): ChangeRow {
  const { id, name, image, service } = one;
  const subject = { id, name, image, project: projectName, service };
  if (row.change === 'started') {
    events?.publish('container.started', 'boot', service, { ...subject, startedAt: new Date() });
  } else if (row.change === 'stopped' || row.change === 'killed') {
    events?.publish('container.stopped', 'boot', service, { ...subject, exitCode: null });
  }
  return row;
}

/** For each container those that go before it. */
function predecessors(
  chosen: readonly ObservedContainer[],
  order: Order,
): ReadonlyMap<string, readonly ObservedContainer[]> {
  const before = new Map<string, ObservedContainer[]>();
  if (order === 'any') return before;
  const add = (one: ObservedContainer, first: ObservedContainer): void => {
    before.set(one.id, [...(before.get(one.id) ?? []), first]);
  };
  for (const [service, dependants] of dependantsOf(chosen)) {
    for (const dependency of chosen.filter((one) => one.service === service)) {
      for (const dependant of dependants) {
        if (order === 'dependants-first') add(dependency, dependant);
        else add(dependant, dependency);
      }
    }
  }
  return before;
}

async function choose(backend: Backend, options: ServiceOptions): Promise<readonly ObservedContainer[]> {
  const { projectName, services, oneOff, signal } = options;
  throwIfAborted(signal);
  const all = await observeContainers(backend, projectName, { signal });
  const candidates = all.filter((one) => oneOff === true || !one.oneOff);
  if (services === undefined || services.length === 0) return candidates;
  for (const name of services) {
    if (!candidates.some((one) => one.service === name)) throw noContainer(projectName, name, candidates);
  }
  return candidates.filter((one) => services.includes(one.service));
}

/** The chosen ones and what runs and restarts with them: dependants that ask for it, and what is in their namespaces. */
async function withRestarted(
  backend: Backend,
  options: ServiceOptions,
  chosen: readonly ObservedContainer[],
): Promise<readonly ObservedContainer[]> {
  const services = new Set(chosen.map((one) => one.service));
  const others = (await running(backend, options)).filter((one) => !services.has(one.service));
  const follow = others.filter((one) =>
    one.dependsOn.some(({ service, restart }) => restart && services.has(service)),
  );
  const along = [...chosen, ...follow];
  return [...along, ...(await sharersOf(backend, along, others, options))];
}

async function running(
  backend: Backend,
  { projectName, signal }: ServiceOptions,
): Promise<readonly ObservedContainer[]> {
  const all = await observeContainers(backend, projectName, { signal });
  return all.filter((one) => !one.oneOff && isUp(one));
}

async function ready(
  backend: Backend,
  watch: ProjectWatch,
  one: ObservedContainer,
  options: StartServicesOptions,
  signal: AbortSignal,
): Promise<void> {
  const { id, name } = one;
  const info = await backend.inspect(id, { signal });
  const condition = info.health === 'none' ? 'settled' : 'healthy';
  const restart = info.spec.restart ?? { name: 'no' };
  if (condition === 'settled' && isUp(one)) return;
  const { eager = true, waitTimeout: timeout } = options;
  await pass(backend, watch, { id, name, condition, restart, timeout, eager }, signal);
}

/** Also one whose profile is off. */
function isDeclared({ services, disabledServices }: Project, service: string): boolean {
  return Object.hasOwn(services, service) || Object.hasOwn(disabledServices, service);
}

function isUp({ status }: ObservedContainer): boolean {
  return status === 'running' || status === 'paused' || status === 'starting';
}

function noContainer(project: string, name: string, all: readonly ObservedContainer[]): WherryError {
  const known = [...new Set(all.map((one) => one.service))];
  return new WherryError('NOT_FOUND', `the project "${project}" has no container of a service "${name}"`, {
    hint:
      known.length === 0
        ? `nothing of "${project}" is there: bring it up first`
        : `there are containers of ${known.join(', ')}`,
    details: { service: name },
  });
}

function summary(rows: readonly ChangeRow[], began: number): ChangeSummary {
  const durationMs = performance.now() - began;
  return { rows, durationMs, ok: rows.every((row) => row.error === null), warnings: [] };
}
