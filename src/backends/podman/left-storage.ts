import { setTimeout as sleep } from 'node:timers/promises';
import { isWherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from '../engine-api/connection.ts';

/** ms within which a container that is being made is known to Podman as well as to its storage. */
const MAKING_MS = 2000;

interface StorageRow {
  Id: string;
  Names?: readonly string[] | null;
  Command?: readonly string[] | null;
  State?: string;
}

/**
 * Removes what a Podman that was killed while it made a container left of it: its storage keeps the name, and no container
 * has it. Resolves to whether there was something. What Buildah or another process has in the storage stays.
 */
export async function removeLeftStorage(
  connection: EngineConnection,
  name: string,
  { signal }: CallOptions,
): Promise<boolean> {
  const left = await leftStorage(connection, name, { signal });
  if (left === undefined) return false;
  await sleep(MAKING_MS, undefined, { signal });
  if ((await leftStorage(connection, name, { signal })) !== left) return false;
  try {
    await connection.call({
      method: 'DELETE',
      path: `/v4.0.0/libpod/containers/${left}`,
      versioned: false,
      query: { force: true },
      signal,
    });
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
  }
  return true;
}

/** The id of the container that only the storage knows. */
async function leftStorage(
  connection: EngineConnection,
  name: string,
  { signal }: CallOptions,
): Promise<string | undefined> {
  const rows = await connection.list<StorageRow>({
    path: '/v4.0.0/libpod/containers/json',
    versioned: false,
    query: { all: true, external: true },
    signal,
  });
  return rows.find(
    ({ Names, Command, State }) =>
      State === 'storage' && Command?.[0] === 'storage' && Names?.includes(name) === true,
  )?.Id;
}
