import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WherryError } from '../core/errors.ts';
import { ending, HandBooted, open, readAll, Service, until } from './proxy.test-support.ts';
import { TcpProxy } from './tcp-proxy.ts';

const echo = (): Promise<Service> => Service.start((socket) => socket.pipe(socket));
const ready = (): HandBooted => new HandBooted({ ready: true });
const booting = (): HandBooted => new HandBooted({ ready: false });

async function proxyTo(
  service: Pick<Service, 'address'>,
  options: Partial<ConstructorParameters<typeof TcpProxy>[0]> = {},
): Promise<TcpProxy> {
  const proxy = new TcpProxy({ port: 0, lazy: ready(), targets: [service.address], ...options });
  await proxy.listen();
  return proxy;
}

describe('bytes', () => {
  test('go both ways unchanged, however they are cut', async () => {
    await using service = await echo();
    await using proxy = await proxyTo(service);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 20_000 }), { maxLength: 8 }),
        async (chunks) => {
          const client = await open(proxy.address);
          const answer = readAll(client);
          for (const chunk of chunks) client.write(chunk);
          client.end();
          expect((await answer).equals(Buffer.concat(chunks))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the client may end its direction first and still get the answer', async () => {
    await using service = await Service.start(async (socket) => {
      const asked = await readAll(socket);
      socket.end(`${asked.length} bytes`);
    });
    await using proxy = await proxyTo(service);
    const client = await open(proxy.address);
    client.end('question');
    expect((await readAll(client)).toString()).toBe('8 bytes');
  });

  test('the service may end its direction first and still hear the client', async () => {
    const heard = Promise.withResolvers<string>();
    await using service = await Service.start(async (socket) => {
      socket.end('welcome');
      heard.resolve((await readAll(socket)).toString());
    });
    await using proxy = await proxyTo(service);
    const client = await open(proxy.address);
    expect((await readAll(client)).toString()).toBe('welcome');
    client.end('thanks');
    expect(await heard.promise).toBe('thanks');
  });

  test('a reader that does not read holds the writer back, and memory stays bounded', async () => {
    await using service = await Service.start(() => undefined);
    await using proxy = await proxyTo(service);
    const client = await open(proxy.address);
    const chunk = Buffer.alloc(64 * 1024);
    let written = 0;
    const writing = new Promise<void>((resolve) => {
      const write = (): void => {
        if (written >= 512 * 2 ** 20) resolve();
        else client.write(chunk, write);
        written += chunk.length;
      };
      write();
    });
    let before = -1;
    while (written !== before) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    // What the kernel's own buffers of four sockets take, and a little of ours: not 512 MiB.
    expect(written).toBeLessThan(64 * 2 ** 20);
    const [stuck] = service.sockets;
    stuck?.resume();
    await writing;
    client.end();
    await until(() => stuck?.bytesRead === client.bytesWritten);
  });
});

describe('a client that reads late', () => {
  test('gets everything as it was sent, and meanwhile the service is held back', async () => {
    const blocks = Array.from({ length: 2000 }, (_, index) =>
      Buffer.alloc(1 + ((index * 7919) % 20_000), index),
    );
    await using service = await Service.start(async (socket) => {
      for (const block of blocks) {
        socket.write(block);
        // In pieces, so that the proxy reads many while it has some that were not taken yet.
        await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
    });
    await using proxy = await proxyTo(service);
    const client = await open(proxy.address);
    client.pause();
    await until(() => [...service.sockets].some((socket) => socket.writableEnded));
    expect([...service.sockets].every((socket) => socket.writableLength > 0)).toBe(true);
    expect((await readAll(client)).equals(Buffer.concat(blocks))).toBe(true);
  });
});

describe('resets', () => {
  test('a client that resets has its service connection reset', async () => {
    await using service = await Service.start((socket) => socket.resume());
    await using proxy = await proxyTo(service);
    const client = await open(proxy.address);
    client.write('x');
    await until(() => [...service.sockets].some(({ bytesRead }) => bytesRead === 1));
    const [socket] = service.sockets;
    const end = socket === undefined ? undefined : ending(socket);
    client.resetAndDestroy();
    expect(await end).toBe('reset');
    await until(() => proxy.activity.open === 0);
  });

  test('a service that resets has its client reset', async () => {
    await using service = await Service.start((socket) =>
      socket.once('data', () => socket.resetAndDestroy()),
    );
    await using proxy = await proxyTo(service);
    const client = await open(proxy.address);
    const end = ending(client);
    client.write('x');
    expect(await end).toBe('reset');
  });
});

describe('holding', () => {
  test('more than a thousand connections at once wait for one boot, and all are served', async () => {
    await using service = await echo();
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy });
    const clients = await Promise.all(
      Array.from({ length: 1100 }, async (_, index) => {
        const client = await open(proxy.address);
        client.end(`client ${index}`);
        return client;
      }),
    );
    await until(() => proxy.activity.held === 1100);
    const answers = Promise.all(clients.map(readAll));
    lazy.succeed();
    expect((await answers).map(String)).toEqual(clients.map((_, index) => `client ${index}`));
    expect(lazy).toMatchObject({ boots: 1, acquires: 1100 });
    await until(() => lazy.leases === 0);
    expect(proxy.activity).toMatchObject({ open: 0, held: 0, accepted: 1100, refused: 0 });
  });

  test('a service with a short queue of connections loses none of those that waited for it', async () => {
    await using service = await Service.start((socket) => socket.pipe(socket), { backlog: 16 });
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy });
    const clients = await Promise.all(Array.from({ length: 300 }, () => open(proxy.address)));
    for (const client of clients) client.end('here');
    await until(() => proxy.activity.held === 300);
    const answers = Promise.allSettled(clients.map(readAll));
    lazy.succeed();
    const told = (await answers).map((one) => (one.status === 'fulfilled' ? String(one.value) : 'lost'));
    expect(told.filter((text) => text !== 'here')).toEqual([]);
  });

  test('a client that leaves while the service boots takes its request back', async () => {
    await using service = await echo();
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy });
    const client = await open(proxy.address);
    await until(() => proxy.activity.held === 1);
    client.resetAndDestroy();
    await until(() => proxy.activity.held === 0);
    lazy.succeed();
    await until(() => proxy.activity.open === 0);
    expect(lazy.leases).toBe(0);
    expect(service.sockets.size).toBe(0);
  });

  test('when the boot fails clients are closed in order, and the next connection tries again', async () => {
    await using service = await echo();
    const lazy = booting();
    const reasons: WherryError[] = [];
    await using proxy = await proxyTo(service, { lazy, onRefused: (reason) => reasons.push(reason) });
    const clients = await Promise.all([open(proxy.address), open(proxy.address)]);
    for (const client of clients) client.write('something that nobody reads');
    await until(() => proxy.activity.held === 2);
    lazy.fail(new WherryError('UNHEALTHY', 'it never became healthy'));
    expect(await Promise.all(clients.map(ending))).toEqual(['closed', 'closed']);
    expect(reasons.map(({ code }) => code)).toEqual(['UNHEALTHY', 'UNHEALTHY']);

    const next = await open(proxy.address);
    await until(() => lazy.boots === 2);
    lazy.succeed();
    next.end('again');
    expect((await readAll(next)).toString()).toBe('again');
  });

  test('nobody is held for longer than the limit, and no more at once than the limit', async () => {
    await using service = await echo();
    const reasons: WherryError[] = [];
    const onRefused = (reason: WherryError): unknown => reasons.push(reason);
    await using proxy = await proxyTo(service, { lazy: booting(), maxWait: 1500, maxHeld: 2, onRefused });
    const clients = await Promise.all([1, 2, 3].map(() => open(proxy.address)));
    expect(await Promise.all(clients.map(ending))).toEqual(['closed', 'closed', 'closed']);
    expect(reasons.map(({ code }) => code)).toEqual(['UNAVAILABLE', 'TIMEOUT', 'TIMEOUT']);
    expect(proxy.activity).toMatchObject({ held: 0, refused: 3 });
  });

  test('no more clients at once than the limit', async () => {
    await using service = await echo();
    await using proxy = await proxyTo(service, { maxClients: 1 });
    const first = await open(proxy.address);
    first.write('x');
    await once(first, 'data');
    const second = await open(proxy.address);
    expect(await ending(second)).toBe('closed');
    first.end('y');
    expect((await readAll(first)).toString()).toBe('y');
  });

  test('a port that opens only after the container runs is waited for', async () => {
    const gone = await echo();
    const { address } = gone;
    await gone[Symbol.asyncDispose]();
    await using proxy = await proxyTo({ address });
    const client = await open(proxy.address);
    client.end('early');
    await until(() => proxy.activity.held === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const late = createServer((_, answer) => answer.end());
    late.on('connection', (socket) => socket.removeAllListeners('data').pipe(socket));
    late.listen(address.port, '127.0.0.1');
    try {
      expect((await readAll(client)).toString()).toBe('early');
    } finally {
      late.close();
      late.closeAllConnections();
    }
  });
});

describe('the waiting answer', () => {
  const waitingAnswer = { after: 20, retryAfter: 7 };

  test('an HTTP client is told to come again, and the boot goes on', async () => {
    await using service = await echo();
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy, waitingAnswer });
    const { port } = proxy.address;
    const [response] = await once(request({ port, host: '127.0.0.1', path: '/' }).end(), 'response');
    const page = (await response.toArray()).join('');
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBe('7');
    expect(page).toContain('starting');
    await until(() => proxy.activity.open === 0);
    expect(proxy.activity.held).toBe(1);
    lazy.succeed();
    await until(() => proxy.activity.held === 0);
    expect(lazy).toMatchObject({ boots: 1, leases: 0 });
  });

  test('what is no HTTP is held as ever', async () => {
    await using service = await echo();
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy, waitingAnswer });
    const client = await open(proxy.address);
    client.write('SELECT 1');
    await new Promise((resolve) => setTimeout(resolve, 100));
    lazy.succeed();
    client.end(';');
    expect((await readAll(client)).toString()).toBe('SELECT 1;');
  });

  test('a request that is answered in time arrives whole, also when its client has ended its direction', async () => {
    await using service = await echo();
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy, waitingAnswer });
    const client = await open(proxy.address);
    client.end('FETCH / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    lazy.succeed();
    expect((await readAll(client)).toString()).toBe('FETCH / HTTP/1.1\r\n\r\n');
  });
});

describe('targets', () => {
  const named = (name: string): Promise<Service> =>
    Service.start((socket) => {
      socket.write(name);
      socket.pipe(socket);
    });
  const asks = async (proxy: TcpProxy): Promise<string> => {
    const client = await open(proxy.address);
    const [name] = await once(client, 'data');
    client.destroy();
    return String(name);
  };

  test('several take turns', async () => {
    await using a = await named('a');
    await using b = await named('b');
    await using proxy = await proxyTo(a, { targets: [a.address, b.address] });
    const seen = [await asks(proxy), await asks(proxy), await asks(proxy)];
    expect(seen).toEqual(['a', 'b', 'a']);
  });

  test('new connections go to the new target, old ones finish', async () => {
    await using a = await named('a');
    await using b = await named('b');
    await using proxy = await proxyTo(a);
    const old = await open(proxy.address);
    await once(old, 'data');
    proxy.retarget([b.address]);
    expect(await asks(proxy)).toBe('b');
    expect(await proxy.leaving(a.address, { limit: 20 })).toBe(1);
    old.write('still there');
    expect(String((await once(old, 'data'))[0])).toBe('still there');
    const left = proxy.leaving(a.address);
    old.end();
    expect(await left).toBe(0);
  });
});

describe('the end', () => {
  test('drain stops listening and waits for clients to leave', async () => {
    await using service = await echo();
    await using proxy = await proxyTo(service);
    const { address } = proxy;
    const client = await open(address);
    client.write('x');
    await once(client, 'data');
    const drained = proxy.drain();
    await expect(open(address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    client.end('bye');
    expect((await readAll(client)).toString()).toBe('bye');
    await drained;
  });

  test('who has not left at the limit is cut, who is held too, and no lease stays', async () => {
    await using service = await echo();
    const lazy = booting();
    await using proxy = await proxyTo(service, { lazy });
    const held = await open(proxy.address);
    await until(() => proxy.activity.held === 1);
    const end = ending(held);
    await proxy.drain({ limit: 50 });
    expect(await end).toBe('reset');
    await until(() => proxy.activity.held === 0);
    expect(lazy.leases).toBe(0);
  });

  test('a taken port says so', async () => {
    await using service = await echo();
    const { port } = service.address;
    const proxy = new TcpProxy({ port, lazy: ready() });
    await expect(proxy.listen()).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { port } });
  });

  test('HTTP keep-alive goes through one connection', async () => {
    const server = createServer((asked, answer) => answer.end(asked.url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using proxy = await proxyTo({ address: { host: '127.0.0.1', port } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (const path of ['/a', '/b', '/c']) {
      const [response] = await once(request({ ...proxy.address, agent, path }).end(), 'response');
      expect((await response.toArray()).join('')).toBe(path);
    }
    agent.destroy();
    expect(proxy.activity.accepted).toBe(1);
    server.close();
    server.closeAllConnections();
  });
});
