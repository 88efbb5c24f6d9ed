import { expect, test } from 'vitest';
import type { PublishedPort } from '../core/index.ts';
import { serviceUrl } from './service-url.ts';

const port = (fields: Partial<PublishedPort>): PublishedPort => ({
  hostIp: '0.0.0.0',
  published: 8080,
  target: 80,
  protocol: 'tcp',
  ...fields,
});
const local = { engineAddress: 'unix:///var/run/docker.sock' };

test('names the first published TCP port by what usually answers there', () => {
  expect(serviceUrl([], local)).toBeNull();
  expect(serviceUrl([port({ published: null }), port({ protocol: 'udp' })], local)).toBeNull();
  expect(serviceUrl([port({})], local)).toBe('http://localhost:8080');
  expect(serviceUrl([port({ target: 443, published: 8443 })], local)).toBe('https://localhost:8443');
  expect(serviceUrl([port({ target: 6379, published: 6379 })], local)).toBe('tcp://localhost:6379');
  const appProtocols = new Map([[80, 'grpc']]);
  expect(serviceUrl([port({})], { ...local, appProtocols })).toBe('grpc://localhost:8080');
});

test('keeps a given address, and finds the host of a remote engine', () => {
  expect(serviceUrl([port({ hostIp: '127.0.0.1' })], local)).toBe('http://127.0.0.1:8080');
  expect(serviceUrl([port({ hostIp: '::1' })], local)).toBe('http://[::1]:8080');
  expect(serviceUrl([port({})], { engineAddress: 'tcp://10.0.0.5:2376' })).toBe('http://10.0.0.5:8080');
});
