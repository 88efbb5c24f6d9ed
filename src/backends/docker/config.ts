import type { DockerConfig, TlsFiles } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import {
  type EngineAttempt,
  type EngineStrategy,
  notFound,
  searchEngine,
} from '../engine-api/find-engine.ts';
import type { EngineEndpoint } from '../engine-api/host-dialer.ts';
import { currentContext, readDockerContext, readTlsFiles } from './context.ts';

export interface FoundDocker {
  connection: EngineConnection;
  attempts: readonly EngineAttempt[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The ways to find the engine, in the order of the docker CLI; the sockets that nobody named come last. */
export function dockerStrategies(config: DockerConfig): EngineStrategy[] {
  const env = config.env ?? process.env;
  const home = env.HOME ?? '';
  const directory = env.DOCKER_CONFIG || `${home}/.docker`;
  const runtime = env.XDG_RUNTIME_DIR;
  // The one context that no file describes: DOCKER_HOST, or the usual sockets.
  const isDefault = (config.context || env.DOCKER_CONTEXT) === 'default';
  const byContext = (name: string | null | undefined): EngineEndpoint | null =>
    name && name !== 'default' ? readDockerContext(directory, name) : null;
  return [
    order('explicit host', 'no host was given', () =>
      config.host ? { host: config.host, tls: config.tls ?? hostTls(config.host, env, directory) } : null,
    ),
    order('explicit context', 'no context was given', () => byContext(config.context)),
    order('DOCKER_HOST', 'DOCKER_HOST is not set', () =>
      env.DOCKER_HOST?.trim()
        ? { host: env.DOCKER_HOST, tls: config.tls ?? environmentTls(env, directory) }
        : null,
    ),
    order('DOCKER_CONTEXT', 'DOCKER_CONTEXT is not set', () =>
      isDefault ? null : byContext(env.DOCKER_CONTEXT),
    ),
    order('current docker context', 'the docker CLI is set to its default context', () =>
      isDefault ? null : byContext(currentContext(directory)),
    ),
    socket('system socket', '/var/run/docker.sock'),
    socket('rootless socket', runtime === undefined ? null : `${runtime}/docker.sock`),
    socket('rootless socket in the home directory', `${home}/.docker/run/docker.sock`),
    socket('Docker Desktop', `${home}/.docker/desktop/docker.sock`),
    socket('Colima', `${home}/.colima/default/docker.sock`),
    socket('OrbStack', `${home}/.orbstack/run/docker.sock`),
    socket('Rancher Desktop', `${home}/.rd/docker.sock`),
  ];
}

/**
 * Finds the engine. An order of the user's is followed as it is; of the usual sockets, the first that a Docker engine
 * answers on is taken. `UNAVAILABLE` (with `details.attempts`) when none answers.
 */
export async function findDocker(config: DockerConfig, options: CallOptions = {}): Promise<FoundDocker> {
  const search = await searchEngine(dockerStrategies(config), {
    signal: options.signal,
    apiVersion: config.apiVersion,
    newestApiVersion: (config.env ?? process.env).DOCKER_API_VERSION || undefined,
    judge: ({ libpodVersion }, address) =>
      libpodVersion === null
        ? null
        : new WherryError('UNAVAILABLE', `Podman ${libpodVersion} answers at ${address}`, {
            hint: 'use the podman backend',
          }),
  });
  if (search.connection !== null) return search;
  throw notFound(
    search,
    'no Docker engine was found',
    'start Docker, or set DOCKER_HOST or a docker context to where it is',
  );
}

function order(name: string, passed: string, find: () => EngineEndpoint | null): EngineStrategy {
  return { name, isOrder: true, find: async () => find() ?? { passed } };
}

function socket(name: string, path: string | null): EngineStrategy {
  return {
    name,
    isOrder: false,
    find: async () => (path === null ? { passed: 'XDG_RUNTIME_DIR is not set' } : { host: `unix://${path}` }),
  };
}

/** The variables count for a host that was given as well, as with `docker -H`; a socket of this machine has no TLS. */
function hostTls(host: string, env: Environment, directory: string): TlsFiles | undefined {
  return /^(?:unix|ssh):/.test(host) ? undefined : environmentTls(env, directory);
}

/** DOCKER_CERT_PATH and DOCKER_TLS_VERIFY, as the docker CLI and the Go client read them. */
function environmentTls(env: Environment, directory: string): TlsFiles | undefined {
  const verify = Boolean(env.DOCKER_TLS_VERIFY);
  const path = env.DOCKER_CERT_PATH;
  if (!path && !verify) return undefined;
  const files = readTlsFiles(path || directory, { verify });
  if (files === undefined && path) {
    throw new WherryError('INVALID', `DOCKER_CERT_PATH: there are no TLS files in ${path}`, {
      hint: 'it is the directory of ca.pem, cert.pem and key.pem',
      details: { path },
    });
  }
  return files ?? { verify };
}
