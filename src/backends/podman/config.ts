import type { PodmanConfig } from '../../core/config.ts';
import { isWherryError, throwIfAborted, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { EngineConnection } from '../engine-api/connection.ts';
import { hostDialer } from '../engine-api/host-dialer.ts';
import { type PodmanService, startService } from './service.ts';

/** One way to find Podman's API service. Null when it has nothing to say here; the reason is for `doctor`. */
export interface PodmanStrategy {
  readonly name: string;
  /** Whether its answer is an order of the user's, which is followed also when nothing answers there. */
  readonly isOrder: boolean;
  readonly host: string | null;
  /** Why there is no host. */
  readonly passed: string;
}

/** A strategy that was tried. */
export interface PodmanAttempt {
  strategy: string;
  /** Why it was passed over; null for the one that was taken. */
  reason: string | null;
}

export interface FoundPodman {
  connection: EngineConnection;
  attempts: readonly PodmanAttempt[];
  /** The service that was started for this backend, which ends with it. */
  service: PodmanService | null;
}

/** The ways to find the service: what the user said, then the sockets of the system, the user and `podman machine`. */
export function podmanStrategies(config: PodmanConfig): PodmanStrategy[] {
  const env = config.env ?? process.env;
  const home = env.HOME ?? '';
  const isRoot = process.getuid?.() === 0;
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
  const { signal } = options;
  const attempts: PodmanAttempt[] = [];
  let denied: WherryError | undefined;
  for (const strategy of podmanStrategies(config)) {
    throwIfAborted(signal);
    if (strategy.host === null) {
      attempts.push({ strategy: strategy.name, reason: strategy.passed });
      continue;
    }
    const connection = new EngineConnection(hostDialer({ host: strategy.host }));
    const taken = [...attempts, { strategy: strategy.name, reason: null }];
    // An order is followed also when nothing answers there, unless a service may be started instead.
    if (strategy.isOrder && config.autoStart !== true) return { connection, attempts: taken, service: null };
    const refusal = await refusalOf(connection, signal);
    if (refusal === null) return { connection, attempts: taken, service: null };
    connection.close();
    if (isWherryError(refusal, 'PERMISSION')) denied ??= refusal;
    attempts.push({ strategy: strategy.name, reason: refusal.message });
  }
  if (config.autoStart === true) {
    const service = await startService(config, options);
    const connection = new EngineConnection(hostDialer({ host: service.host }));
    return { connection, attempts: [...attempts, { strategy: 'autoStart', reason: null }], service };
  }
  if (denied !== undefined) {
    throw new WherryError('PERMISSION', denied.message, {
      hint: denied.hint,
      details: { attempts },
      cause: denied,
    });
  }
  throw new WherryError('UNAVAILABLE', 'no Podman service was found', {
    hint: 'start it (`systemctl --user start podman.socket`, or `podman system service --time 0 &`), or set CONTAINER_HOST to where it is',
    details: { attempts },
  });
}

async function refusalOf(
  connection: EngineConnection,
  signal: AbortSignal | undefined,
): Promise<WherryError | null> {
  try {
    const { libpodVersion } = await connection.facts({ signal });
    if (libpodVersion !== null) return null;
    return new WherryError('UNAVAILABLE', `what answers at ${connection.address} is not Podman`, {
      hint: 'use the docker backend',
    });
  } catch (error) {
    throwIfAborted(signal);
    if (isWherryError(error)) return error;
    throw error;
  }
}

function order(name: string, host: string | undefined, passed: string): PodmanStrategy {
  return { name, isOrder: true, host: host === undefined || host === '' ? null : host, passed };
}

function socket(name: string, path: string | null, passed = ''): PodmanStrategy {
  return { name, isOrder: false, host: path === null ? null : `unix://${path}`, passed };
}
