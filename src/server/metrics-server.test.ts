import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseListenAddress, type ServeMetricsOptions, serveMetrics } from './index.ts';

const contentType = 'text/plain; version=0.0.4; charset=utf-8';
const registry = { metrics: async () => 'a 1\n', contentType };
const serve = (options: Partial<ServeMetricsOptions> = {}): ReturnType<typeof serveMetrics> =>
  serveMetrics({ listen: ':0', registry, ...options });

test.each([
  [':9464', { host: '127.0.0.1', port: 9464 }],
  ['9464', { host: '127.0.0.1', port: 9464 }],
  ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
  ['[::1]:9464', { host: '::1', port: 9464 }],
  ['localhost:0', { host: 'localhost', port: 0 }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
])('%s is an address', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test.each([
  '',
  ':',
  ':x',
  ':65536',
  '::1:9464',
  '[::1]',
  '[127.0.0.1]:1',
  'a b:1',
  ':-1',
  'http://a:1',
  '[a]:1',
])('%j is none', (text) => {
  expect(() => parseListenAddress(text)).toThrow(expect.objectContaining({ code: 'INVALID' }));
});

test('any text is an address with a port, or is refused', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[[\]:.a-z0-9]{0,12}$/)), (text) => {
      try {
        const { host, port } = parseListenAddress(text);
        return host.length > 0 && Number.isInteger(port) && port >= 0 && port < 65_536;
      } catch (error) {
        return (error as { code?: string }).code === 'INVALID';
      }
    }),
  );
});

test('GET /metrics and /healthz are answered, on loopback', async () => {
  await using server = await serve();
  expect(server.address.host).toBe('127.0.0.1');
  const metrics = await fetch(`${server.url}/metrics?x=1`);
  expect([metrics.status, metrics.headers.get('content-type'), await metrics.text()]).toEqual([
    200,
    contentType,
    'a 1\n',
  ]);
  const health = await fetch(`${server.url}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
  const head = await fetch(`${server.url}/metrics`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '4', '']);
});

test('other methods are 405, other paths 404', async () => {
  await using server = await serve();
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const answer = await fetch(`${server.url}/metrics`, { method, body: method === 'OPTIONS' ? null : 'x' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  }
  for (const path of ['/', '/metric', '/metrics/', '/../metrics/x'])
    expect((await fetch(server.url + path)).status).toBe(404);
});

test('a client that asks and does not fetch keeps nobody waiting', async () => {
  const big = { contentType, metrics: async () => `# ${'x'.repeat(8 * 2 ** 20)}\n` };
  await using server = await serve({ registry: big });
  const slow: Socket[] = [];
  try {
    for (let index = 0; index < 3; index += 1) {
      const socket = connect(server.address.port, server.address.host).pause();
      slow.push(socket);
      socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    }
    const answer = await fetch(`${server.url}/metrics`);
    expect((await answer.text()).length).toBe(8 * 2 ** 20 + 3);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  } finally {
    for (const socket of slow) socket.destroy();
  }
});

test('scrapes at the same time share one reading', async () => {
  let readings = 0;
  let finish: (text: string) => void = () => undefined;
  const registry = {
    contentType,
    metrics: () => {
      readings += 1;
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    },
  };
  await using server = await serve({ registry });
  // In one piece, so that all three have arrived when the first one is read.
  const socket = connect(server.address.port, server.address.host);
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
  await expect.poll(() => readings).toBe(1);
  finish('b 2\n');
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    text += chunk;
    if (text.split('b 2\n').length === 4) break;
  }
  expect(text.match(/^HTTP\/1\.1 200/gm)).toHaveLength(3);
  expect(readings).toBe(1);
});

test('metrics that cannot be read are 500, and the next scrape is tried anew', async () => {
  let fails = true;
  const registry = {
    contentType,
    metrics: async () => {
      if (fails) throw new Error('secret details');
      return 'a 1\n';
    },
  };
  await using server = await serve({ registry });
  const answer = await fetch(`${server.url}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([500, 'the metrics cannot be read\n']);
  fails = false;
  expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
});

test('a taken port is PORT_TAKEN; a foreign address is INVALID', async () => {
  await using server = await serve();
  await expect(serve({ listen: `:${server.address.port}` })).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    details: { port: server.address.port },
  });
  await expect(serve({ listen: '192.0.2.1:0' })).rejects.toMatchObject({ code: 'INVALID' });
});

test('the signal closes it, with its connections', async () => {
  const stop = new AbortController();
  const server = await serve({ signal: stop.signal });
  const idle = connect(server.address.port, server.address.host);
  await new Promise((resolve) => idle.once('connect', resolve));
  const cut = new Promise((resolve) => idle.once('close', resolve));
  idle.on('error', () => undefined);
  stop.abort();
  await Promise.all([server.closed, cut]);
  await expect(fetch(server.url)).rejects.toThrow();
  await expect(serve({ signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});
