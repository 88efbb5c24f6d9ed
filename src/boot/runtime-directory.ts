import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { WherryError } from '../core/index.ts';

/** Where files live that mean something only as long as processes run: `XDG_RUNTIME_DIR`, else the temporary directory. */
export function runtimeDirectory(kind: 'locks' | 'serve'): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && runtime !== '') return join(runtime, 'wherry', kind);
  return join(tmpdir(), `wherry-${userInfo().uid}`, kind);
}

/** What the files there of something on an engine are called: short enough for the path of a socket, whatever `parts` hold. */
export function nameOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

/** In the system's temporary directory somebody else may have made it first, to have our files go where they like. */
export async function ownDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(directory);
  if (uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0) return;
  throw new WherryError('PERMISSION', `${directory} belongs to somebody else, or others may write to it`, {
    hint: 'set XDG_RUNTIME_DIR to a directory of your own',
    details: { directory },
  });
}
