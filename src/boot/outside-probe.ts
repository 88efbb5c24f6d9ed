import { setTimeout as pause } from 'node:timers/promises';
import type { OutsideProbe } from '../compose/index.ts';
import { bracketed } from '../core/host-port.ts';
import { type Backend, type ContainerInfo, cancelled, WherryError } from '../core/index.ts';
import { firesAfter } from '../core/timer.ts';
import { HealthChecker, type HealthTarget, lastLogLines, type TlsOptions } from '../health/index.ts';
import { answers, forwarderPatience, type TargetAddress } from '../proxy/index.ts';
import { died, flapping, late } from './failure.ts';
import { flapsTooLong } from './flaps.ts';
import { comesBack, type Gate } from './gate.ts';
import { publishedAddress } from './service-url.ts';
import type { ProjectWatch, WatchedContainer } from './watch.ts';

/** Without a time limit of the gate's, the engine's own checks would give up after about this long, in ms. */
const patience = 90_000;
const firstDelay = 20;
const maxDelay = 500;
/** How many times a container has ended when that says more than what its probe found last. */
const manyExits = 3;

/**
 * Waits until the probe from outside passes. Fails as a gate on the engine's own health check does, and with `INVALID`
 * when no port leads to the container.
 */
export async function passProbe(
  backend: Backend,
  watch: ProjectWatch,
  gate: Gate,
  probe: OutsideProbe,
  signal: AbortSignal,
): Promise<void> {
  const before = watch.state(gate.id)?.exits ?? 0;
  const over = new AbortController();
  const deadline = firesAfter(gate.timeout ?? patience);
  const scope = AbortSignal.any([signal, deadline, over.signal]);
  const look = new Look(backend, watch, gate, probe);
  const ends = [look.untilReady(scope), endedForGood(backend, watch, gate, scope)];
  if (gate.restart.name !== 'no') ends.push(flapped(backend, watch, gate, scope));
  try {
    await Promise.race(ends);
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    if (!deadline.aborted) throw error;
    const { exits = 0, exitCode = null } = watch.state(gate.id) ?? {};
    if (exits - before >= manyExits) throw await flapping(backend, gate, { exits: exits - before, exitCode });
    if (gate.timeout !== undefined) throw await late(backend, gate, 'healthy', gate.timeout, look.found);
    throw await gaveUp(backend, gate, look.found);
  } finally {
    over.abort();
    await Promise.allSettled(ends);
  }
}

/** Rejects once the container has ended and is not started again. */
async function endedForGood(
  backend: Backend,
  watch: ProjectWatch,
  gate: Gate,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (one: Readonly<WatchedContainer>): boolean =>
    one.phase === 'removed' || (one.phase === 'exited' && !comesBack(one, gate.restart));
  await watch.until(gate.id, isOver, signal);
  throw await died(backend, gate);
}

/** Rejects once the container was started again too often. */
async function flapped(
  backend: Backend,
  watch: ProjectWatch,
  gate: Gate,
  signal: AbortSignal,
): Promise<void> {
  throw await flapping(backend, gate, await flapsTooLong(backend, watch, gate.id, signal));
}

async function gaveUp(backend: Backend, { id, name }: Gate, found: string): Promise<WherryError> {
  const lastLines = await lastLogLines(backend, id).catch(() => []);
  return new WherryError('UNHEALTHY', `container ${name} is not healthy after ${patience} ms: ${found}`, {
    hint: `see what it wrote: \`wherry logs ${name}\``,
    details: { container: name, id, lastLines },
  });
}

/** Tries a probe again and again, wherever the container is reached then: a restart may give it other ports and addresses. */
class Look {
  readonly #backend: Backend;
  readonly #watch: ProjectWatch;
  readonly #gate: Gate;
  readonly #probe: OutsideProbe;
  readonly #checker: HealthChecker;
  #place: { run: number; target: HealthTarget } | undefined;
  #found = 'no try was finished';

  constructor(backend: Backend, watch: ProjectWatch, gate: Gate, probe: OutsideProbe) {
    this.#backend = backend;
    this.#watch = watch;
    this.#gate = gate;
    this.#probe = probe;
    this.#checker = new HealthChecker({ backend });
  }

  /** What the last try found, in words. */
  get found(): string {
    return this.#found;
  }

  async untilReady(signal: AbortSignal): Promise<void> {
    for (let delay = firstDelay; ; delay = Math.min(delay * 2, maxDelay)) {
      // The address of a container that has just ended may be answered by somebody else.
      if ((await this.#passes(signal)) && (await this.#target(signal)) !== null) return;
      await pause(delay, undefined, { signal });
    }
  }

  async #passes(signal: AbortSignal): Promise<boolean> {
    const run = this.#watch.state(this.#gate.id)?.exits ?? 0;
    if (this.#place?.run !== run) {
      const target = await this.#target(signal);
      this.#place = target === null ? undefined : { run, target };
    }
    if (this.#place === undefined) return false;
    const { healthy, message } = await this.#checker.check(this.#place.target, { signal });
    this.#found = message;
    return healthy;
  }

  /** Null while the container does not run. */
  async #target(signal: AbortSignal): Promise<HealthTarget | null> {
    const { id, name, restart } = this.#gate;
    const info = await this.#backend.inspect(id, { signal });
    const { status, exitCode, restartCount } = info;
    const ended = status === 'exited' || status === 'dead';
    if (ended && !comesBack({ exitCode, exits: restartCount + 1 }, restart))
      throw await died(this.#backend, { id, name });
    if (status === 'running') return probeTarget(info, this.#probe, this.#backend.address);
    this.#found = 'it does not run';
    return null;
  }
}

/** What is probed: the published port, else the container's own address where this machine can have a way to it. */
export function probeTarget(info: ContainerInfo, probe: OutsideProbe, engineAddress: string): HealthTarget {
  const { kind, timeout } = probe;
  const { host, port, forwarded } = addressOf(info, probe, engineAddress);
  const name = `${kind} ${host}:${port}`;
  if (kind === 'tcp' && forwarded) return { kind: 'custom', name, timeout, check: staysOpen({ host, port }) };
  if (kind === 'tcp') return { kind, name, timeout, host, port };
  const tls = probe.tls && tlsOptions(probe.tls);
  if (kind === 'grpc')
    return { kind, name, timeout, host, port, service: probe.service, ...(tls && { tls }) };
  const { status, headers, body } = probe;
  return {
    kind,
    timeout,
    url: `${tls === undefined ? 'http' : 'https'}://${bracketed(host)}:${port}${probe.path}`,
    ...(status && { status }),
    ...(headers && { headers }),
    ...(body !== undefined && { body }),
    ...(tls && { tls }),
  };
}

function tlsOptions({ serverName, ...said }: NonNullable<OutsideProbe['tls']>): TlsOptions {
  return { ...said, ...(serverName === undefined ? {} : { serverName }) };
}

function staysOpen(address: TargetAddress): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    if (await answers(address, { stays: forwarderPatience, signal })) return;
    throw new Error(`nothing listens at ${bracketed(address.host)}:${address.port}`);
  };
}

function addressOf(
  info: ContainerInfo,
  { port }: OutsideProbe,
  engineAddress: string,
): { host: string; port: number; forwarded: boolean } {
  const published = info.ports.find(
    (one) => one.target === port && one.protocol === 'tcp' && one.published !== null,
  );
  const address = published && publishedAddress(published, engineAddress);
  if (address !== undefined) return { ...address, forwarded: true };
  const own = info.networks.find(({ ipv4Address }) => ipv4Address !== null)?.ipv4Address;
  if (own !== undefined && own !== null && engineAddress.startsWith('unix:'))
    return { host: own, port, forwarded: false };
  throw new WherryError(
    'INVALID',
    `no port leads to port ${port} of container ${info.name}, which is to be probed`,
    {
      hint: `publish it, for instance with \`ports: ["127.0.0.1::${port}"]\``,
      details: { container: info.name, port },
    },
  );
}
