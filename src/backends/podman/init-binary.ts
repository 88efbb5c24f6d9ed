import { isWherryError } from '../../core/errors.ts';
import type { EngineConnection } from '../engine-api/connection.ts';

/**
 * Whether Podman finds the program that `init` needs. It does not tell, so it is asked for a container that cannot be:
 * the program is looked for before the name is found to be wrong.
 */
export async function hasInit(connection: EngineConnection): Promise<boolean> {
  try {
    await connection.call({
      method: 'POST',
      path: '/v4.0.0/libpod/containers/create',
      versioned: false,
      json: { name: 'wherry probe!', rootfs: '/', init: true, command: ['true'] },
    });
  } catch (error) {
    // Anything else is no answer.
    if (!isWherryError(error, 'ENGINE', 'INVALID', 'NOT_FOUND', 'CONFLICT')) throw error;
    return !/container-init binary/i.test(error.message);
  }
  return true;
}
