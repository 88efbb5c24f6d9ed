import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { ContainerInfo } from '../core/index.ts';
import type { ConformanceContext } from './case.ts';
import { eventually, ok } from './expect.ts';

/** Answers every connection with a line, for ever. */
export const server = (port: number, text = 'served'): readonly string[] => [
  'sh',
  '-c',
  `while :; do nc -l -p ${port} -e echo ${text}; done`,
];

export function portOf(
  info: ContainerInfo,
  target: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): number | undefined {
  const found = info.ports.find(
    (port) => port.target === target && port.protocol === protocol && port.published !== null,
  );
  return found?.published ?? undefined;
}

export async function publishedPort(
  t: ConformanceContext,
  id: string,
  target: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<number> {
  const info = await t.backend.inspect(id);
  const port = portOf(info, target, protocol);
  ok(port, `port ${target}/${protocol} is published: ${JSON.stringify(info.ports)}`);
  return port;
}

export function answers(host: string, port: number): Promise<string> {
  return eventually(() => exchange(host, port).catch(() => ''), `an answer on ${host}:${port}`);
}

export function exchange(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host, port, timeout: 3_000 })
      .on('data', (data) => {
        text += data;
      })
      .on('timeout', () => socket.destroy())
      .on('error', reject)
      .on('close', () => resolve(text));
  });
}

export async function datagram(host: string, port: number, text: string): Promise<string> {
  const socket = createSocket('udp4');
  const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(data.toString())));
  const ask = setInterval(() => socket.send(text, port, host), 50);
  const late = setTimeout(() => socket.emit('message', Buffer.from('no answer')), 10_000);
  try {
    return await answer;
  } finally {
    clearInterval(ask);
    clearTimeout(late);
    socket.close();
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '0.0.0.0', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
