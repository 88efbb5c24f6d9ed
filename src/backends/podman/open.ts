import type { PodmanConfig } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { RegistryAuth } from '../engine-api/registry-auth.ts';
import { PodmanBackend } from './backend.ts';
import { findPodman } from './config.ts';

/** Finds Podman's API service, starts one when asked to, and makes the backend for it. */
export async function openPodman(config: PodmanConfig, options: CallOptions = {}): Promise<PodmanBackend> {
  const { connection, service } = await findPodman(config, options);
  const { libpodVersion } = await connection.facts(options);
  if (libpodVersion === null) {
    throw new WherryError('UNAVAILABLE', `what answers at ${connection.address} is not Podman`, {
      hint: 'use the docker backend',
    });
  }
  return new PodmanBackend({
    connection,
    service,
    version: libpodVersion,
    isLocal: isLocal(connection.address),
    auth: new RegistryAuth({ env: config.env, home: config.env?.HOME, rules: 'podman' }),
    ...(config.logger === undefined ? {} : { logger: config.logger }),
  });
}

/** The socket of a `podman machine` leads into a VM with files of its own. */
function isLocal(address: string): boolean {
  return address.startsWith('unix://') && process.platform === 'linux' && !address.includes('/machine/');
}
