import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

export interface ListenPlace {
  /** Address to listen on; null: all of this machine's. */
  hostIp: string | null;
  port: number;
  protocol: 'tcp' | 'udp';
}

/** Faults that say that somebody has the port; of others, such as a port only for root, whoever is to listen knows more. */
const taken: readonly string[] = ['EADDRINUSE'];
/** This machine has no such family of addresses. */
const noFamily: readonly string[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

/** Whether nobody on this machine listens there now: tried by listening for a moment. */
export async function canListen({ hostIp, port, protocol }: ListenPlace): Promise<boolean> {
  for (const host of hostIp === null ? ['::', '0.0.0.0'] : [hostIp]) {
    const fault = await (protocol === 'tcp' ? tryTcp(host, port) : tryUdp(host, port));
    if (fault !== null && taken.includes(fault)) return false;
    if (fault === null || !noFamily.includes(fault)) return true;
  }
  return true;
}

async function tryTcp(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

async function tryUdp(host: string, port: number): Promise<string | null> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind({ address: host, port, exclusive: true });
    await once(socket, 'listening');
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
}
