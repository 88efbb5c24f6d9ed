import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { run } from './child-process.ts';
import { type Dialer, unixDialer } from './dialer.ts';
import { HttpClient, type HttpClientOptions } from './http-client.ts';

const cleanups: (() => unknown)[] = [];
const uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => {
  uncaught.push(error);
};
beforeAll(() => {
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
});

afterAll(() => {
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onUncaught);
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  expect(uncaught.splice(0)).toEqual([]);
});

async function listen(server: NetServer): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wherry-http-'));
  const path = join(dir, 's');
  await once(server.listen(path), 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  cleanups.push(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await rm(dir, { recursive: true, force: true });
  });
  return path;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(
  answer: Answer,
  options?: HttpClientOptions,
): Promise<{ client: HttpClient; server: Server; path: string }> {
  const server = createServer(answer);
  const path = await listen(server);
  const client = new HttpClient(unixDialer(path), options);
  cleanups.push(() => client.close());
  return { client, server, path };
}

/** A server that speaks raw bytes: `talk` gets the socket when the head of the request is there. */
async function serveRaw(talk: (socket: Socket) => void): Promise<HttpClient> {
  const server = createNetServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', () => talk(socket));
  });
  const client = new HttpClient(unixDialer(await listen(server)));
  cleanups.push(() => client.close());
  return client;
}

const connections = (server: NetServer): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));

async function connectionsReach(server: NetServer, count: number): Promise<void> {
  while ((await connections(server)) !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('requests', () => {
  test('carry method, query, headers and bodies of every kind', async () => {
    const { client } = await serve((request, response) => {
      const { method, url, headers } = request;
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        response.end(
          JSON.stringify({
            method,
            url,
            length: headers['content-length'],
            x: headers['x-a'],
            host: headers.host,
            body: Buffer.concat(parts).toString(),
          }),
        );
      });
    });
    async function* stream(): AsyncGenerator<Buffer | string> {
      yield 'stre';
      yield Buffer.from('am');
    }
    const ask = async (body: Parameters<HttpClient['request']>[0]['body']): Promise<unknown> => {
      const response = await client.request({
        method: 'POST',
        path: '/p?v=1',
        query: { a: 'x y&', list: ['1', '2'], none: undefined, yes: true, n: 0 },
        headers: { 'x-a': 'b' },
        body,
      });
      return response.json();
    };
    const common = {
      method: 'POST',
      url: '/p?v=1&a=x+y%26&list=1&list=2&yes=true&n=0',
      x: 'b',
      host: 'localhost',
    };
    expect(await ask('täxt')).toEqual({ ...common, length: '5', body: 'täxt' });
    expect(await ask(Buffer.from('bytes'))).toEqual({ ...common, length: '5', body: 'bytes' });
    expect(await ask(stream())).toEqual({ ...common, body: 'stream' });
    expect(await ask(Readable.from(['read', 'able']))).toEqual({ ...common, body: 'readable' });
    expect(await ask(undefined)).toEqual({ ...common, length: '0', body: '' });
  });

  test('share one connection when they follow each other', async () => {
    let opened = 0;
    const { client, server } = await serve((_request, response) => response.end('ok'));
    server.on('connection', () => {
      opened += 1;
    });
    for (let round = 0; round < 5; round += 1) await (await client.request({ path: '/' })).text();
    await (await client.request({ method: 'HEAD', path: '/' })).discard();
    expect(opened).toBe(1);
    client.close();
    await connectionsReach(server, 0);
  });

  test('of answers without a body give their connection back unread', async () => {
    let opened = 0;
    const { client, server } = await serve((_request, response) => response.writeHead(204).end());
    server.on('connection', () => {
      opened += 1;
    });
    for (let round = 0; round < 3; round += 1) {
      await client.request({ method: 'DELETE', path: '/' });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(opened).toBe(1);
  });

  test('outside 2xx are answers, not errors', async () => {
    const { client } = await serve((_request, response) => response.writeHead(409).end('{"message":"no"}'));
    const response = await client.request({ path: '/' });
    expect([response.status, await response.json()]).toEqual([409, { message: 'no' }]);
  });

  test('wait for their turn when there is a limit on connections, and can be cancelled meanwhile', async () => {
    const held: ServerResponse[] = [];
    let open = 0;
    let most = 0;
    const { client } = await serve(
      (_request, response) => {
        open += 1;
        most = Math.max(most, open);
        held.push(response);
      },
      { maxSockets: 2 },
    );
    const abort = new AbortController();
    const first = [client.request({ path: '/1' }), client.request({ path: '/2' })];
    const cancelled = client.request({ path: '/3', signal: abort.signal });
    const last = client.request({ path: '/4' });
    abort.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
    const answerNext = async (): Promise<void> => {
      while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      open -= 1;
      held.shift()?.end('ok');
    };
    await answerNext();
    await answerNext();
    for (const response of await Promise.all(first)) await response.text();
    await answerNext();
    expect(await (await last).text()).toBe('ok');
    expect(most).toBe(2);
  });

  test.each([['/a b'], ['/\u0000']])('with the path %j are INVALID', async (path) => {
    const { client } = await serve((_request, response) => response.end());
    await expect(client.request({ path })).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('a connection that went stale while idle', () => {
  async function staleServer(): Promise<{ client: HttpClient; seen: string[] }> {
    const seen: string[] = [];
    const server = createNetServer((socket) => {
      let count = 0;
      socket.on('data', (data) => {
        count += 1;
        const [method] = data.toString().split(' ');
        seen.push(String(method));
        // Answers once per connection, and resets it on the second request.
        if (count === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        else socket.destroy();
      });
    });
    const client = new HttpClient(unixDialer(await listen(server)));
    cleanups.push(() => client.close());
    await (await client.request({ path: '/' })).text();
    return { client, seen };
  }

  test('is not noticed by GET, which is sent again once', async () => {
    const { client, seen } = await staleServer();
    expect(await (await client.request({ path: '/' })).text()).toBe('ok');
    expect(seen).toEqual(['GET', 'GET', 'GET']);
  });

  test('is not noticed by a GET that is read whole either', async () => {
    const { client, seen } = await staleServer();
    for (const _time of [1, 2]) expect((await client.get({ path: '/' })).body.toString()).toBe('ok');
    expect(seen).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  test('fails a POST, which may have been carried out', async () => {
    const { client, seen } = await staleServer();
    await expect(client.request({ method: 'POST', path: '/' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(seen).toEqual(['GET', 'POST']);
  });
});

describe('a GET that is read whole', () => {
  test('shares connections one after the other, and has no limit on how many are open at once', async () => {
    let connections = 0;
    const { client, server } = await serve((request, response) => {
      setTimeout(() => response.end(`${request.method} ${request.url} ${request.headers.host}`), 20);
    });
    server.on('connection', () => {
      connections += 1;
    });
    for (let time = 0; time < 20; time += 1) {
      const { status, body } = await client.get({ path: '/a', query: { b: 'c d' } });
      expect({ status, body: body.toString() }).toEqual({ status: 200, body: 'GET /a?b=c+d localhost' });
    }
    expect(connections).toBe(1);
    await Promise.all(Array.from({ length: 30 }, () => client.get({ path: '/' })));
    expect(connections).toBe(30);
    client.close();
    await connectionsReach(server, 0);
  });

  test('has the errors of every other request', async () => {
    const { client, server } = await serve((request, response) => {
      if (request.url === '/cut') response.writeHead(200, { 'content-length': 5 }).write('four');
      if (request.url === '/cut') setTimeout(() => response.destroy(), 20);
      if (request.url === '/closed') request.socket.destroy();
      if (request.url === '/stuck') response.writeHead(200, { 'content-length': 5 }).write('four');
      if (request.url === '/trickle') {
        const timer = setInterval(() => response.write('.'), 5);
        response.on('close', () => clearInterval(timer));
      }
    });
    const abort = new AbortController();
    const waiting = client.get({ path: '/never', signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(client.get({ path: '/never', timeout: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(client.get({ path: '/stuck', idle: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const trickle = client.get({ path: '/trickle', idle: 5_000, limit: 100 });
    await expect(trickle).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(client.get({ path: '/cut' })).rejects.toMatchObject({ code: 'STREAM_CUT' });
    await expect(client.get({ path: '/closed' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(client.get({ path: '/a b' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(client.get({ path: '/', headers: { a: 'b\r\nc: d' } })).rejects.toMatchObject({
      code: 'INVALID',
    });
    await connectionsReach(server, 0);
  });

  test('a dialer that never comes back holds nobody', async () => {
    const never: Dialer = { address: 'custom://never', kind: 'custom', dial: () => new Promise(() => {}) };
    const client = new HttpClient(never);
    await expect(client.get({ path: '/', timeout: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    await expect(client.get({ path: '/', signal: abort.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  test('what is not HTTP is PROTOCOL', async () => {
    const server = createNetServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const client = new HttpClient(unixDialer(await listen(server)));
    await expect(client.get({ path: '/' })).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('abort and time limits', () => {
  test('an abort while dialling, before the answer, in the body and before the start all end in CANCELLED', async () => {
    const never: Dialer = {
      address: 'custom://never',
      kind: 'custom',
      dial: () => new Promise(() => {}),
    };
    const abort = new AbortController();
    const dialling = new HttpClient(never).request({ path: '/', signal: abort.signal });
    const { client, server } = await serve((request, response) => {
      if (request.url === '/body') response.write('start');
    });
    const waiting = client.request({ path: '/head', signal: abort.signal });
    const response = await client.request({ path: '/body', signal: abort.signal });
    const chunks = response.body[Symbol.asyncIterator]();
    expect((await chunks.next()).value?.toString()).toBe('start');
    const next = chunks.next();
    abort.abort();
    for (const promise of [dialling, waiting, next, client.request({ path: '/', signal: abort.signal })]) {
      await expect(promise).rejects.toMatchObject({ code: 'CANCELLED' });
    }
    await connectionsReach(server, 0);
  });

  test('an abort ends an upload whose source never goes on', async () => {
    const { client, server } = await serve(() => {});
    async function* stuck(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      await new Promise(() => {});
    }
    const signal = AbortSignal.timeout(50);
    await expect(client.request({ method: 'POST', path: '/', body: stuck(), signal })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await connectionsReach(server, 0);
  });

  test('leave no listener on the signal', async () => {
    const { client } = await serve((_request, response) => response.end('ok'));
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    await (await client.request({ path: '/', signal })).text();
    expect(listeners).toBe(0);
  });

  test('no head within `timeout` and no byte within `idle` are TIMEOUT', async () => {
    const { client, server } = await serve((request, response) => {
      if (request.url === '/body') response.write('start');
    });
    await expect(client.request({ path: '/head', timeout: 30 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const response = await client.request({ path: '/body', timeout: 10_000, idle: 30 });
    await expect(response.text()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await connectionsReach(server, 0);
  });
});

describe('bodies', () => {
  test('left early close their connection, read ones keep it', async () => {
    const { client, server } = await serve((_request, response) => {
      response.write(Buffer.alloc(100_000));
    });
    const response = await client.request({ path: '/' });
    for await (const _ of response.body) break;
    await connectionsReach(server, 0);
  });

  test('wait for their reader', async () => {
    let sent = 0;
    const { client } = await serve((_request, response) => {
      const more = (): void => {
        while (sent < 64 * 1024 * 1024) {
          sent += 65536;
          if (!response.write(Buffer.alloc(65536))) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    const response = await client.request({ path: '/' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sent).toBeLessThan(8 * 1024 * 1024);
    for await (const _ of response.body) break;
  });

  test('that are not JSON or too long are PROTOCOL', async () => {
    const { client } = await serve((_request, response) => response.end('<html>'));
    await expect((await client.request({ path: '/' })).json()).rejects.toMatchObject({ code: 'PROTOCOL' });
    await expect((await client.request({ path: '/' })).text(3)).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  test('that nobody ever reads are cut without an uncaught error', async () => {
    const client = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      setTimeout(() => socket.destroy(), 20);
    });
    const response = await client.request({ path: '/' });
    await new Promise((resolve) => setTimeout(resolve, 60));
    await expect(response.text()).rejects.toMatchObject({ code: 'STREAM_CUT' });
  });

  test('of a refused upload arrive although the upload was not finished', async () => {
    const client = await serveRaw((socket) => {
      socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\nno thanks');
      socket.resume();
    });
    let returned = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        for (;;) {
          yield Buffer.alloc(1024);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        returned = true;
      }
    }
    const response = await client.request({ method: 'POST', path: '/', body: endless() });
    expect([response.status, await response.text()]).toEqual([400, 'no thanks']);
    while (!returned) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('whose source fails reject with its error', async () => {
    const { client, server } = await serve(() => {});
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
      throw new Error('the disk is gone');
    }
    await expect(client.request({ method: 'POST', path: '/', body: failing() })).rejects.toThrow(
      'the disk is gone',
    );
    await connectionsReach(server, 0);
  });
});

describe('peers that do not speak HTTP', () => {
  test('are PROTOCOL before the head and STREAM_CUT inside the body', async () => {
    const garbage = await serveRaw((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await expect(garbage.request({ path: '/' })).rejects.toMatchObject({ code: 'PROTOCOL' });
    const chunk = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'),
    );
    const response = await chunk.request({ path: '/' });
    await expect(response.text()).rejects.toMatchObject({ code: 'STREAM_CUT' });
  });

  test('that switch protocols unasked are PROTOCOL', async () => {
    const client = await serveRaw((socket) =>
      socket.write('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nx'),
    );
    await expect(client.request({ path: '/' })).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('upgrades', () => {
  /** Answers with `head`, then echoes what it gets and says `end` when our side is closed. */
  const echo = (head: string) => (socket: Socket) => {
    socket.write(`${head}\r\n\r\nhello `);
    socket.on('data', (data) => socket.write(data));
    socket.on('end', () => socket.end('end'));
  };
  const heads = {
    101: 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp',
    200: 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream',
  };

  test.each(Object.entries(heads))(
    'with %s pass bytes both ways, and our end does not end the peer',
    async (status, head) => {
      const client = await serveRaw(echo(head));
      const upgraded = await client.upgrade({ path: '/exec', body: '{"Tty":false}' });
      if (upgraded.kind !== 'upgraded') throw new Error('refused');
      expect(upgraded.status).toBe(Number(status));
      upgraded.socket.write('one ');
      upgraded.socket.end('two ');
      let text = '';
      for await (const chunk of upgraded.socket) text += chunk;
      expect(text).toBe('hello one two end');
    },
  );

  test.each(Object.entries(heads))('with %s carry megabytes with backpressure', async (_status, head) => {
    const client = await serveRaw((socket) => {
      socket.write(`${head}\r\n\r\n`);
      socket.pipe(socket);
    });
    const upgraded = await client.upgrade({ path: '/exec' });
    if (upgraded.kind !== 'upgraded') throw new Error('refused');
    const { socket } = upgraded;
    const size = 20 * 1024 * 1024;
    Readable.from(
      (function* () {
        for (let sent = 0; sent < size; sent += 65536) yield Buffer.alloc(65536, sent / 65536);
      })(),
    ).pipe(socket);
    let received = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      expect(chunk[0]).toBe(Math.floor(received / 65536) % 256);
      received += chunk.length;
    }
    expect(received).toBe(size);
  });

  test.each(Object.entries(heads))(
    'with %s end on abort with CANCELLED and close the connection',
    async (_status, head) => {
      const abort = new AbortController();
      let closed: Promise<unknown> | undefined;
      const client = await serveRaw((socket) => {
        closed = new Promise((resolve) => socket.on('close', resolve));
        echo(head)(socket);
      });
      const upgraded = await client.upgrade({ path: '/exec', signal: abort.signal });
      if (upgraded.kind !== 'upgraded') throw new Error('refused');
      const reading = (async () => {
        for await (const _ of upgraded.socket) abort.abort();
      })();
      await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
      await closed;
    },
  );

  test('that nobody listens to are aborted and cut without an uncaught error', async () => {
    const client = await serveRaw((socket) => socket.write(`${heads[101]}\r\n\r\nhello`));
    const abort = new AbortController();
    const upgraded = await client.upgrade({ path: '/exec', signal: abort.signal });
    if (upgraded.kind !== 'upgraded') throw new Error('refused');
    abort.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(upgraded.socket.errored).toMatchObject({ code: 'CANCELLED' });
  });

  test('over a connection that vanishes without a word are STREAM_CUT', async () => {
    const server = createNetServer((socket) => {
      socket.once('data', () => socket.write(`${heads[101]}\r\n\r\n`));
    });
    const inner = unixDialer(await listen(server));
    let connection: Duplex | undefined;
    const dialer: Dialer = {
      address: 'ssh://somewhere',
      kind: 'custom',
      async dial(options) {
        connection = await inner.dial(options);
        return connection;
      },
    };
    const upgraded = await new HttpClient(dialer).upgrade({ path: '/exec' });
    if (upgraded.kind !== 'upgraded') throw new Error('refused');
    const reading = upgraded.socket[Symbol.asyncIterator]().next();
    connection?.destroy();
    await expect(reading).rejects.toMatchObject({ code: 'STREAM_CUT' });
  });

  test('give the text of a refusal', async () => {
    const client = await serveRaw((socket) =>
      socket.end('HTTP/1.1 409 Conflict\r\nContent-Length: 6\r\n\r\npaused'),
    );
    expect(await client.upgrade({ path: '/exec' })).toMatchObject({
      kind: 'refused',
      status: 409,
      text: 'paused',
    });
  });

  test('ask for the protocol', async () => {
    let asked = '';
    const server = createNetServer((socket) => {
      socket.once('data', (data) => {
        asked = data.toString().toLowerCase();
        socket.end('HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      });
    });
    const client = new HttpClient(unixDialer(await listen(server)));
    await client.upgrade({ path: '/session', protocol: 'h2c', headers: { 'x-a': 'b' } });
    expect(asked).toContain('connection: upgrade\r\nupgrade: h2c\r\n');
    expect(asked).toContain('x-a: b\r\n');
  });

  test('whose peer stops reading still deliver what it says', async () => {
    const client = await serveRaw((socket) => {
      socket.write(`${heads[101]}\r\n\r\n`);
      setTimeout(() => socket.end('the output'), 20);
    });
    const upgraded = await client.upgrade({ path: '/exec' });
    if (upgraded.kind !== 'upgraded') throw new Error('refused');
    let text = '';
    for await (const chunk of upgraded.socket) {
      text += chunk;
      upgraded.socket.write('nobody reads this');
    }
    expect(text).toBe('the output');
  });
});

test('any Duplex will do as a connection', async () => {
  const server = createServer((_request, response) => response.end('through'));
  const path = await listen(server);
  let dialled = 0;
  const dialer: Dialer = {
    address: 'ssh://somewhere',
    kind: 'custom',
    async dial() {
      dialled += 1;
      const socket = connect(path);
      return Duplex.from({ readable: socket, writable: socket });
    },
  };
  const client = new HttpClient(dialer);
  for (let round = 0; round < 3; round += 1)
    expect(await (await client.request({ path: '/' })).text()).toBe('through');
  expect(dialled).toBe(1);
  client.close();
  await connectionsReach(server, 0);
});

test('a process with idle connections ends by itself', async () => {
  const { path } = await serve((_request, response) => response.end('ok'));
  const script = `
    import { HttpClient, unixDialer } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const client = new HttpClient(unixDialer(${JSON.stringify(path)}));
    await Promise.all([1, 2, 3].map(async () => (await client.request({ path: '/' })).text()));
    process.stdout.write('done');
  `;
  const result = await run([process.execPath, '--input-type=module', '-e', script], { timeout: 20_000 });
  expect(result).toMatchObject({ exitCode: 0, stdout: 'done', timedOut: false });
});
