import type { PodmanConfig } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { EngineConnection } from '../engine-api/connection.ts';
import {
  type EngineAttempt,
  type EngineStrategy,
  notFound,
  searchEngine,
} from '../engine-api/find-engine.ts';
import { hostDialer } from '../engine-api/host-dialer.ts';
import { type PodmanService, startService } from './service.ts';

export interface FoundPodman {
  connection: EngineConnection;
  attempts: readonly EngineAttempt[];
  /** The service that was started for this backend, which ends with it. */
  service: PodmanService | null;
}

/** The ways to find the service: what the user said, then the sockets of the system, the user and `podman machine`. */
export function podmanStrategies(
  config: PodmanConfig,
  who: { isRoot: boolean } = { isRoot: process.getuid?.() === 0 },
): EngineStrategy[] {
  const env = config.env ?? process.env;
  const home = env.HOME ?? '';
  const { isRoot } = who;
  const mode = config.rootless ?? 'auto';
  if (mode === 'enabled' && isRoot) {
    throw new WherryError('INVALID', 'rootless Podman was asked for, but this process is root', {
      hint: 'run as an ordinary user, or leave `rootless` out',
    });
  }
  const runtime =
    env.XDG_RUNTIME_DIR ??
    (isRoot || process.getuid === undefined ? undefined : `/run/user/${process.getuid()}`);
  const system = socket(
    'system socket',
    mode === 'enabled' ? null : '/run/podman/podman.sock',
    'rootless Podman was asked for',
  );
  const own = mode === 'disabled' ? null : (runtime ?? null);
  const user = socket(
    'socket of the user',
    own === null ? null : `${own}/podman/podman.sock`,
    mode === 'disabled' ? "the system's Podman was asked for" : 'XDG_RUNTIME_DIR is not set',
  );
  const machine = `${home}/.local/share/containers/podman/machine`;
  return [
    order('explicit host', config.host, 'no host was given'),
    order('CONTAINER_HOST', env.CONTAINER_HOST, 'CONTAINER_HOST is not set'),
    ...(isRoot ? [system, user] : [user, system]),
    socket('podman machine', `${machine}/podman.sock`),
    socket('podman machine (QEMU)', `${machine}/qemu/podman.sock`),
    socket(
      'podman machine (macOS)',
      env.TMPDIR ? `${env.TMPDIR.replace(/\/$/, '')}/podman/podman-machine-default-api.sock` : null,
      'TMPDIR is not set',
    ),
  ];
}

/**
 * Finds the service; with `autoStart` one is started when none answers. `UNAVAILABLE` (with `details.attempts`)
 * otherwise.
 */
export async function findPodman(config: PodmanConfig, options: CallOptions = {}): Promise<FoundPodman> {
  const search = await searchEngine(podmanStrategies(config), {
    signal: options.signal,
    probeOrders: config.autoStart === true,
    judge: ({ libpodVersion }, address) =>
      libpodVersion !== null
        ? null
        : new WherryError('UNAVAILABLE', `what answers at ${address} is not Podman`, {
            hint: 'use the docker backend',
          }),
  });
  if (search.connection !== null) return { ...search, service: null };
  if (config.autoStart === true) {
    const service = await startService(config, options);
    const connection = new EngineConnection(hostDialer({ host: service.host }));
    return { connection, attempts: [...search.attempts, { strategy: 'autoStart', reason: null }], service };
  }
  throw notFound(
    search,
    'no Podman service was found',
    'start it (`systemctl --user start podman.socket`, or `podman system service --time 0 &`), or set CONTAINER_HOST to where it is',
  );
}

function order(name: string, host: string | undefined, passed: string): EngineStrategy {
  return { name, isOrder: true, find: async () => (host ? { host } : { passed }) };
}

function socket(name: string, path: string | null, passed = ''): EngineStrategy {
  return {
    name,
    isOrder: false,
    find: async () => (path === null ? { passed } : { host: `unix://${path}` }),
  };
}
