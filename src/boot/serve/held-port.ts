import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWherryError, type Lazy, type PublishedPort, type WherryError } from '../../core/index.ts';
import { TcpProxy, UdpProxy } from '../../proxy/index.ts';
import type { HeldPort } from './behind-proxy.ts';

/** A proxy that listens in place of the engine. */
export type ListeningPort =
  | { port: HeldPort; protocol: 'tcp'; proxy: TcpProxy }
  | { port: HeldPort; protocol: 'udp'; proxy: UdpProxy };

/** ms between two attempts to listen on a port that is let go. */
const between = 50;

export interface HoldPortOptions {
  lazy: Lazy;
  /** ms. */
  maxWait: number;
  waitingPage: boolean;
  onRefused: (reason: WherryError) => void;
}

/**
 * Listens on the first port of its range that is free. Fails with `PORT_TAKEN` when none is after `patience` ms: an engine
 * may let go of a port only some time after it said that the container is stopped.
 */
export async function holdPort(
  port: HeldPort,
  options: HoldPortOptions,
  patience: number,
): Promise<ListeningPort> {
  const end = performance.now() + patience;
  for (let number = port.from; ; number = number < port.to ? number + 1 : port.from) {
    const listening = proxyFor(port, number, options);
    try {
      await listening.proxy.listen();
      return listening;
    } catch (error) {
      await listening.proxy[Symbol.asyncDispose]();
      if (!isWherryError(error, 'PORT_TAKEN')) throw error;
      if (number < port.to) continue;
      if (performance.now() >= end) throw error;
    }
    await sleep(between);
  }
}

/** As an engine lists it: on all addresses is told of each family. */
export function asPublished({ port, protocol, proxy }: ListeningPort): readonly PublishedPort[] {
  const { host, port: published } = proxy.address;
  const hosts = port.hostIp === null && host === '::' ? ['0.0.0.0', '::'] : [host];
  return hosts.map((hostIp) => ({ hostIp, published, target: port.target, protocol }));
}

function proxyFor(held: HeldPort, port: number, options: HoldPortOptions): ListeningPort {
  const { lazy, maxWait, waitingPage, onRefused } = options;
  const common = { host: held.hostIp ?? everywhere(), port, lazy, maxWait, onRefused };
  if (held.protocol === 'udp') return { port: held, protocol: 'udp', proxy: new UdpProxy(common) };
  const proxy = new TcpProxy({ ...common, waitingAnswer: waitingPage ? {} : undefined });
  return { port: held, protocol: 'tcp', proxy };
}

/** As engines publish a port without an address: on all addresses, of both families where the machine has both. */
function everywhere(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0';
}
