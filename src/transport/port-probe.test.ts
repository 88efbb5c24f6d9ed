import { createConnection, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { probePort } from './port-probe.ts';

vi.mock(import('node:net'), async (original) => {
  const net = await original();
  // The kernel picks the port of our end; here it picks the very port that is probed, which it may.
  const connect = (options: { host: string; port: number }): Socket =>
    createConnection({ ...options, localAddress: options.host, localPort: options.port });
  return { ...net, connect: connect as typeof net.connect };
});

test('a connection to itself is no service', async () => {
  expect(await probePort('127.0.0.1', 45_999)).toMatchObject({ state: 'closed' });
});
