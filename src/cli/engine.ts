import type { Backend } from '../core/backend.ts';
import type { BackendConfig, BackendType } from '../core/config.ts';
import { isWherryError, WherryError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type BackendRegistry, type Diagnosis, engineHangs } from '../core/registry.ts';
import type { GlobalOptions } from './globals.ts';
import { t } from './text.ts';
import { tlsFiles } from './tls-files.ts';
import { usage } from './usage.ts';

/** ms for one engine to answer; some accept the connection and say nothing. */
const probeTimeout = 5000;

interface OpenOptions {
  logger: Logger;
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

/** The registry of all engines that wherry knows. */
export async function openRegistry(): Promise<BackendRegistry> {
  const { defaultRegistry } = await import('../backends/index.ts');
  return defaultRegistry();
}

/** The engine that the options ask for; without a demand the first in the registry's order that answers. */
export async function openEngine(globals: GlobalOptions, options: OpenOptions): Promise<Backend> {
  if (globals.host !== undefined && globals.context !== undefined)
    throw usage(t('usage.excludes', { a: '--host', b: '--context' }));
  const registry = await openRegistry();
  const demanded = globals.backend ?? orderedType(globals, options.env);
  if (demanded !== undefined) {
    const config = engineConfig(demanded, globals, options);
    return await (globals.backend === undefined ? asItIs : answering)(registry, config, options);
  }
  const diagnosis: Diagnosis[] = [];
  for (const type of registry.available()) {
    try {
      return await answering(registry, engineConfig(type, globals, options), options);
    } catch (error) {
      if (!isWherryError(error) || options.signal.aborted) throw error;
      diagnosis.push({ type, usable: false, address: null, reason: error.message, hint: error.hint ?? null });
    }
  }
  throw new WherryError('UNAVAILABLE', t('engine.none'), {
    cause: new Error(diagnosis.map((row) => `${row.type}: ${row.reason}`).join('; ')),
    hint: t('engine.noneFix'),
    details: { diagnosis },
  });
}

/** An address that docker's options or variables name may be Podman's, as `podman compose` hands it over. */
async function asItIs(
  registry: BackendRegistry,
  config: BackendConfig,
  options: OpenOptions,
): Promise<Backend> {
  if (config.type !== 'docker') return await answering(registry, config, options);
  try {
    return await answering(registry, { ...config, podman: 'refused' }, options);
  } catch (error) {
    const host = isWherryError(error, 'UNAVAILABLE') ? error.details.podman : undefined;
    if (typeof host !== 'string') throw error;
    const { logger } = options;
    return await answering(registry, { type: 'podman', host, logger }, options);
  }
}

/** The type of engine that an address names, given or in the environment: no other one may take its place unnoticed. */
function orderedType({ host, context }: GlobalOptions, env: OpenOptions['env']): BackendType | undefined {
  if (host !== undefined || context !== undefined || env.DOCKER_HOST || env.DOCKER_CONTEXT) return 'docker';
  return env.CONTAINER_HOST ? 'podman' : undefined;
}

/** The config of an engine as the global options have it. */
export function engineConfig(
  type: BackendType,
  globals: GlobalOptions,
  { logger, env }: Pick<OpenOptions, 'logger' | 'env'>,
): BackendConfig {
  const host = globals.host === undefined ? {} : { host: globals.host };
  if (type === 'docker') {
    const { context } = globals;
    const tls = tlsFiles(globals, env);
    return {
      type,
      ...host,
      ...(context === undefined ? {} : { context }),
      ...(tls === undefined ? {} : { tls }),
      logger,
    };
  }
  if (type === 'podman') return { type, ...host, logger };
  return { type };
}

async function answering(
  registry: BackendRegistry,
  config: BackendConfig,
  { signal, env }: OpenOptions,
): Promise<Backend> {
  const limit = AbortSignal.timeout(probeTimeout);
  const limited = AbortSignal.any([signal, limit]);
  let backend: Backend | undefined;
  try {
    backend = await registry.open(config, { signal: limited });
    // Finding it may have been a question that it just answered.
    await backend.healthCheck({ signal: limited, maxAge: probeTimeout });
    return backend;
  } catch (error) {
    await backend?.[Symbol.asyncDispose]();
    if (!limit.aborted || signal.aborted || !isWherryError(error, 'TIMEOUT')) throw error;
    const given = 'host' in config && typeof config.host === 'string' ? config.host : undefined;
    const host = given ?? (config.type === 'podman' ? env.CONTAINER_HOST : env.DOCKER_HOST);
    throw engineHangs(backend?.address ?? host ?? `the ${config.type} engine`, probeTimeout);
  }
}
