import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WherryError } from '../core/errors.ts';
import type { TargetAddress } from './address.ts';
import { HandBooted, until } from './proxy.test-support.ts';
import { UdpProxy } from './udp-proxy.ts';

/** A UDP socket on this machine, closed in the end. */
class Endpoint implements AsyncDisposable {
  readonly socket: Socket = createSocket('udp4');
  readonly seen: string[] = [];

  async bind(port = 0): Promise<this> {
    this.socket.on('message', (datagram) => this.seen.push(String(datagram)));
    this.socket.bind(port, '127.0.0.1');
    await once(this.socket, 'listening');
    return this;
  }

  get address(): TargetAddress {
    return { host: '127.0.0.1', port: this.socket.address().port };
  }

  send(text: string, { port, host }: TargetAddress): void {
    this.socket.send(text, port, host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

async function echo(port = 0): Promise<Endpoint> {
  const service = await new Endpoint().bind(port);
  service.socket.on('message', (datagram, from) => service.socket.send(datagram, from.port, from.address));
  return service;
}

async function proxyTo(
  target: TargetAddress,
  options: Partial<ConstructorParameters<typeof UdpProxy>[0]> = {},
): Promise<UdpProxy> {
  const lazy = new HandBooted({ ready: true });
  const proxy = new UdpProxy({ port: 0, lazy, targets: [target], ...options });
  await proxy.listen();
  return proxy;
}

describe('UdpProxy', () => {
  test('brings each client its own replies', async () => {
    await using service = await echo();
    await using proxy = await proxyTo(service.address);
    await using a = await new Endpoint().bind();
    await using b = await new Endpoint().bind();
    a.send('from a', proxy.address);
    b.send('from b', proxy.address);
    await until(() => a.seen.length === 1 && b.seen.length === 1);
    expect([a.seen, b.seen]).toEqual([['from a'], ['from b']]);
    expect(proxy.activity).toMatchObject({ open: 2, accepted: 2 });
  });

  test('the first datagram boots, and what comes meanwhile is delivered up to the limit', async () => {
    await using service = await echo();
    const lazy = new HandBooted({ ready: false });
    await using proxy = await proxyTo(service.address, { lazy, maxBuffered: 10 });
    await using client = await new Endpoint().bind();
    for (const text of ['12345', '67890', 'lost']) client.send(text, proxy.address);
    await until(() => proxy.activity.held === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    lazy.succeed();
    await until(() => client.seen.length === 2);
    client.send('later', proxy.address);
    await until(() => client.seen.length === 3);
    expect(client.seen).toEqual(['12345', '67890', 'later']);
    expect(lazy).toMatchObject({ boots: 1, leases: 1 });
  });

  test('a silent client counts as gone and gives its lease back', async () => {
    await using service = await echo();
    const lazy = new HandBooted({ ready: true });
    await using proxy = await proxyTo(service.address, { lazy, idleTimeout: 60 });
    await using client = await new Endpoint().bind();
    client.send('x', proxy.address);
    await until(() => lazy.leases === 1);
    await until(() => proxy.activity.open === 0);
    expect(lazy.leases).toBe(0);
    expect(proxy.activity).toMatchObject({ received: 1, sent: 1 });
    client.send('y', proxy.address);
    await until(() => client.seen.length === 2);
  });

  test('a service that listens only after it runs gets the first datagram all the same', async () => {
    const gone = await echo();
    const { address } = gone;
    await gone[Symbol.asyncDispose]();
    await using proxy = await proxyTo(address);
    await using client = await new Endpoint().bind();
    client.send('early', proxy.address);
    await new Promise((resolve) => setTimeout(resolve, 120));
    await using _service = await echo(address.port);
    await until(() => client.seen.length > 0);
    expect(client.seen[0]).toBe('early');
  });

  test('clients of an address that is given up go to the new one with their next datagram', async () => {
    await using old = await echo();
    await using fresh = await echo();
    await using proxy = await proxyTo(old.address);
    await using client = await new Endpoint().bind();
    client.send('one', proxy.address);
    await until(() => client.seen.length === 1);
    proxy.retarget([fresh.address]);
    client.send('two', proxy.address);
    await until(() => client.seen.length === 2);
    expect([old.seen, fresh.seen]).toEqual([['one'], ['two']]);
  });

  test('a failed boot drops the client, and its next datagram tries again', async () => {
    await using service = await echo();
    const lazy = new HandBooted({ ready: false });
    const reasons: string[] = [];
    await using proxy = await proxyTo(service.address, { lazy, onRefused: ({ code }) => reasons.push(code) });
    await using client = await new Endpoint().bind();
    client.send('x', proxy.address);
    await until(() => lazy.boots === 1);
    lazy.fail(new WherryError('UNHEALTHY', 'no'));
    await until(() => proxy.activity.open === 0);
    expect(reasons).toEqual(['UNHEALTHY']);
    client.send('y', proxy.address);
    await until(() => lazy.boots === 2);
    lazy.succeed();
    await until(() => client.seen.includes('y'));
  });

  test('turns away more clients than the limit', async () => {
    await using service = await echo();
    await using proxy = await proxyTo(service.address, { maxClients: 1 });
    await using a = await new Endpoint().bind();
    await using b = await new Endpoint().bind();
    a.send('a', proxy.address);
    await until(() => a.seen.length === 1);
    b.send('b', proxy.address);
    await until(() => proxy.activity.refused === 1);
    expect(b.seen).toEqual([]);
  });

  test('drain waits for clients to fall silent, and drops the others at the limit', async () => {
    await using service = await echo();
    const lazy = new HandBooted({ ready: true });
    await using proxy = await proxyTo(service.address, { lazy });
    await using client = await new Endpoint().bind();
    client.send('x', proxy.address);
    await until(() => client.seen.length === 1);
    await proxy.drain({ limit: 60 });
    expect(proxy.activity.open).toBe(0);
    expect(lazy.leases).toBe(0);
  });

  test('a taken port says so', async () => {
    await using service = await echo();
    const { port } = service.address;
    const proxy = new UdpProxy({ port, lazy: new HandBooted({ ready: true }) });
    await expect(proxy.listen()).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { port } });
    await proxy[Symbol.asyncDispose]();
  });
});
