import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertBooted, up } from '../../../src/boot/index.ts';
import { type DiscoveredService, Discoverer, ServiceRegistry } from '../../../src/discovery/index.ts';
import { type Bench, benchOn, enginesUnderTest, freePort, Stack, stays } from '../boot/stack.ts';

const serves: readonly string[] = ['sh', '-c', 'mkdir -p /www; exec httpd -f -p 8080 -h /www'];

describe.each(enginesUnderTest)('containers on %s', { timeout: 120_000 }, (id) => {
  let bench: Bench | undefined;
  let stack: Stack | undefined;
  beforeAll(async () => {
    bench = await benchOn(id);
    if (bench === undefined) return;
    stack = new Stack(bench);
    const project = await stack.load({
      services: {
        web: {
          command: serves,
          ports: [`127.0.0.1:${await freePort()}:8080`, `${await freePort()}:8080`],
          labels: { 'dev.example.role': 'front', 'dev.example.run': stack.name },
        },
        inner: { command: serves, expose: ['8080'], labels: { 'dev.example.run': stack.name } },
        quiet: { command: stays },
      },
    });
    assertBooted(await up(bench.backend, project));
  }, 120_000);
  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await bench?.backend[Symbol.asyncDispose]();
  });

  const engine = (context: { skip: (note: string) => void }): { bench: Bench; stack: Stack } => {
    if (bench === undefined || stack === undefined) {
      context.skip(`the lab has no ${id}`);
      throw new Error('skipped');
    }
    return { bench, stack };
  };
  const places = (found: readonly DiscoveredService[]): string[] =>
    found.map(({ name, host, metadata }) => `${name} ${host} ${metadata.target} ${metadata.published}`);
  const answers = async ({ host, port }: DiscoveredService): Promise<number> =>
    (await fetch(`http://${host}:${port}/`)).status;

  test('labels lead to the ports that really answer', async (context) => {
    const { bench, stack } = engine(context);
    const discoverer = new Discoverer({ backend: bench.backend, ttl: 1234 });
    const labels = [`dev.example.run=${stack.name}`, 'dev.example.role=front'];
    const found = await discoverer.discover({ kind: 'engine', labels });
    expect(places(found)).toEqual(['web 127.0.0.1 8080 yes', 'web 127.0.0.1 8080 yes']);
    for (const one of found) expect(await answers(one)).toBe(404);
    expect(found[0]).toMatchObject({
      protocol: 'tcp',
      source: 'engine',
      ttl: 1234,
      metadata: { project: stack.name, service: 'web', container: `${stack.name}-web-1`, status: 'running' },
    });
    expect(await discoverer.discover({ kind: 'engine', labels: ['dev.example.run=nobody'] })).toEqual([]);
  });

  test('a compose project leads to its services', async (context) => {
    const { bench, stack } = engine(context);
    const discoverer = new Discoverer({ backend: bench.backend });
    const found = await discoverer.discover({ kind: 'compose', project: stack.name });
    expect(new Set(found.map(({ name, source }) => `${name} ${source}`))).toContain('web compose');
    const inner = await discoverer.discover({ kind: 'compose', project: stack.name, service: 'inner' });
    for (const one of inner) {
      expect(one.metadata.published).toBe('no');
      expect(await answers(one)).toBe(404);
    }
  });

  test('a registry keeps them while they run', async (context) => {
    const { bench, stack } = engine(context);
    const discoverer = new Discoverer({ backend: bench.backend });
    const path = `${await stack.directory()}/services.json`;
    await using registry = await ServiceRegistry.open({ path, discoverer, interval: 60_000 });
    const found = await discoverer.discover({ kind: 'compose', project: stack.name, service: 'web' });
    await registry.register(...found);
    expect((await registry.verify()).map(({ freshness }) => freshness)).toEqual(['fresh', 'fresh']);
    const [container] = await bench.backend.list({ names: [`${stack.name}-web-1`] });
    await bench.backend.stop(container?.id ?? '', { timeout: 0 });
    expect((await registry.verify()).map(({ freshness }) => freshness)).toEqual(['stale', 'stale']);
  });
});

test('an engine that does not answer makes nothing absent', async () => {
  const { defaultRegistry } = await import('../../../src/backends/index.ts');
  const host = 'unix:///nowhere/docker.sock';
  await using backend = await defaultRegistry().get('docker').open({ type: 'docker', host }, {});
  const discoverer = new Discoverer({ backend });
  await expect(discoverer.discover({ kind: 'compose' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const known: DiscoveredService = {
    name: 'web',
    host: '127.0.0.1',
    port: 1,
    protocol: 'tcp',
    source: 'engine',
    foundAt: new Date(),
    ttl: 1000,
    metadata: {},
  };
  expect(await discoverer.verify([known])).toEqual([{ presence: 'unknown' }]);
});
