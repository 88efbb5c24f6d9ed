import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HealthChecker } from './checker.ts';
import type { HealthTarget } from './target.ts';

const checker = new HealthChecker();
const servers: { close: () => void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

function check(target: HealthTarget): Promise<{ healthy: boolean; message: string }> {
  return checker.check(target);
}

describe('tcp', () => {
  test('an open port, IPv4 and IPv6', async () => {
    expect(await check({ kind: 'tcp', port: await listen(createTcp()) })).toMatchObject({ healthy: true });
    expect(await check({ kind: 'tcp', host: '::1', port: await listen(createTcp(), '::1') })).toMatchObject({
      healthy: true,
    });
  });

  test('a closed port', async () => {
    const server = createTcp();
    const port = await listen(server);
    server.close();
    expect(await check({ kind: 'tcp', port })).toMatchObject({
      healthy: false,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('http', () => {
  async function serve(listener: RequestListener): Promise<string> {
    return `http://127.0.0.1:${await listen(createHttp(listener))}`;
  }

  test.each([
    [200, undefined, true],
    [204, undefined, true],
    [399, undefined, true],
    [404, undefined, false],
    [500, undefined, false],
    [404, [404], true],
    [200, [404], false],
    [503, [200, [500, 504]] as const, true],
  ])('status %i with %j', async (status, wanted, healthy) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    expect(
      await check({ kind: 'http', url, ...(wanted === undefined ? {} : { status: wanted }) }),
    ).toMatchObject({ healthy });
  });

  test('body, method and headers', async () => {
    const url = await serve((request, response) =>
      response.end(`${request.method} ${request.headers['x-key']} ready\n`),
    );
    const target = { kind: 'http', url, method: 'POST', headers: { 'x-key': 'k' } } as const;
    expect(await check({ ...target, body: 'POST k' })).toMatchObject({ healthy: true });
    const sticky = /ready$/gm;
    expect(await check({ ...target, body: sticky })).toMatchObject({ healthy: true });
    expect(await check({ ...target, body: sticky })).toMatchObject({ healthy: true });
    expect(await check({ ...target, body: 'down' })).toMatchObject({
      healthy: false,
      message: expect.stringContaining('does not match'),
    });
  });

  test('redirects are followed, not for ever, and headers stay with their host', async () => {
    let seen: string | undefined;
    const other = await serve((request, response) => {
      seen = String(request.headers['x-key']);
      response.end('there');
    });
    const url = await serve((request, response) => {
      const to = request.url === '/loop' ? '/loop' : other;
      response.writeHead(302, { location: to }).end();
    });
    expect(await check({ kind: 'http', url, body: 'there', headers: { 'x-key': 'k' } })).toMatchObject({
      healthy: true,
    });
    expect(seen).toBe('undefined');
    expect(await check({ kind: 'http', url: `${url}/loop` })).toMatchObject({
      healthy: false,
      message: expect.stringContaining('redirects'),
    });
    expect(await check({ kind: 'http', url, maxRedirects: 0, status: [302] })).toMatchObject({
      healthy: true,
    });
  });

  test('a server that never answers, and one that hangs up', async () => {
    const silent = await serve(() => undefined);
    expect(await checker.check({ kind: 'http', url: silent, timeout: 50 })).toMatchObject({
      healthy: false,
      message: 'no answer within 50 ms',
    });
    const rude = await serve((request) => request.socket.destroy());
    expect(await check({ kind: 'http', url: rude })).toMatchObject({ healthy: false });
    const stuck = await serve((_, response) => void response.writeHead(200).write('half'));
    expect(await checker.check({ kind: 'http', url: stuck, body: 'whole', timeout: 80 })).toMatchObject({
      healthy: false,
    });
  });

  test.each(['ftp://x/', 'nonsense'])('%s is a faulty target, not an unhealthy one', async (url) => {
    await expect(check({ kind: 'http', url })).rejects.toMatchObject({ code: 'INVALID' });
  });
});

/** grpc.health.v1 as bytes: enough of the protocol to be a server for it. */
const service: grpc.ServiceDefinition = {
  Check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (value: Buffer) => value,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

async function serveGrpc(credentials: grpc.ServerCredentials, withHealth = true): Promise<number> {
  const server = new grpc.Server();
  if (withHealth) {
    server.addService(service, {
      Check: (call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
        const name = call.request.subarray(2).toString();
        if (name === '' || name === 'up') done(null, Buffer.from([8, 1]));
        else if (name === 'down') done(null, Buffer.from([8, 2]));
        else if (name === 'silent') return;
        else done({ code: grpc.status.NOT_FOUND, details: `unknown service ${name}` });
      },
    });
  }
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  servers.push({ close: () => server.forceShutdown() });
  return port;
}

describe('grpc', () => {
  test.each([
    [undefined, true, 'SERVING'],
    ['up', true, 'SERVING'],
    ['down', false, 'NOT_SERVING'],
    ['missing', false, 'unknown service missing'],
  ])('service %s', async (name, healthy, text) => {
    const port = await serveGrpc(grpc.ServerCredentials.createInsecure());
    const target: HealthTarget = { kind: 'grpc', port, ...(name === undefined ? {} : { service: name }) };
    expect(await check(target)).toMatchObject({ healthy, message: expect.stringContaining(text) });
  });

  test('a server without the health service says so', async () => {
    const port = await serveGrpc(grpc.ServerCredentials.createInsecure(), false);
    expect(await check({ kind: 'grpc', port })).toMatchObject({
      healthy: false,
      message: expect.stringContaining('no grpc.health.v1.Health'),
    });
  });

  test('an open port is not enough, nor is a server that never answers', async () => {
    const plain = await listen(createTcp((socket) => socket.end('220 smtp\r\n')));
    expect(await checker.check({ kind: 'grpc', port: plain, timeout: 400 })).toMatchObject({
      healthy: false,
    });
    const silent = await serveGrpc(grpc.ServerCredentials.createInsecure());
    expect(
      await checker.check({ kind: 'grpc', port: silent, service: 'silent', timeout: 200 }),
    ).toMatchObject({ healthy: false });
  });
});

describe('TLS', () => {
  let folder: string;
  let pem: { key: string; cert: string };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wherry-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=probe.test', '-addext', 'subjectAltName=DNS:probe.test'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '1',
        '-keyout',
        key,
        '-out',
        cert,
        ...subject,
      ],
      { stdio: 'ignore' },
    );
    pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('https: trusted by its ca and name, refused without, accepted unverified', async () => {
    const port = await listen(createHttps(pem, (_, response) => response.end('ok')));
    const url = `https://127.0.0.1:${port}`;
    expect(await check({ kind: 'http', url })).toMatchObject({
      healthy: false,
      message: expect.stringContaining('self-signed'),
    });
    expect(await check({ kind: 'http', url, tls: { ca: pem.cert } })).toMatchObject({ healthy: false });
    expect(await check({ kind: 'http', url, tls: { ca: pem.cert, serverName: 'probe.test' } })).toMatchObject(
      { healthy: true },
    );
    expect(await check({ kind: 'http', url, tls: { verify: false } })).toMatchObject({ healthy: true });
  });

  test('grpc over TLS', async () => {
    const pair = { private_key: Buffer.from(pem.key), cert_chain: Buffer.from(pem.cert) };
    const port = await serveGrpc(grpc.ServerCredentials.createSsl(null, [pair]));
    expect(
      await check({ kind: 'grpc', port, tls: { ca: pem.cert, serverName: 'probe.test' } }),
    ).toMatchObject({ healthy: true });
    expect(await checker.check({ kind: 'grpc', port, timeout: 400 })).toMatchObject({ healthy: false });
    expect(await checker.check({ kind: 'grpc', port, tls: {}, timeout: 400 })).toMatchObject({
      healthy: false,
    });
  });
});
