import type { RemoveOptions, StopOptions, UpdateChanges } from '../../core/backend.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { refuse, type SpecProblem } from '../../core/plan.ts';
import { firesAfter } from '../../core/timer.ts';
import type { EngineConnection, EngineRequest } from './connection.ts';
import { containerPath, isContainerName } from './container-path.ts';
import { withPortHolder } from './port-holder.ts';
import type { ContainerRecord } from './records.ts';
import { resourceFields } from './resources.ts';

export async function startContainer(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): Promise<void> {
  try {
    await connection.call({ method: 'POST', path: containerPath(id, 'start'), signal: options.signal });
  } catch (error) {
    throw await withPortHolder(connection, id, error, options);
  }
}

/** The engine counts whole seconds: a shorter grace is rounded up. */
export async function stopContainer(
  connection: EngineConnection,
  id: string,
  options: StopOptions = {},
): Promise<void> {
  const { signal, timeout, stopSignal } = options;
  checkGrace(timeout);
  const takesSignal = stopSignal === undefined || (await connection.atLeast('1.42', { signal }));
  if (!takesSignal) {
    await stopBySignal(connection, id, { ...options, stopSignal });
    return;
  }
  await connection.call({
    method: 'POST',
    path: containerPath(id, 'stop'),
    query: { t: seconds(timeout), signal: stopSignal },
    signal,
  });
}

export async function restartContainer(
  connection: EngineConnection,
  id: string,
  options: StopOptions = {},
): Promise<void> {
  const { signal, timeout, stopSignal } = options;
  checkGrace(timeout);
  if (stopSignal !== undefined && !(await connection.atLeast('1.42', { signal }))) {
    await stopContainer(connection, id, options);
    await startContainer(connection, id, { signal });
    return;
  }
  try {
    await connection.call({
      method: 'POST',
      path: containerPath(id, 'restart'),
      query: { t: seconds(timeout), signal: stopSignal },
      signal,
    });
  } catch (error) {
    throw await withPortHolder(connection, id, error, { signal });
  }
}

export async function killContainer(
  connection: EngineConnection,
  id: string,
  options: CallOptions & { killSignal?: string } = {},
): Promise<void> {
  await connection.call({
    method: 'POST',
    path: containerPath(id, 'kill'),
    query: { signal: options.killSignal ?? 'SIGKILL' },
    signal: options.signal,
  });
}

export async function pauseContainer(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): Promise<void> {
  await connection.call({ method: 'POST', path: containerPath(id, 'pause'), signal: options.signal });
}

export async function resumeContainer(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): Promise<void> {
  await connection.call({ method: 'POST', path: containerPath(id, 'unpause'), signal: options.signal });
}

export async function renameContainer(
  connection: EngineConnection,
  id: string,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  if (!isContainerName(name)) {
    throw new WherryError('INVALID', `"${name}" is not a name for a container`, {
      hint: 'a name matches [a-zA-Z0-9][a-zA-Z0-9_.-]*',
      details: { name },
    });
  }
  await connection.call({
    method: 'POST',
    path: containerPath(id, 'rename'),
    query: { name },
    signal: options.signal,
  });
}

/** The engine takes 0 as "unchanged", so that a limit can be changed but not lifted, and some are fixed for good. */
export async function updateContainer(
  connection: EngineConnection,
  id: string,
  changes: UpdateChanges,
  options: CallOptions = {},
): Promise<void> {
  const { resources = {}, restart } = changes;
  const problems: SpecProblem[] = [];
  for (const field of ['storage', 'shmSize', 'ulimits', 'memorySwappiness'] as const) {
    if (resources[field] !== undefined) {
      problems.push({ code: 'UNSUPPORTED', field: `resources.${field}`, message: 'is fixed at create' });
    }
  }
  for (const [field, value] of Object.entries(resources)) {
    if (value === 0 && field !== 'pids') {
      const message = 'a limit cannot be lifted on this engine, only changed';
      problems.push({ code: 'UNSUPPORTED', field: `resources.${field}`, message });
    }
  }
  refuse(problems, `an update of container ${id}`);
  await connection.call({
    method: 'POST',
    path: containerPath(id, 'update'),
    json: {
      ...resourceFields(resources),
      ...(restart === undefined
        ? {}
        : {
            RestartPolicy: { Name: restart.name, MaximumRetryCount: restart.maximumRetryCount ?? 0 },
          }),
    },
    signal: options.signal,
  });
}

/** Where an engine is asked to remove a container, and how. */
export type Removal = (
  id: string,
  options: RemoveOptions,
) => Pick<EngineRequest, 'path' | 'query' | 'versioned'>;

export const dockerRemoval: Removal = (id, { force, keepVolumes }) => ({
  path: containerPath(id),
  query: { v: keepVolumes !== true, force: force === true },
});

/**
 * A second removal is `NOT_FOUND`; one that meets a removal under way waits for its end. Podman removes a container and
 * then answers 500 when its network could not be cleaned up (remains of a killed Podman in nftables): what was asked for
 * is done then.
 */
export async function removeContainer(
  connection: EngineConnection,
  id: string,
  options: RemoveOptions = {},
  removal: Removal = dockerRemoval,
): Promise<void> {
  const { signal } = options;
  try {
    await connection.call({ method: 'DELETE', ...removal(id, options), signal });
  } catch (error) {
    if (isWherryError(error, 'ENGINE') && (await isGone(connection, id, options))) return;
    const underWay = isWherryError(error, 'CONFLICT') && /already in progress/i.test(error.message);
    if (!underWay) throw error;
    await connection
      .call({ method: 'POST', path: containerPath(id, 'wait'), query: { condition: 'removed' }, signal })
      .catch((cause: unknown) => {
        if (!isWherryError(cause, 'NOT_FOUND')) throw cause;
      });
  }
}

async function isGone(connection: EngineConnection, id: string, options: CallOptions): Promise<boolean> {
  try {
    await containerRecord(connection, id, options);
    return false;
  } catch (error) {
    return isWherryError(error, 'NOT_FOUND');
  }
}

/** What the engine knows of the container. Read again when its process ended under Podman's hands as it was looked at. */
export async function containerRecord(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): Promise<ContainerRecord> {
  const read = (): Promise<ContainerRecord> =>
    connection.json<ContainerRecord>({ path: containerPath(id, 'json'), signal: options.signal }, [
      'Id',
      'State',
      'Config',
    ]);
  try {
    return await read();
  } catch (error) {
    const endedMeanwhile =
      isWherryError(error, 'ENGINE') && /\/proc\/\d+\/\S+: no such (process|file)/.test(error.message);
    if (!endedMeanwhile) throw error;
    return read();
  }
}

/** Engines before API 1.42 know only the container's own stop signal: the signal and the grace are ours there. */
async function stopBySignal(
  connection: EngineConnection,
  id: string,
  options: StopOptions & { stopSignal: string },
): Promise<void> {
  const { signal, stopSignal } = options;
  const record = await containerRecord(connection, id, { signal });
  if (record.State.Running !== true) return;
  const given = options.timeout ?? (record.Config.StopTimeout ?? 10) * 1000;
  // As the engine means it: less than no time is for ever.
  const grace = given < 0 ? Number.POSITIVE_INFINITY : given;
  const limit = firesAfter(grace);
  const exited = connection.call({
    method: 'POST',
    path: containerPath(record.Id, 'wait'),
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
  // A short grace may be over before the signal is sent.
  exited.catch(() => undefined);
  try {
    await killContainer(connection, record.Id, { signal, killSignal: stopSignal });
    await exited;
  } catch (error) {
    if (signal?.aborted || !(limit.aborted || isWherryError(error, 'CONFLICT'))) throw error;
  }
  // Also ends what a restart policy has brought back meanwhile.
  await connection.call({
    method: 'POST',
    path: containerPath(record.Id, 'stop'),
    query: { t: 0 },
    signal,
  });
}

/** Engines take less than nothing for "for ever", and timers take too much for nothing. */
function checkGrace(timeout: number | undefined): void {
  if (timeout === undefined || (timeout >= 0 && timeout < 2 ** 31)) return;
  throw new WherryError('INVALID', `timeout: ${timeout} is out of range`, {
    hint: 'give milliseconds, from 0 to 2147483647',
  });
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.ceil(milliseconds / 1000);
}
