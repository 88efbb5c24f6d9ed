import type { DockerConfig, TlsFiles } from '../../core/config.ts';
import { isWherryError, throwIfAborted, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { EngineConnection } from '../engine-api/connection.ts';
import { type EngineEndpoint, hostDialer } from '../engine-api/host-dialer.ts';
import { currentContext, readDockerContext, readTlsFiles } from './context.ts';

/** One way to find the engine. Null when it has nothing to say here; the reason is for `doctor`. */
export interface DockerStrategy {
  readonly name: string;
  /** Whether its answer is an order of the user's, which is followed also when nothing answers there. */
  readonly isOrder: boolean;
  find(): Promise<EngineEndpoint | { passed: string }>;
}

/** A strategy that was tried. */
interface DockerAttempt {
  strategy: string;
  /** Why it was passed over; null for the one that was taken. */
  reason: string | null;
}

export interface FoundDocker {
  connection: EngineConnection;
  attempts: readonly DockerAttempt[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The ways to find the engine, in the order of the docker CLI; the sockets that nobody named come last. */
export function dockerStrategies(config: DockerConfig): DockerStrategy[] {
  const env = config.env ?? process.env;
  const home = env.HOME ?? '';
  const directory = env.DOCKER_CONFIG || `${home}/.docker`;
  const runtime = env.XDG_RUNTIME_DIR;
  const byContext = async (name: string | null | undefined): Promise<EngineEndpoint | null> =>
    name ? readDockerContext(directory, name) : null;
  return [
    order('explicit host', 'no host was given', async () =>
      config.host ? { host: config.host, tls: config.tls } : null,
    ),
    order('explicit context', 'no context was given', async () => byContext(config.context)),
    order('DOCKER_HOST', 'DOCKER_HOST is not set', async () =>
      env.DOCKER_HOST
        ? { host: env.DOCKER_HOST, tls: config.tls ?? (await environmentTls(env, directory)) }
        : null,
    ),
    order('DOCKER_CONTEXT', 'DOCKER_CONTEXT is not set', async () =>
      env.DOCKER_CONTEXT === 'default' ? null : byContext(env.DOCKER_CONTEXT),
    ),
    order('current docker context', 'the docker CLI is set to its default context', async () =>
      env.DOCKER_CONTEXT === 'default' ? null : byContext(await currentContext(directory)),
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
  const { signal } = options;
  const attempts: DockerAttempt[] = [];
  let denied: WherryError | undefined;
  for (const strategy of dockerStrategies(config)) {
    throwIfAborted(signal);
    const found = await strategy.find();
    if ('passed' in found) {
      attempts.push({ strategy: strategy.name, reason: found.passed });
      continue;
    }
    const connection = new EngineConnection(hostDialer(found), { apiVersion: config.apiVersion });
    if (strategy.isOrder) {
      return { connection, attempts: [...attempts, { strategy: strategy.name, reason: null }] };
    }
    const refusal = await refusalOf(connection, signal);
    if (refusal === null) {
      return { connection, attempts: [...attempts, { strategy: strategy.name, reason: null }] };
    }
    connection.close();
    if (isWherryError(refusal, 'PERMISSION')) denied ??= refusal;
    attempts.push({ strategy: strategy.name, reason: refusal.message });
  }
  if (denied !== undefined) {
    throw new WherryError('PERMISSION', denied.message, {
      hint: denied.hint,
      details: { ...denied.details, attempts },
      cause: denied,
    });
  }
  throw new WherryError('UNAVAILABLE', 'no Docker engine was found', {
    hint: 'start Docker, or set DOCKER_HOST or a docker context to where it is',
    details: { attempts },
  });
}

async function refusalOf(
  connection: EngineConnection,
  signal: AbortSignal | undefined,
): Promise<WherryError | null> {
  try {
    const { libpodVersion } = await connection.facts({ signal });
    if (libpodVersion === null) return null;
    return new WherryError('UNAVAILABLE', `Podman ${libpodVersion} answers at ${connection.address}`, {
      hint: 'use the podman backend',
    });
  } catch (error) {
    throwIfAborted(signal);
    if (isWherryError(error)) return error;
    throw error;
  }
}

function order(name: string, passed: string, find: () => Promise<EngineEndpoint | null>): DockerStrategy {
  return { name, isOrder: true, find: async () => (await find()) ?? { passed } };
}

function socket(name: string, path: string | null): DockerStrategy {
  return {
    name,
    isOrder: false,
    find: async () => (path === null ? { passed: 'XDG_RUNTIME_DIR is not set' } : { host: `unix://${path}` }),
  };
}

/** DOCKER_CERT_PATH and DOCKER_TLS_VERIFY, as the docker CLI and the Go client read them. */
async function environmentTls(env: Environment, directory: string): Promise<TlsFiles | undefined> {
  const verify = Boolean(env.DOCKER_TLS_VERIFY);
  const path = env.DOCKER_CERT_PATH;
  if (!path && !verify) return undefined;
  const files = await readTlsFiles(path || directory, { verify });
  if (files === undefined && path) {
    throw new WherryError('INVALID', `DOCKER_CERT_PATH: there are no TLS files in ${path}`, {
      hint: 'it is the directory of ca.pem, cert.pem and key.pem',
      details: { path },
    });
  }
  return files ?? { verify };
}
