import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { WherryError } from '../core/index.ts';
import { lockFile } from '../transport/file-lock.ts';

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
  const directory = options.directory ?? runtimeDirectory();
  await ownDirectory(directory);
  const name = createHash('sha256').update(`${address}\n${project}`).digest('hex').slice(0, 32);
  return lockFile(join(directory, `${name}.lock`), { signal: options.signal, onWait: options.onWait });
}

/** In the system's temporary directory somebody else may have made it first, to have our files go where they like. */
async function ownDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(directory);
  if (uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0) return;
  throw new WherryError('PERMISSION', `${directory} belongs to somebody else, or others may write to it`, {
    hint: 'set XDG_RUNTIME_DIR to a directory of your own',
    details: { directory },
  });
}

function runtimeDirectory(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && runtime !== '') return join(runtime, 'wherry', 'locks');
  return join(tmpdir(), `wherry-${userInfo().uid}`, 'locks');
}
