import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WherryError } from '../core/index.ts';
import { isLocalEndpoint, resolvedHealthUrl, resolvedHostPort, resolvedUrl } from './endpoint-address.ts';
import { newEndpoint } from './endpoint-builder.ts';
import { loadEndpoints } from './load-endpoints.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-endpoints-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function load(name: string, text: string): Promise<unknown> {
  const path = join(directory, name);
  await writeFile(path, text);
  return loadEndpoints(path);
}

describe('loadEndpoints', () => {
  test('reads every field, times in seconds, and fills in the defaults', async () => {
    const text = `
endpoints:
  db:
    host: db.example
    port: "5432"
    required: true
    remote: false
    health_type: tcp
    timeout_seconds: 2.5
    retry_count: 0
    compose_file: compose.yaml
    service_name: postgres
    profile: data
    discovery_enabled: true
    discovery_method: dns
    discovery_timeout: 0
  api: { url: "https://api.example/v1", health_path: /health, enabled: false }
`;
    expect(await load('a.yaml', text)).toEqual({
      db: newEndpoint()
        .withHost('db.example')
        .withPort(5432)
        .withRequired(true)
        .withHealthType('tcp')
        .withTimeout(2500)
        .withRetryCount(0)
        .withComposeFile('compose.yaml')
        .withServiceName('postgres')
        .withProfile('data')
        .withDiscoveryEnabled(true)
        .withDiscoveryMethod('dns')
        .build(),
      api: newEndpoint()
        .withUrl('https://api.example/v1')
        .withHealthPath('/health')
        .withEnabled(false)
        .build(),
    });
  });

  test('reads JSON, and camelCase fields with times in ms', async () => {
    const text = '{"endpoints": {"a": {"port": 80, "healthType": "tcp", "timeout": 250}}}';
    expect(await load('a.json', text)).toMatchObject({ a: { port: 80, healthType: 'tcp', timeout: 250 } });
  });

  test('tells every fault with its place', async () => {
    const text = `endpoints:
  db:
    port: 70000
    hots: x
    required: "yes"
  web: 8080
`;
    const error = await load('bad.yaml', text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WherryError);
    expect((error as WherryError).message.replaceAll(directory, '')).toMatchInlineSnapshot(`
      "/bad.yaml:4:5: db: "hots" is not a field of an endpoint
      /bad.yaml:5:15: db.required: a boolean is wanted
      /bad.yaml:3:11: db.port: 70000 is not a port (1 to 65535)
      /bad.yaml:6:8: web: a map of fields is wanted"
    `);
    expect((error as WherryError).details.problems).toContainEqual({
      message: 'db: "hots" is not a field of an endpoint',
      line: 4,
      column: 5,
    });
  });

  test('refuses what is no such file', async () => {
    await expect(load('a.toml', '')).rejects.toMatchObject({ code: 'INVALID' });
    await expect(load('b.yaml', 'a: [')).rejects.toMatchObject({ code: 'INVALID' });
    await expect(load('c.yaml', 'services: {}')).rejects.toThrow('there is no map "endpoints"');
    await expect(loadEndpoints(join(directory, 'none.yaml'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('addresses', () => {
  const at = (url: string): ReturnType<typeof newEndpoint> => newEndpoint().withUrl(url);

  test('a URL wins over host and port, paths are joined by one slash', () => {
    const plain = newEndpoint().withHost('h').withPort(81).build();
    expect(resolvedUrl(plain)).toBe('http://h:81');
    expect(resolvedUrl(newEndpoint().withHost('::1').withPort(81).build())).toBe('http://[::1]:81');
    expect(resolvedUrl(at('https://x/').withPort(9).build())).toBe('https://x/');
    for (const [url, path] of [
      ['http://x/a/', '/b'],
      ['http://x/a', 'b'],
      ['http://x/a//', '//b'],
    ] as const) {
      expect(resolvedHealthUrl(at(url).withHealthPath(path).build())).toBe('http://x/a/b');
    }
  });

  test('host and port come from the URL too', () => {
    expect(resolvedHostPort(at('https://x/a').build())).toEqual({ host: 'x', port: 443 });
    expect(resolvedHostPort(at('tcp://[::1]:6379').build())).toEqual({ host: '::1', port: 6379 });
    expect(resolvedHostPort(newEndpoint().build())).toEqual({ host: 'localhost', port: null });
  });

  test('local is this machine by its names, and not remote', () => {
    expect(isLocalEndpoint(newEndpoint().withHost('LOCALHOST').build())).toBe(true);
    expect(isLocalEndpoint(newEndpoint().withRemote(true).build())).toBe(false);
    expect(isLocalEndpoint(newEndpoint().withHost('db.example').build())).toBe(false);
  });

  test('a builder refuses what cannot be', () => {
    expect(() => newEndpoint().withPort('http').build()).toThrow('port: NaN is not a port (1 to 65535)');
    expect(() => newEndpoint().withUrl('nowhere').build()).toThrow('is not a URL');
    expect(() => newEndpoint().withRetryCount(-1).withTimeout(0).build()).toThrow(
      /timeout: .*; retryCount: /,
    );
  });
});
