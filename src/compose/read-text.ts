import { throwIfAborted, WherryError } from '../core/errors.ts';
import type { CallOptions } from '../core/image.ts';
import type { FileAccess } from './file-access.ts';

/** Reads a file, or says in our words why it cannot be read: `NOT_FOUND`, `PERMISSION` or `INVALID`. */
export async function readText(
  path: string,
  what: string,
  access: FileAccess,
  options?: CallOptions,
): Promise<string> {
  return await explained(path, what, async () => {
    try {
      return await access.readText(path, options);
    } catch (error) {
      throwIfAborted(options?.signal);
      throw error;
    }
  });
}

/** As {@link readText}, for content that need not be text. */
export async function readBytes(path: string, what: string, access: FileAccess): Promise<Uint8Array> {
  return await explained(path, what, () => access.readBytes(path));
}

async function explained<T>(path: string, what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof WherryError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const details = { file: path };
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new WherryError('NOT_FOUND', `${what} ${path} does not exist`, {
        hint: 'check the path',
        details,
        cause,
      });
    }
    if (code === 'EISDIR')
      throw new WherryError('INVALID', `${what} ${path} is a directory`, { details, cause });
    if (code === 'EACCES' || code === 'EPERM') {
      throw new WherryError('PERMISSION', `${what} ${path} may not be read by this user`, { details, cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WherryError('INVALID', `${what} ${path} cannot be read: ${reason}`, { details, cause });
  }
}
