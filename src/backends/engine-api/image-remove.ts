import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';
import { imagePath } from './image-inspect.ts';

/** Takes the name away, and with the last name the image. `NOT_FOUND`, `CONFLICT` (a container uses it), `INVALID`. */
export async function removeImage(
  connection: EngineConnection,
  name: string,
  options: CallOptions & { force?: boolean; noPrune?: boolean } = {},
): Promise<void> {
  await connection.call({
    method: 'DELETE',
    path: imagePath(name),
    query: { force: options.force, noprune: options.noPrune },
    signal: options.signal,
  });
}
