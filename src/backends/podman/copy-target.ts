import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { containerPath } from '../engine-api/container-path.ts';
import { containerRecord } from '../engine-api/lifecycle.ts';

/** Podman would make the directory that is copied into; Docker and the contract want it to be there. */
export async function checkTarget(
  connection: EngineConnection,
  id: string,
  path: string,
  options: CallOptions,
): Promise<void> {
  const { signal } = options;
  try {
    await connection.call({ method: 'HEAD', path: containerPath(id, 'archive'), query: { path }, signal });
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
    // The answer to a HEAD tells not what is missing.
    await containerRecord(connection, id, { signal });
    throw new WherryError('NOT_FOUND', `there is no ${path} in container ${id}`, {
      hint: 'make the directory first, or copy into one above it with the directory in the archive',
      details: { path },
      cause: error,
    });
  }
}
