import type { DockerConfig } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { type ChooseBuilder, chooseDockerBuilder } from '../engine-api/build-choice.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { RegistryAuth } from '../engine-api/registry-auth.ts';
import { DockerBackend } from './backend.ts';
import { findDocker } from './config.ts';

/** Finds the engine and makes the backend for it; whether it answers is `healthCheck`'s to tell. */
export async function openDocker(config: DockerConfig, options: CallOptions = {}): Promise<DockerBackend> {
  const { connection } = await findDocker(config, options);
  if (config.podman === 'refused') await refusePodman(connection, options);
  return new DockerBackend({
    connection,
    auth: new RegistryAuth({ env: config.env, home: config.env?.HOME }),
    images: { chooseBuilder: builderBy(config.env ?? process.env) },
    ...(config.logger === undefined ? {} : { logger: config.logger }),
  });
}

/** `DOCKER_BUILDKIT=0` asks for the classic builder, as it does of the docker CLI; what a build asks for goes before it. */
function builderBy({ DOCKER_BUILDKIT = '' }: Readonly<Record<string, string | undefined>>): ChooseBuilder {
  if (!/^(?:0|f|false)$/i.test(DOCKER_BUILDKIT)) return chooseDockerBuilder;
  return (connection, input, options) =>
    chooseDockerBuilder(connection, input, { builder: 'classic', ...options });
}

async function refusePodman(connection: EngineConnection, options: CallOptions): Promise<void> {
  const { libpodVersion } = await connection.facts(options);
  if (libpodVersion === null) return;
  const { address } = connection;
  throw new WherryError('UNAVAILABLE', `Podman ${libpodVersion} answers at ${address}`, {
    hint: 'use the podman backend',
    details: { podman: address },
  });
}
