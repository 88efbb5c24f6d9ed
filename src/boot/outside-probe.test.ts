import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadProject, type OutsideProbe, outsideProbe } from '../compose/index.ts';
import type { Backend, ContainerInfo } from '../core/index.ts';
import { HealthChecker } from '../health/index.ts';
import { probeTarget } from './outside-probe.ts';

const info = {
  name: 'app-api-1',
  ports: [{ hostIp: '127.0.0.1', published: 8443, target: 443, protocol: 'tcp' }],
  networks: [{ ipv4Address: '10.1.2.3' }],
} as unknown as ContainerInfo;
const unsaid = { status: undefined, headers: undefined, body: undefined, tls: undefined };
const probe: OutsideProbe = { ...unsaid, kind: 'http', port: 443, path: '/up', service: '', timeout: 1000 };
const tls = { verify: false, serverName: 'api.test' };

test('a probe is sent as the file says, where the port is published', () => {
  const headers = { Host: 'api.test' };
  expect(probeTarget(info, { ...probe, tls, headers, body: 'ok' }, 'unix:///e')).toEqual({
    ...{ kind: 'http', timeout: 1000, url: 'https://127.0.0.1:8443/up', headers, body: 'ok', tls },
  });
  expect(probeTarget(info, { ...probe, kind: 'grpc', service: 'a.B', tls }, 'unix:///e')).toEqual({
    ...{ kind: 'grpc', name: 'grpc 127.0.0.1:8443', timeout: 1000, host: '127.0.0.1', port: 8443 },
    ...{ service: 'a.B', tls },
  });
});

test('else at the address of the container', () => {
  expect(probeTarget({ ...info, ports: [] }, probe, 'unix:///e')).toMatchObject({
    url: 'http://10.1.2.3:443/up',
  });
});

test('a server with a certificate of its own CA passes where the file names that CA, and a client certificate where it wants one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-probe-'));
  try {
    for (const name of ['server', 'client']) {
      const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=api.test -addext subjectAltName=DNS:api.test`;
      const to = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
      execFileSync('openssl', [...words.split(' '), ...to], { cwd: directory, stdio: 'pipe' });
    }
    const [cert, key, ca] = await Promise.all(
      ['server.pem', 'server.key', 'client.pem'].map((name) => readFile(join(directory, name))),
    );
    const server = createServer({ cert, key, ca, requestCert: true }, (_, answer) => answer.end('ok'));
    await using _ = { [Symbol.asyncDispose]: async () => void server.close() };
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const container = { ...info, ports: [{ ...info.ports[0], published: port }] } as ContainerInfo;
    const checker = new HealthChecker({ backend: {} as Backend });
    const found = async (own: object): Promise<string | true> => {
      const probe = { http: { port: 443, tls: { server_name: 'api.test', ...own } } };
      const web = { image: 'web', 'x-wherry': { probe } };
      await writeFile(join(directory, 'compose.yaml'), JSON.stringify({ services: { web } }));
      const { project } = await loadProject({ workingDirectory: directory, env: {} });
      const read = project.services.web && outsideProbe(project.services.web);
      if (read === undefined) throw new Error('the probe is gone');
      const { healthy, message } = await checker.check(probeTarget(container, read, 'unix:///e'));
      return healthy || message;
    };
    expect(await found({})).toContain('self-signed certificate');
    expect(await found({ ca: './client.pem' })).toContain('self-signed certificate');
    const client = { cert: 'client.pem', key: 'client.key' };
    expect(await found({ ca: './server.pem', ...client })).toBe(true);
    server.on('secureConnection', (socket) => socket.authorized || socket.destroy());
    expect(await found({ ca: 'server.pem', ...client })).toBe(true);
    expect(await found({ ca: 'server.pem' })).not.toBe(true);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
