import { type Backend, type CopyInOptions, isWherryError, WherryError } from '../../core/index.ts';
import { packEntries } from '../../transport/index.ts';
import { observeContainers } from '../observed.ts';
import { changedEntries, type SyncedPath, sortPaths, withoutImplied } from './changed-entries.ts';
import { containerOwner, type Owner } from './container-owner.ts';
import type { SyncHistory } from './sync-history.ts';

export interface SyncTarget {
  projectName: string;
  service: string;
  signal: AbortSignal;
}

/** Bytes of paths in one command; the kernel takes two megabytes. */
const commandSize = 100_000;

/**
 * Brings the paths into every container of the service as they are now, and removes there what is gone here. A container
 * that is new to `history` gets what the others got before. Needs no program in the container but `rm`, and that only
 * when something is gone. Fails with the first error after all containers were tried.
 */
export async function syncFiles(
  backend: Backend,
  target: SyncTarget,
  paths: readonly SyncedPath[],
  history: SyncHistory,
): Promise<void> {
  const { projectName, service, signal } = target;
  const all = await observeContainers(backend, projectName, { signal });
  const containers = all.filter((one) => one.service === service && !one.oneOff);
  const done = await Promise.allSettled(
    containers.map(async ({ id, name }) => {
      await syncContainer(backend, { id, name }, history.due(id, paths), signal, () => history.reached(id));
    }),
  );
  history.add(paths);
  const failed = done.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function syncContainer(
  backend: Backend,
  container: { id: string; name: string },
  paths: readonly SyncedPath[],
  signal: AbortSignal,
  onReached: () => void,
): Promise<void> {
  const { present, gone } = await sortPaths(paths);
  try {
    const removal =
      gone.length === 0 ? undefined : await attempt(() => removePaths(backend, container, gone, signal));
    if (present.length > 0) {
      const owner = await containerOwner(backend, container.id, signal);
      await copyThrough(backend, container.id, present, owner, signal);
    }
    onReached();
    if (removal !== undefined) throw removal;
  } catch (error) {
    // It went away meanwhile, and nothing with it that matters.
    if (!isWherryError(error, 'NOT_FOUND') || (await exists(backend, container.id, signal))) throw error;
  }
}

/**
 * A link in the container to a directory stays, and its directory gets what is below: engines would put a directory in its
 * place. What else is in the way of a directory goes.
 */
async function copyThrough(
  backend: Backend,
  id: string,
  paths: readonly SyncedPath[],
  owner: Owner | undefined,
  signal: AbortSignal,
): Promise<void> {
  const copy = (some: readonly SyncedPath[], inTheWay: CopyInOptions['inTheWay']): Promise<void> =>
    backend.copyIn(id, '/', packEntries(changedEntries(some, owner)), { inTheWay, signal });
  const refused =
    (await attempt(() => copy(paths, 'fail'))) && (await attempt(() => copy(withoutImplied(paths), 'fail')));
  if (refused !== undefined) await copy(paths, 'replace');
}

async function removePaths(
  backend: Backend,
  { id, name }: { id: string; name: string },
  gone: readonly SyncedPath[],
  signal: AbortSignal,
): Promise<void> {
  for (const paths of inCommands(gone.map(({ container }) => container))) {
    const command = ['rm', '-rf', '--', ...paths];
    const { exitCode, stderr } = await backend.execCapture(id, { command, user: '0', signal });
    if (exitCode === 0) continue;
    const noProgram = exitCode === 126 || exitCode === 127;
    throw new WherryError(
      'EXIT',
      `cannot remove ${paths.length} paths in ${name}: ${stderr.trim() || `rm ended with ${exitCode}`}`,
      {
        hint: noProgram ? 'removing needs the program rm in the image; rebuild instead' : undefined,
        details: { container: id, paths, exitCode },
      },
    );
  }
}

function inCommands(paths: readonly string[]): string[][] {
  const commands: string[][] = [];
  let size = commandSize;
  for (const path of paths) {
    size += Buffer.byteLength(path) + 1;
    if (size > commandSize) {
      commands.push([]);
      size = Buffer.byteLength(path);
    }
    commands.at(-1)?.push(path);
  }
  return commands;
}

async function attempt(work: () => Promise<void>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (isWherryError(error, 'CANCELLED', 'UNAVAILABLE')) throw error;
    return error;
  }
}

async function exists(backend: Backend, id: string, signal: AbortSignal): Promise<boolean> {
  return backend.inspect(id, { signal }).then(
    () => true,
    (error: unknown) => !isWherryError(error, 'NOT_FOUND'),
  );
}
