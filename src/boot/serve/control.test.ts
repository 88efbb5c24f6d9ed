import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { heldPorts, holderSocket, inPlace } from '../port-holder.ts';
import { ownDirectory } from '../runtime-directory.ts';
import { call, type Orders, takeOrders } from './control.ts';

const web = { hostIp: '0.0.0.0', published: 8080, target: 80, protocol: 'tcp' } as const;
const orders: Orders = {
  services: () => ['web'],
  ports: () => new Map([['web', [web]]]),
  switchOver: async () => undefined,
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-orders-'));
  vi.stubEnv('XDG_RUNTIME_DIR', directory);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true, force: true });
});

test('of two that start at the same time one takes orders, and goes on doing so', async () => {
  const path = holderSocket('unix:///e', 'app');
  const both = await Promise.allSettled([takeOrders(path, orders), takeOrders(path, orders)]);
  const [taken, ...more] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(more).toEqual([]);
  const refused = both.find(({ status }) => status === 'rejected');
  expect(refused).toMatchObject({ reason: { code: 'CONFLICT', details: { pid: process.pid } } });
  expect(await call(path, 'GET', '/services')).toEqual(['web']);
  await taken?.[Symbol.asyncDispose]();
  await using _next = await takeOrders(path, orders);
});

test('others are told where it listens; of one that hangs nothing is known, and nothing fails', async () => {
  const path = holderSocket('unix:///e', 'app');
  expect(await heldPorts('unix:///e', 'app')).toEqual(new Map());
  const taken = await takeOrders(path, orders);
  expect(await heldPorts('unix:///e', 'app')).toEqual(new Map([['web', [web]]]));
  await taken[Symbol.asyncDispose]();
  await ownDirectory(dirname(path));
  const hanging = createServer().listen(path);
  await once(hanging, 'listening');
  expect(await heldPorts('unix:///e', 'app')).toEqual(new Map());
  hanging.close();
});

test('a held port is told instead of the loopback one, and others as they are', () => {
  const behind = { hostIp: '127.0.0.1', published: 32_768, target: 80, protocol: 'tcp' } as const;
  const exposed = { hostIp: null, published: null, target: 81, protocol: 'tcp' } as const;
  expect(inPlace([behind, exposed], [web])).toEqual([web, exposed]);
  expect(inPlace([], [web])).toEqual([web]);
  expect(inPlace([behind])).toEqual([behind]);
});
