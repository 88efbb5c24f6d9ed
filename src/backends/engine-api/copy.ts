import type { CopyInOptions } from '../../core/backend.ts';
import type { CallOptions } from '../../core/image.ts';
import { readAhead } from '../../transport/read-ahead.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';

export async function copyIn(
  connection: EngineConnection,
  id: string,
  path: string,
  archive: AsyncIterable<Uint8Array>,
  { inTheWay, signal }: CopyInOptions = {},
): Promise<void> {
  const body = readAhead(archive);
  try {
    await connection.call({
      method: 'PUT',
      path: containerPath(id, 'archive'),
      query: { path, noOverwriteDirNonDir: inTheWay === 'fail' ? 'true' : undefined },
      headers: { 'content-type': 'application/x-tar' },
      body,
      signal,
    });
  } finally {
    await body.return?.();
  }
}

/** The container's whole file system. */
export async function* exportContainer(
  connection: EngineConnection,
  id: string,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array> {
  yield* connection.bytes({ path: containerPath(id, 'export'), signal: options.signal });
}

export async function* copyOut(
  connection: EngineConnection,
  id: string,
  path: string,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array> {
  yield* connection.bytes({
    path: containerPath(id, 'archive'),
    query: { path },
    signal: options.signal,
  });
}
