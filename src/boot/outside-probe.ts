import { setTimeout as pause } from 'node:timers/promises';
import type { OutsideProbe } from '../compose/index.ts';
import { bracketed } from '../core/host-port.ts';
import { type Backend, type ContainerInfo, cancelled, isWherryError, WherryError } from '../core/index.ts';
import { HealthChecker, type HealthTarget, waitHealthy } from '../health/index.ts';
import { died, late } from './failure.ts';
import { comesBack, type Gate } from './gate.ts';
import { publishedAddress } from './service-url.ts';

/** Without a time limit of the gate's, the engine's own checks would give up after about this long, in ms. */
const patience = 90_000;
const maxDelay = 500;

/**
 * Waits until the probe from outside passes. Fails as a gate on the engine's own health check does, and with `INVALID`
 * when no port leads to the container.
 */
export async function passProbe(
  backend: Backend,
  gate: Gate,
  probe: OutsideProbe,
  signal: AbortSignal,
): Promise<void> {
  const target = probeTarget(await backend.inspect(gate.id, { signal }), probe, backend.address);
  const checker = new HealthChecker({ backend });
  const ends = performance.now() + (gate.timeout ?? patience);
  try {
    for (;;) {
      await waitHealthy(checker, target, {
        container: gate.id,
        policy: { initialDelay: 20, maxDelay, deadline: Math.max(0, ends - performance.now()) },
        signal,
      });
      if (await runs(backend, gate, signal)) return;
      await pause(maxDelay, undefined, { signal });
    }
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    if (gate.timeout !== undefined && isWherryError(error, 'UNHEALTHY'))
      throw await late(backend, gate, 'healthy', gate.timeout);
    throw error;
  }
}

/** The address of a container that has just ended may be answered by somebody else. */
async function runs(backend: Backend, gate: Gate, signal: AbortSignal): Promise<boolean> {
  const { status, exitCode, restartCount } = await backend.inspect(gate.id, { signal });
  const ended = status === 'exited' || status === 'dead';
  if (ended && !comesBack({ exitCode, exits: restartCount + 1 }, gate.restart))
    throw await died(backend, gate);
  return status === 'running';
}

/** What is probed: the published port, else the container's own address where this machine can have a way to it. */
export function probeTarget(info: ContainerInfo, probe: OutsideProbe, engineAddress: string): HealthTarget {
  const { kind, timeout } = probe;
  const { host, port } = addressOf(info, probe, engineAddress);
  const name = `${kind} ${host}:${port}`;
  if (kind === 'tcp') return { kind, name, timeout, host, port };
  if (kind === 'grpc') return { kind, name, timeout, host, port, service: probe.service };
  const url = `http://${bracketed(host)}:${port}${probe.path}`;
  return { kind, timeout, url, ...(probe.status === undefined ? {} : { status: probe.status }) };
}

function addressOf(
  info: ContainerInfo,
  { port }: OutsideProbe,
  engineAddress: string,
): { host: string; port: number } {
  const published = info.ports.find(
    (one) => one.target === port && one.protocol === 'tcp' && one.published !== null,
  );
  const address = published && publishedAddress(published, engineAddress);
  if (address !== undefined) return address;
  const own = info.networks.find(({ ipv4Address }) => ipv4Address !== null)?.ipv4Address;
  if (own !== undefined && own !== null && engineAddress.startsWith('unix:')) return { host: own, port };
  throw new WherryError(
    'INVALID',
    `no port leads to port ${port} of container ${info.name}, which is to be probed`,
    {
      hint: `publish it, for instance with \`ports: ["127.0.0.1::${port}"]\``,
      details: { container: info.name, port },
    },
  );
}
