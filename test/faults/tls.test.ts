import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, wherry } from '../e2e/cli.ts';

let directory: string;
let server: Server;
let port: number;

/** An engine behind TLS that lets in whoever has a certificate of its CA; it answers pings and has no containers. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-fault-tls-'));
  const openssl = (...args: string[]): unknown =>
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  for (const ca of ['ca', 'other']) {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${ca}`,
      '-keyout',
      `${ca}.key`,
      '-out',
      `${ca}.pem`,
    );
  }
  await writeFile(join(directory, 'names'), 'subjectAltName=IP:127.0.0.1');
  for (const [name, ca] of [
    ['server', 'ca'],
    ['client', 'ca'],
    ['stranger', 'other'],
  ] as const) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      `${name}.csr`,
      '-CA',
      `${ca}.pem`,
      '-CAkey',
      `${ca}.key`,
      '-CAcreateserial',
      '-extfile',
      'names',
      '-out',
      `${name}.pem`,
    );
  }
  const read = (name: string): Promise<Buffer> => readFile(join(directory, name));
  const [key, cert, ca] = await Promise.all([read('server.key'), read('server.pem'), read('ca.pem')]);
  server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const body = data.toString().includes('/_ping') ? 'OK' : '[]';
      const type = body === 'OK' ? 'text/plain' : 'application/json';
      socket.write(
        `HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Type: ${type}\r\nContent-Length: 2\r\n\r\n${body}`,
      );
    });
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.close();
  await rm(directory, { recursive: true, force: true });
});

/** `wherry ps -q` with a DOCKER_CERT_PATH of these files. */
async function ps(name: string, files: Readonly<Record<string, string>>): Promise<Finished> {
  const path = join(directory, name);
  await mkdir(path);
  for (const [to, from] of Object.entries(files)) await copyFile(join(directory, from), join(path, to));
  return await wherry(['ps', '-q'], {
    env: { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: path },
  });
}

describe('an engine behind TLS', () => {
  it('is reached with the right files', async () => {
    const files = { 'ca.pem': 'ca.pem', 'cert.pem': 'client.pem', 'key.pem': 'client.key' };
    expect(await ps('right', files)).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('is reached with the options of docker', async () => {
    const at = (name: string): string => join(directory, name);
    const own = ['--tlscacert', at('ca.pem'), '--tlscert', at('client.pem'), '--tlskey', at('client.key')];
    const listed = (...options: string[]): Promise<Finished> =>
      wherry([...options, '-H', `tcp://127.0.0.1:${port}`, 'ps', '-q'], { env: { HOME: directory } });
    expect(await listed('--tlsverify', ...own)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const others = ['--tlscacert', at('other.pem'), ...own.slice(2)];
    expect((await listed('--tlsverify', ...others)).stderr).toContain('is not trusted');
    expect((await listed('--tls', ...others)).code).toBe(0);
    expect((await listed('--tls', '--tlskey', at('nosuch'))).stderr).toContain('nosuch cannot be read');
  });

  it.each([
    [
      'of another CA',
      { 'ca.pem': 'other.pem', 'cert.pem': 'client.pem', 'key.pem': 'client.key' },
      /^error: the certificate of tls:\S+ is not trusted: .*\n {2}why: .*\n {2}fix: Check the CA file/,
    ],
    [
      'wants a certificate',
      { 'ca.pem': 'ca.pem' },
      /^error: tls:\S+ refused our TLS certificate: tlsv13 alert certificate required\n/,
    ],
    [
      'wants another certificate',
      { 'ca.pem': 'ca.pem', 'cert.pem': 'stranger.pem', 'key.pem': 'stranger.key' },
      /refused our TLS certificate: .*unknown ca\n|it may not accept our client certificate/,
    ],
    [
      'with a key of another certificate',
      { 'ca.pem': 'ca.pem', 'cert.pem': 'client.pem', 'key.pem': 'stranger.key' },
      /^error: the TLS files for tls:\S+ cannot be used: key values mismatch\n/,
    ],
    ['with no files at all', {}, /^error: DOCKER_CERT_PATH: there are no TLS files in /],
  ])('%s: says so', async (name, files, text) => {
    const { code, stderr } = await ps(name.replaceAll(' ', '-'), files);
    expect(stderr).toMatch(text);
    expect(stderr.trim().split('\n')).toHaveLength(3);
    expect(code).toBe(1);
  });

  it('is not taken for a plain one', async () => {
    const { code, stderr } = await wherry(['ps'], { env: { DOCKER_HOST: `tcp://127.0.0.1:${port}` } });
    expect(stderr).toMatch(/closed the connection before it answered\n.*\n {2}fix: .*TLS/);
    expect(code).toBe(1);
  });
});
