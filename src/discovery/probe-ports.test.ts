import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type PortProbe, probePort } from '../transport/port-probe.ts';
import { Discoverer } from './discoverer.ts';
import { probePorts } from './probe-ports.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await close(server);
});

async function listen(host = '127.0.0.1'): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const port = await listen();
  const server = servers.pop();
  if (server !== undefined) await close(server);
  return port;
}

/** A port whose queue of connections is full, of a process that accepts none: what comes then gets no answer. */
async function silentPort(): Promise<{ port: number } & AsyncDisposable> {
  const script = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [told] = await once(child.stdout, 'data');
  const port = Number(told);
  const queue: Socket[] = [];
  for (let answered = true; answered; ) {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    queue.push(socket);
    const limit = AbortSignal.timeout(300);
    answered = await once(socket, 'connect', { signal: limit }).then(
      () => true,
      () => false,
    );
  }
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of queue) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Sockets that this process has open. */
const sockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'TCPConnectWrap')
    .length;

async function all(probes: AsyncIterable<PortProbe>): Promise<PortProbe[]> {
  const found: PortProbe[] = [];
  for await (const probe of probes) found.push(probe);
  return found;
}

test('open, closed, silent and unreachable are told apart', async () => {
  const open = await listen();
  expect(await probePort('127.0.0.1', open)).toMatchObject({ state: 'open', address: '127.0.0.1' });
  expect(await probePort('127.0.0.1', await freePort())).toMatchObject({ state: 'closed', address: null });
  await using silent = await silentPort();
  expect(await probePort('127.0.0.1', silent.port, { timeout: 150 })).toMatchObject({
    state: 'silent',
    message: expect.stringContaining('within 150 ms'),
  });
  expect(await probePort('no.such.host.invalid', 80)).toMatchObject({ state: 'unreachable' });
});

test('IPv6 and names work as addresses do', async () => {
  expect(await probePort('::1', await listen('::1'))).toMatchObject({ state: 'open', address: '::1' });
  expect(await probePort('localhost', await listen())).toMatchObject({ state: 'open' });
});

test('a list with some open ports, in any order of answers', async () => {
  const open = [await listen(), await listen(), await listen()];
  const shut = await freePort();
  const probes = await all(probePorts('localhost', [...open, shut], { parallel: 2 }));
  const states = new Map(probes.map(({ port, state }) => [port, state]));
  expect(states).toEqual(new Map([...open.map((port) => [port, 'open'] as const), [shut, 'closed']]));
});

test('a whole range is probed within the limit of connections, and none stays open', async () => {
  const open = await listen();
  const first = Math.max(1, open - 400);
  const last = Math.min(65_535, open + 400);
  let most = 0;
  const before = sockets();
  const found: number[] = [];
  for await (const { port, state } of probePorts('127.0.0.1', `${first}-${last}`, { parallel: 8 })) {
    most = Math.max(most, sockets() - before);
    if (state === 'open') found.push(port);
  }
  expect(found).toContain(open);
  // Besides the probes, our server has its end of each.
  expect(most).toBeLessThanOrEqual(16);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(sockets()).toBeLessThanOrEqual(before);
});

test('leaving the loop, and the signal, end what is under way', async () => {
  const before = sockets();
  await leaveAndAbort();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(sockets()).toBeLessThanOrEqual(before);
});

async function leaveAndAbort(): Promise<void> {
  for await (const probe of probePorts('127.0.0.1', [await listen(), [2000, 3000]], { parallel: 1 })) {
    expect(probe.state).toBe('open');
    break;
  }
  const controller = new AbortController();
  await using silent = await silentPort();
  const { signal } = controller;
  const probing = all(probePorts('127.0.0.1', silent.port, { timeout: 60_000, signal }));
  controller.abort();
  await expect(probing).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(probePort('127.0.0.1', 1, { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
}

test('no warning of too many listeners, however many probes share a signal', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on('warning', warn);
  const { signal } = new AbortController();
  await all(probePorts('127.0.0.1', '1-200', { parallel: 100, signal }));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warn);
  expect(warnings).toEqual([]);
});

test('the discoverer finds what is open and sees it again', async () => {
  const port = await listen();
  const discoverer = new Discoverer({ ttl: 5000 });
  const found = await discoverer.discover({ kind: 'tcp', name: 'web', ports: [port, await freePort()] });
  expect(found).toEqual([
    {
      name: 'web',
      host: '127.0.0.1',
      port,
      protocol: 'tcp',
      source: 'tcp',
      foundAt: expect.any(Date),
      ttl: 5000,
      metadata: { address: '127.0.0.1' },
    },
  ]);
  expect(await discoverer.verify(found)).toMatchObject([
    { presence: 'present', service: { name: 'web', port } },
  ]);
  for (const server of servers.splice(0)) await close(server);
  expect(await discoverer.verify(found)).toEqual([{ presence: 'absent' }]);
});

test('a wrong target is refused', async () => {
  const discoverer = new Discoverer();
  await expect(discoverer.discover({ kind: 'tcp', ports: '99999' })).rejects.toMatchObject({
    code: 'INVALID',
  });
  await expect(discoverer.discover({ kind: 'compose' })).rejects.toMatchObject({ code: 'INVALID' });
});
