import { networkInterfaces } from 'node:os';
import { isWherryError, type Lazy, type WherryError } from '../../core/index.ts';
import { TcpProxy, UdpProxy } from '../../proxy/index.ts';
import type { HeldPort } from './behind-proxy.ts';

/** A proxy that listens in place of the engine. */
export type ListeningPort =
  | { port: HeldPort; protocol: 'tcp'; proxy: TcpProxy }
  | { port: HeldPort; protocol: 'udp'; proxy: UdpProxy };

export interface HoldPortOptions {
  lazy: Lazy;
  /** ms. */
  maxWait: number;
  waitingPage: boolean;
  onRefused: (reason: WherryError) => void;
}

/** Listens on the first port of its range that is free. Fails with `PORT_TAKEN` when none is. */
export async function holdPort(port: HeldPort, options: HoldPortOptions): Promise<ListeningPort> {
  for (let number = port.from; ; number += 1) {
    const listening = proxyFor(port, number, options);
    try {
      await listening.proxy.listen();
      return listening;
    } catch (error) {
      await listening.proxy[Symbol.asyncDispose]();
      if (number >= port.to || !isWherryError(error, 'PORT_TAKEN')) throw error;
    }
  }
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
