import type { DockerConfig } from '../../core/config.ts';
import type { CallOptions } from '../../core/image.ts';
import { RegistryAuth } from '../engine-api/registry-auth.ts';
import { DockerBackend } from './backend.ts';
import { findDocker } from './config.ts';

/** Finds the engine and makes the backend for it; whether it answers is `healthCheck`'s to tell. */
export async function openDocker(config: DockerConfig, options: CallOptions = {}): Promise<DockerBackend> {
  const { connection } = await findDocker(config, options);
  return new DockerBackend({
    connection,
    auth: new RegistryAuth({ env: config.env, home: config.env?.HOME }),
    ...(config.logger === undefined ? {} : { logger: config.logger }),
  });
}
