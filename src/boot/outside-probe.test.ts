import { expect, test } from 'vitest';
import type { OutsideProbe } from '../compose/index.ts';
import type { ContainerInfo } from '../core/index.ts';
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
