import { join } from 'node:path';
import { lockFile } from '../transport/file-lock.ts';
import { nameOf, ownDirectory, runtimeDirectory } from './runtime-directory.ts';

export interface ProjectLockOptions {
  signal?: AbortSignal | undefined;
  /** Called once when somebody else has it. */
  onWait?: (holder: { pid: number; since: Date }) => void;
  /** Default: `XDG_RUNTIME_DIR`, else a directory of this user's in the system's temporary one. */
  directory?: string | undefined;
}

/**
 * Holds the project on that engine for this process until disposed; waits while another one does. A holder that died
 * without letting go is noticed by its pid and start time.
 */
export async function lockProject(
  address: string,
  project: string,
  options: ProjectLockOptions = {},
): Promise<AsyncDisposable> {
  const directory = options.directory ?? runtimeDirectory('locks');
  await ownDirectory(directory);
  return lockFile(join(directory, `${nameOf(address, project)}.lock`), {
    signal: options.signal,
    onWait: options.onWait,
  });
}

/** Resolves when no process of this machine works on the project (`up`, `down`, `restart`). */
export async function projectAtRest(
  address: string,
  project: string,
  options: Pick<ProjectLockOptions, 'signal' | 'directory'> = {},
): Promise<void> {
  const lock = await lockProject(address, project, options);
  await lock[Symbol.asyncDispose]();
}
