import type { PodmanConfig } from '../../core/config.ts';
import type { CallOptions } from '../../core/image.ts';
import { RegistryAuth } from '../engine-api/registry-auth.ts';
import { PodmanBackend } from './backend.ts';
import { findPodman } from './config.ts';

/** Finds Podman's API service, starts one when asked to, and makes the backend for it. */
export async function openPodman(config: PodmanConfig, options: CallOptions = {}): Promise<PodmanBackend> {
  const { connection, service } = await findPodman(config, options);
  return new PodmanBackend({
    connection,
    service,
    auth: new RegistryAuth({ env: config.env, home: config.env?.HOME }),
    ...(config.logger === undefined ? {} : { logger: config.logger }),
  });
}
