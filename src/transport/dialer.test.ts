import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { run } from './child-process.ts';
import { type TlsDialOptions, tcpDialer, tlsDialer, unixDialer } from './dialer.ts';
import { HttpClient } from './http-client.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wherry-dial-'));
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function listening(server: Server, path?: string): Promise<number> {
  await once(path === undefined ? server.listen(0, '127.0.0.1') : server.listen(path), 'listening');
  cleanups.push(() => server.close());
  return path === undefined ? (server.address() as AddressInfo).port : 0;
}

test('dialers say where they lead', () => {
  expect(unixDialer('/run/docker.sock')).toMatchObject({ kind: 'unix', address: 'unix:///run/docker.sock' });
  expect(unixDialer('\\\\.\\pipe\\docker_engine').address).toBe('npipe:////./pipe/docker_engine');
  expect(tcpDialer('host', 2375)).toMatchObject({ kind: 'tcp', address: 'tcp://host:2375' });
  expect(tlsDialer('::1', 2376)).toMatchObject({ kind: 'tls', address: 'tls://[::1]:2376' });
});

test('unix and TCP streams carry bytes both ways', async () => {
  const path = join(await scratch(), 's');
  const echo = (): Server => createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  await listening(echo(), path);
  const port = await listening(echo());
  for (const dialer of [unixDialer(path), tcpDialer('127.0.0.1', port)]) {
    const stream = await dialer.dial();
    stream.end('there and back');
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toBe('there and back');
  }
});

test('a stream that breaks before anybody listens to it is no uncaught error', async () => {
  const server = createServer();
  const port = await listening(server);
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const stream = await tcpDialer('127.0.0.1', port).dial();
  const [peer] = await accepted;
  peer.resetAndDestroy();
  await vi.waitUntil(() => stream.destroyed);
  expect(stream.errored).toMatchObject({ code: 'ECONNRESET' });
});

describe('what fails', () => {
  test('no socket, nobody behind it, and a path that is too long', async () => {
    const dir = await scratch();
    const missing = unixDialer(join(dir, 'none')).dial();
    await expect(missing).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { errno: 'ENOENT' } });
    const long = unixDialer(join(dir, 'x'.repeat(200))).dial();
    await expect(long).rejects.toMatchObject({ code: 'INVALID' });
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    await expect(tcpDialer('127.0.0.1', port).dial()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { errno: 'ECONNREFUSED' },
    });
  });

  test('a host name that does not exist', async () => {
    await expect(tcpDialer('no-such-host.invalid', 1).dial()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.runIf(process.getuid?.() === 0)('a socket of somebody else, with the way out as a hint', async () => {
    const dir = await scratch();
    const path = join(dir, 's');
    await listening(createServer(), path);
    await chmod(dir, 0o755);
    await chmod(path, 0o600);
    // Root may do everything: it takes another user to be refused.
    const script = `
      process.setgid(65534); process.setuid(65534);
      await dialer.dial().catch((error) => process.stdout.write(JSON.stringify(error)));
    `;
    const setup = `import { unixDialer } from ${JSON.stringify(new URL('./dialer.ts', import.meta.url).href)};
      const dialer = unixDialer(${JSON.stringify(path)});`;
    const { stdout } = await run([process.execPath, '--input-type=module', '-e', setup + script]);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'PERMISSION', hint: expect.stringContaining('docker') });
  });

  test('an abort before and while connecting, and a peer that never accepts', async () => {
    // Nobody accepts: TEST-NET addresses are not routed; where they are refused at once, that is a failure too.
    const silent = tcpDialer('192.0.2.1', 9, { connectTimeout: 50 });
    await expect(silent.dial()).rejects.toMatchObject({ code: expect.stringMatching(/TIMEOUT|UNAVAILABLE/) });
    const abort = new AbortController();
    const dialling = tcpDialer('192.0.2.1', 9).dial({ signal: abort.signal });
    abort.abort();
    await expect(dialling).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(silent.dial({ signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('a TLS handshake that never ends', async () => {
    const server = createServer((socket) => socket.on('error', () => {}));
    const port = await listening(server);
    const dialling = tlsDialer('127.0.0.1', port, { connectTimeout: 50 }).dial();
    await expect(dialling).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});

const openssl = await run(['openssl', 'version']).then(
  ({ exitCode }) => exitCode === 0,
  () => false,
);

describe.runIf(openssl)('TLS', () => {
  let dir: string;
  const pem = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const make = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await run(['openssl', ...args], { cwd: dir });
    if (exitCode !== 0) throw new Error(stderr);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'wherry-tls-'));
    for (const ca of ['ca', 'other']) {
      await make('req', '-x509', ...key, '-subj', `/CN=${ca}`, '-keyout', `${ca}.key`, '-out', `${ca}.pem`);
    }
    for (const [name, ca] of [
      ['server', 'ca'],
      ['client', 'ca'],
      ['stranger', 'other'],
    ] as const) {
      await make(
        'req',
        '-x509',
        ...key,
        '-CA',
        `${ca}.pem`,
        '-CAkey',
        `${ca}.key`,
        '-subj',
        `/CN=${name}`,
        '-addext',
        'subjectAltName=DNS:localhost,IP:127.0.0.1',
        '-addext',
        'basicConstraints=critical,CA:FALSE',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
      );
    }
  });

  afterAll(() => rm(dir, { recursive: true, force: true }));

  async function ask(
    options: TlsDialOptions,
    requestCert: 'wanted' | 'not wanted' = 'not wanted',
  ): Promise<string> {
    const server = createTlsServer(
      {
        cert: await pem('server.pem'),
        key: await pem('server.key'),
        ca: await pem('ca.pem'),
        requestCert: requestCert === 'wanted',
        rejectUnauthorized: true,
      },
      (socket) => {
        socket.on('error', () => {});
        socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
      },
    );
    server.on('tlsClientError', () => {});
    const port = await listening(server);
    const client = new HttpClient(tlsDialer('127.0.0.1', port, options));
    cleanups.push(() => client.close());
    return (await client.request({ path: '/' })).text();
  }

  test('works with the right CA, with a client certificate, and unverified when told so', async () => {
    const ca = await pem('ca.pem');
    expect(await ask({ ca })).toBe('ok');
    expect(await ask({ ca, cert: await pem('client.pem'), key: await pem('client.key') }, 'wanted')).toBe(
      'ok',
    );
    expect(await ask({ rejectUnauthorized: false })).toBe('ok');
  });

  test.each([
    ['an unknown CA', async () => ask({ ca: await pem('other.pem') }), 'server'],
    ['no CA', async () => ask({}), 'server'],
    ['another name', async () => ask({ ca: await pem('ca.pem'), servername: 'example.com' }), 'server'],
    ['no client certificate', async () => ask({ ca: await pem('ca.pem') }, 'wanted'), 'client'],
    [
      'a key that is not a key',
      async () => ask({ cert: await pem('client.pem'), key: 'nonsense' }),
      'client',
    ],
    [
      'a key of another certificate',
      async () => ask({ cert: await pem('client.pem'), key: await pem('stranger.key') }),
      'client',
    ],
  ])('with %s says which side is wrong', async (_name, attempt, side) => {
    await expect(attempt()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { side, tls: expect.any(String) },
    });
  });

  test("with a client certificate of somebody else's CA hints at it when the peer just hangs up", async () => {
    const options = {
      ca: await pem('ca.pem'),
      cert: await pem('stranger.pem'),
      key: await pem('stranger.key'),
    };
    await expect(ask(options, 'wanted')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      hint: expect.stringContaining('client certificate'),
    });
  });

  test('to a port without TLS says so', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    const port = await listening(server);
    await expect(tlsDialer('127.0.0.1', port).dial()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      details: { side: 'protocol' },
    });
  });
});
