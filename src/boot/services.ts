import { type Backend, WherryError } from '../core/index.ts';
import { carryOut, choose, chosenOf, isUp, observed, running, summary } from './carry-out.ts';
import type { ObservedContainer } from './observed.ts';
import type {
  ChangeSummary,
  KillServicesOptions,
  PauseServicesOptions,
  RemoveServicesOptions,
  RestartServicesOptions,
  ResumeServicesOptions,
  ServiceOptions,
} from './options.ts';
import type { OnProgress } from './progress.ts';
import { lockProject } from './project-lock.ts';
import { sharersOf } from './sharers.ts';
import { type Around, asRestarts, start } from './start-services.ts';
import { hooksOf, stopServices } from './stop-services.ts';

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
  const all = await observed(backend, options);
  const chosen = chosenOf(all, options);
  const along =
    options.noDeps === true
      ? chosen
      : await withRestarted(backend, options, { chosen, running: running(all) });
  const services = [...new Set(along.map((one) => one.service))];
  if (services.length === 0) return summary([], began);
  const wishes = { ...options, services, onProgress: onProgress && asRestart(onProgress) };
  const stopped = await stopServices(backend, wishes);
  const hooks = hooksOf(backend, options);
  const after: Around = (one, signal) => hooks.afterStart(one, signal);
  const started = await start(backend, wishes, { after });
  return summary(asRestarts(started.rows, stopped.rows), began);
}

/** The stop that begins and the start that ends a restart are told as that. */
function asRestart(onProgress: OnProgress): OnProgress {
  return (progress) => {
    if (progress.kind !== 'verb' || progress.error !== null) return onProgress(progress);
    const { verb, state } = progress;
    const isEdge = verb === 'stop' ? state === 'working' : state === 'done' || state === 'healthy';
    if (isEdge) onProgress({ ...progress, verb: 'restart' });
  };
}

/** Sends a signal to running containers, all at once. */
export async function killServices(backend: Backend, options: KillServicesOptions): Promise<ChangeSummary> {
  const orphans = options.removeOrphans === true ? 'count' : (options.orphans ?? 'left');
  return carryOut(
    backend,
    { ...options, orphans },
    {
      name: 'kill',
      order: 'any',
      carryOut: async (one, { signal, begin }) => {
        if (!isUp(one)) return 'kept';
        begin();
        const { killSignal } = options;
        await backend.kill(one.id, killSignal === undefined ? { signal } : { killSignal, signal });
        return 'killed';
      },
    },
  );
}

/** Removes stopped containers, and with `stop` running ones too; nothing where `mayRemove` says no. */
export async function removeServices(
  backend: Backend,
  options: RemoveServicesOptions,
): Promise<ChangeSummary> {
  const began = performance.now();
  if (!(await mayRemove(backend, options))) return summary([], began);
  const hooks = hooksOf(backend, options);
  return carryOut(backend, options, {
    name: 'remove',
    order: 'dependants-first',
    carryOut: async (one, { signal, begin }) => {
      if (isUp(one)) {
        if (options.stop !== true) return 'kept';
        await hooks.beforeStop(one, signal);
        await backend.stop(one.id, { signal });
      }
      begin();
      await backend.remove(one.id, { keepVolumes: options.volumes !== true, signal });
      return 'removed';
    },
  });
}

async function mayRemove(backend: Backend, options: RemoveServicesOptions): Promise<boolean> {
  if (options.mayRemove === undefined) return true;
  const doomed = (await choose(backend, options)).filter((one) => options.stop === true || !isUp(one));
  if (doomed.length === 0) return true;
  return options.mayRemove(
    doomed.map(({ name }) => name),
    { signal: options.signal },
  );
}

/** Freezes running containers. */
export async function pauseServices(backend: Backend, options: PauseServicesOptions): Promise<ChangeSummary> {
  return carryOut(backend, options, {
    name: 'pause',
    order: 'dependants-first',
    carryOut: async (one, { signal, begin }) => {
      if (one.status === 'paused' && options.paused === 'fails')
        throw new WherryError('CONFLICT', `container ${one.name} is already paused`);
      if (one.status !== 'running') return 'kept';
      begin();
      await backend.pause(one.id, { signal });
      return 'paused';
    },
  });
}

/** Lets paused containers go on. */
export async function resumeServices(
  backend: Backend,
  options: ResumeServicesOptions,
): Promise<ChangeSummary> {
  return carryOut(backend, options, {
    name: 'resume',
    order: 'dependencies-first',
    carryOut: async (one, { signal, begin }) => {
      if (one.status === 'running' && options.running === 'fails')
        throw new WherryError('CONFLICT', `container ${one.name} is not paused`);
      if (one.status !== 'paused') return 'kept';
      begin();
      await backend.resume(one.id, { signal });
      return 'resumed';
    },
  });
}

/** The chosen ones and what runs and restarts with them: dependants that ask for it, and what is in their namespaces. */
async function withRestarted(
  backend: Backend,
  options: ServiceOptions,
  { chosen, running }: Readonly<Record<'chosen' | 'running', readonly ObservedContainer[]>>,
): Promise<readonly ObservedContainer[]> {
  const services = new Set(chosen.map((one) => one.service));
  const others = running.filter((one) => !services.has(one.service));
  const follow = others.filter((one) =>
    one.dependsOn.some(({ service, restart }) => restart && services.has(service)),
  );
  const along = [...chosen, ...follow];
  return [...along, ...(await sharersOf(backend, along, others, options))];
}
