import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  BootManager,
  type BootSummary,
  newEndpoint,
  observe,
  type ServiceEndpoint,
} from '../../../src/boot/index.ts';
import { type Event, EventBus, WherryError } from '../../../src/core/index.ts';
import { benchOn, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

/** A server of this process that answers with the status. */
async function serve(status: number): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((_request, response) => response.writeHead(status).end('hello'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const rows = ({ rows }: BootSummary): unknown =>
  Object.fromEntries(rows.map(({ name, status }) => [name, status]));
const quick = (): ReturnType<typeof newEndpoint> =>
  newEndpoint().withHost('127.0.0.1').withRetryCount(0).withTimeout(2000);

describe('without an engine', () => {
  test('every endpoint has exactly one row, whatever becomes of it', async () => {
    await using good = await serve(200);
    await using bad = await serve(500);
    const endpoints: Record<string, ServiceEndpoint> = {
      off: quick().withEnabled(false).withRequired(true).build(),
      found: quick().withPort(good.port).withDiscoveryEnabled(true).withRequired(true).build(),
      named: quick()
        .withHost('localhost')
        .withPort(good.port)
        .withDiscoveryEnabled(true)
        .withDiscoveryMethod('dns')
        .build(),
      there: quick().withPort(good.port).build(),
      away: quick()
        .withUrl(`http://127.0.0.1:${good.port}`)
        .withHealthPath('health')
        .withRemote(true)
        .build(),
      ill: quick().withPort(bad.port).withRemote(true).build(),
      nowhere: quick().withPort(1).withHealthType('tcp').build(),
      unsaid: newEndpoint().build(),
    };
    const summary = await new BootManager(endpoints).bootAll();
    expect(rows(summary)).toEqual({
      off: 'skipped',
      found: 'discovered',
      named: 'discovered',
      there: 'discovered',
      away: 'remote',
      ill: 'degraded',
      nowhere: 'degraded',
      unsaid: 'degraded',
    });
    expect(summary).toMatchObject({
      ok: true,
      counts: { skipped: 1, discovered: 3, remote: 1, degraded: 3 },
    });
  });

  test('a required endpoint that is not healthy fails the boot, with every reason', async () => {
    await using bad = await serve(503);
    const ill = quick().withPort(bad.port).withRequired(true).build();
    const gone = quick().withPort(1).withHealthType('tcp').withRequired(true).build();
    const bus = new EventBus();
    const events: Event[] = [];
    bus.subscribe({}, (event) => events.push(event));
    const error = await new BootManager({ ill, gone }, { events: bus })
      .bootAll()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WherryError);
    expect((error as WherryError).message).toMatch(/^the boot failed: ill: .*503.*; gone: /);
    const summary = (error as WherryError).details.summary as BootSummary;
    expect(rows(summary)).toEqual({ ill: 'failed', gone: 'failed' });
    expect(events.map(({ type }) => type)).toEqual([
      'boot.started',
      'health.changed',
      'health.changed',
      'boot.completed',
    ]);
  });

  test('retries as long as the count says', async () => {
    let status = 503;
    const server = createServer((_request, response) => response.writeHead(status).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const timer = setTimeout(() => {
      status = 204;
    }, 400);
    try {
      const endpoint = quick().withPort(port).withRequired(true).withRetryCount(2).build();
      expect(rows(await new BootManager({ endpoint }).bootAll())).toEqual({ endpoint: 'discovered' });
    } finally {
      clearTimeout(timer);
      server.closeAllConnections();
      server.close();
    }
  });

  test('checks all side by side', async () => {
    await using good = await serve(200);
    const manager = new BootManager({
      good: quick().withPort(good.port).build(),
      gone: quick().withPort(1).build(),
      off: quick().withEnabled(false).build(),
    });
    const results = await manager.healthCheckAll();
    expect([...results.keys()]).toEqual(['good', 'gone']);
    expect(results.get('good')).toBeNull();
    expect(results.get('gone')).toMatchObject({ code: 'UNHEALTHY' });
  });

  test('hands remote endpoints to a distributor and tells what came of each', async () => {
    await using good = await serve(200);
    const remote = (): ReturnType<typeof newEndpoint> => quick().withPort(good.port).withRemote(true);
    const asked: string[] = [];
    const distributor = {
      distribute: async (endpoints: Readonly<Record<string, ServiceEndpoint>>) => {
        asked.push(...Object.keys(endpoints));
        return new Map([
          ['a', null],
          ['b', new WherryError('NO_SPACE', 'no host has room')],
        ]);
      },
    };
    const manager = new BootManager(
      { a: remote().build(), b: remote().build(), c: quick().withPort(good.port).build() },
      { distributor },
    );
    expect(rows(await manager.bootAll())).toEqual({ a: 'distributed', b: 'degraded', c: 'discovered' });
    expect(asked).toEqual(['a', 'b']);
  });

  test('ends when told to', async () => {
    const endpoint = newEndpoint().withHost('127.0.0.1').withPort(1).withRetryCount(8).build();
    await expect(
      new BootManager({ endpoint }).bootAll({ signal: AbortSignal.timeout(200) }),
    ).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });
});

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: BootManager on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`BootManager on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const web = ['sh', '-c', 'echo hello > /tmp/index.html; exec httpd -f -p 80 -h /tmp'];
    const model = (name: string): Model => ({
      name,
      services: {
        web: { command: web, stop_signal: 'SIGKILL', ports: ['127.0.0.1::80'], depends_on: ['db'] },
        db: { command: stays },
        beside: { command: stays },
        extra: { command: stays, profiles: ['more'], ports: [] },
      },
    });

    test('starts only the services that are named, with what they need, waits until they answer, and takes them down', async () => {
      await using stack = new Stack(bench);
      await stack.load(model(stack.name));
      const composeFile = join(await stack.directory(), 'compose.yaml');
      const manager = new BootManager(
        {
          site: newEndpoint()
            .withComposeFile(composeFile)
            .withServiceName('web')
            .withHealthPath('/index.html')
            .withRequired(true)
            .build(),
        },
        { backend, env: {} },
      );
      const summary = await manager.bootAll();
      expect(summary.rows).toMatchObject([{ name: 'site', status: 'started', required: true }]);
      const [row] = summary.rows;
      expect(await (await fetch(`${row?.url}/index.html`)).text()).toBe('hello\n');
      expect((await observe(backend, stack.name)).map(({ service }) => service)).toEqual(['db', 'web']);
      const done = await manager.shutdown();
      expect(done.ok).toBe(true);
      expect(await stack.leftovers()).toEqual([]);
    });

    test('groups by file and profile; leaves siblings alone at the end', async () => {
      await using stack = new Stack(bench);
      await stack.load(model(stack.name));
      const file = join(await stack.directory(), 'compose.yaml');
      const of = (service: string): ReturnType<typeof newEndpoint> =>
        newEndpoint().withComposeFile(file).withServiceName(service);
      const others = new BootManager({ beside: of('beside').build() }, { backend, env: {} });
      await others.bootAll();
      const manager = new BootManager(
        { db: of('db').build(), extra: of('extra').withProfile('more').build() },
        { backend, env: {} },
      );
      expect(rows(await manager.bootAll())).toEqual({ db: 'started', extra: 'started' });
      await manager.shutdown();
      expect((await observe(backend, stack.name)).map(({ service }) => service)).toEqual(['beside']);
      await others.shutdown();
      expect(await stack.leftovers()).toEqual([]);
    });

    test('a service that dies fails its endpoint with its last words; a file that is not there fails its own', async () => {
      await using stack = new Stack(bench);
      await stack.load({
        name: stack.name,
        services: {
          web: { command: ['sh', '-c', 'sleep 0.3; echo no config; exit 2'], ports: ['127.0.0.1::80'] },
        },
      });
      const file = join(await stack.directory(), 'compose.yaml');
      const manager = new BootManager(
        {
          web: newEndpoint().withComposeFile(file).withRequired(true).build(),
          lost: newEndpoint().withComposeFile('/nowhere/compose.yaml').withPort(1).build(),
        },
        { backend, env: {} },
      );
      const error = await manager.bootAll().catch((thrown: unknown) => thrown);
      const summary = (error as WherryError).details.summary as BootSummary;
      expect(rows(summary)).toEqual({ web: 'failed', lost: 'degraded' });
      expect(summary.rows[0]?.error).toMatchObject({
        code: 'EXIT',
        details: { exitCode: 2, lastLines: ['no config'] },
      });
      expect(summary.rows[1]?.error).toMatchObject({ code: 'NOT_FOUND' });
    });
  });
}
