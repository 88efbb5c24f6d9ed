import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consoleLogger, type Event, EventBus } from '../../../src/core/index.ts';
import {
  type DiscoveredService,
  Discoverer,
  type RegistryChange,
  ServiceRegistry,
  type ServiceRegistryOptions,
} from '../../../src/discovery/index.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-registry-'));
  path = join(directory, 'services.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (options: ServiceRegistryOptions = {}): Promise<ServiceRegistry> =>
  ServiceRegistry.open({ path, ...options });

function service(name: string, more: Partial<DiscoveredService> = {}): DiscoveredService {
  return {
    name,
    host: '127.0.0.1',
    port: 80,
    protocol: 'tcp',
    source: 'tcp',
    foundAt: new Date(),
    ttl: 3_600_000,
    metadata: {},
    ...more,
  };
}

/** A server of this process; closed when it is disposed. */
async function listen(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await closed;
    },
  };
}

const ids = async (registry: ServiceRegistry): Promise<string[]> =>
  (await registry.list()).map(({ id }) => id);

/** The next change that is wanted; those before it are dropped. */
async function until(
  changes: AsyncIterator<RegistryChange>,
  wanted: (change: RegistryChange) => boolean,
): Promise<RegistryChange> {
  for (;;) {
    const { value, done } = await changes.next();
    if (done === true) throw new Error('the watch ended');
    if (wanted(value)) return value;
  }
}

describe('the registry', () => {
  test('is the same for all that open it, and outlives them', async () => {
    {
      await using one = await open();
      await using other = await open();
      await one.register(
        service('web'),
        service('web', { port: 81 }),
        service('db', { host: '::1', port: 5432 }),
      );
      expect(await ids(other)).toEqual(['db@[::1]:5432/tcp', 'web@127.0.0.1:80/tcp', 'web@127.0.0.1:81/tcp']);
      expect(await other.unregister('web@127.0.0.1:81/tcp')).toBe(1);
      expect(await other.unregister('nobody')).toBe(0);
    }
    await using again = await open();
    expect(await ids(again)).toEqual(['db@[::1]:5432/tcp', 'web@127.0.0.1:80/tcp']);
    expect(await again.list({ name: 'web' })).toMatchObject([
      { port: 80, source: 'tcp', freshness: 'fresh' },
    ]);
    expect(JSON.parse(await readFile(path, 'utf8')).services).toHaveLength(2);
    expect(await readdir(directory)).toEqual(['services.json']);
  });

  test('takes nothing in that could not be read back', async () => {
    await using registry = await open();
    await registry.register(service('web'));
    const wrong = service('bad', { source: { kind: 'tcp' } as unknown as 'tcp' });
    await expect(registry.register(service('good'), wrong)).rejects.toMatchObject({ code: 'INVALID' });
    expect(await ids(registry)).toEqual(['web@127.0.0.1:80/tcp']);
  });

  test('what is found again is seen again, and was found when it was found', async () => {
    await using registry = await open();
    const first = new Date(Date.now() - 60_000);
    await registry.register(service('web', { foundAt: first }));
    await registry.register(service('web', { source: 'engine', metadata: { container: 'web-1' } }));
    const [entry] = await registry.list();
    expect(entry).toMatchObject({ foundAt: first, source: 'engine', metadata: { container: 'web-1' } });
    expect(entry?.seenAt.getTime()).toBeGreaterThan(first.getTime());
  });

  test('tells watchers what other processes change, and events once', async () => {
    const events = new EventBus();
    const told: Event[] = [];
    events.subscribe({}, (event) => told.push(event));
    await using one = await open();
    await one.register(service('old'));
    await using other = await open({ events });
    const changes = other.watch();
    expect(await changes.next()).toMatchObject({ value: { kind: 'added', service: { name: 'old' } } });
    await one.register(service('new'));
    expect(await changes.next()).toMatchObject({ value: { kind: 'added', service: { name: 'new' } } });
    await one.register(service('new', { metadata: { version: '2' } }));
    expect(await changes.next()).toMatchObject({
      value: { kind: 'changed', service: { metadata: { version: '2' } } },
    });
    await one.unregister('old');
    expect(await changes.next()).toMatchObject({ value: { kind: 'removed', service: { name: 'old' } } });
    await changes.return();
    expect(told.map(({ type, source, name, data }) => ({ type, source, name, data }))).toEqual([
      {
        type: 'service.discovered',
        source: 'discovery',
        name: 'new',
        data: { host: '127.0.0.1', port: 80, protocol: 'tcp', foundBy: 'tcp' },
      },
      {
        type: 'service.lost',
        source: 'discovery',
        name: 'old',
        data: { host: '127.0.0.1', port: 80, protocol: 'tcp', foundBy: 'tcp', reason: 'removed' },
      },
    ]);
  });

  test('looks for entries again: what answers stays, what does not goes stale, then away', async () => {
    await using stays = await listen();
    const goes = await listen();
    await using registry = await open({ interval: 40, ttl: 1500 });
    const found = await new Discoverer({ ttl: 1500 }).discover({
      kind: 'tcp',
      ports: [stays.port, goes.port],
    });
    await registry.register(...found);
    const changes = registry.watch();
    await goes[Symbol.asyncDispose]();
    const about =
      ({ port }: { port: number }, kind: string) =>
      (change: RegistryChange) =>
        change.kind !== 'recovered' && change.kind === kind && change.service.port === port;
    expect(await until(changes, about(goes, 'changed'))).toMatchObject({ service: { freshness: 'stale' } });
    expect((await registry.list({ freshness: 'stale' })).map(({ port }) => port)).toEqual([goes.port]);
    await until(changes, about(goes, 'expired'));
    const [left, ...others] = await registry.list();
    expect(others).toEqual([]);
    expect(left).toMatchObject({ port: stays.port, freshness: 'fresh' });
    expect(left?.seenAt.getTime()).toBeGreaterThan(left?.foundAt.getTime() ?? 0);
    await changes.return();
  });

  test('what is gone comes back fresh', async () => {
    const server = await listen();
    await using registry = await open({ interval: 60_000 });
    await registry.register(service('web', { port: server.port }));
    await server[Symbol.asyncDispose]();
    expect(await registry.verify()).toMatchObject([{ freshness: 'stale' }]);
    const again = createServer().listen(server.port, '127.0.0.1');
    await once(again, 'listening');
    expect(await registry.verify()).toMatchObject([{ freshness: 'fresh' }]);
    again.close();
  });

  test('one of the processes looks, not all of them', async () => {
    class Counting extends Discoverer {
      looks = 0;
      override verify(...args: Parameters<Discoverer['verify']>): ReturnType<Discoverer['verify']> {
        this.looks += args[0].length;
        return super.verify(...args);
      }
    }
    await using server = await listen();
    const discoverer = new Counting();
    const now = Date.now();
    const options = { interval: 60_000, discoverer };
    const registries = await Promise.all(Array.from({ length: 5 }, () => open(options)));
    const [first] = registries;
    const dueSoon = service('web', { port: server.port, foundAt: new Date(now - 59_900) });
    await first?.register(dueSoon);
    const seen = first?.watch();
    // Seen again is a new time only; a change of the metadata is what watchers are told of.
    await seen?.next();
    while (discoverer.looks === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const registry of registries) await registry[Symbol.asyncDispose]();
    expect(discoverer.looks).toBe(1);
  });

  test('entries whose time is over are not there, also when nobody was there to drop them', async () => {
    {
      await using registry = await open();
      await registry.register(service('web', { ttl: 1 }));
    }
    await using registry = await open();
    expect(await registry.list()).toEqual([]);
  });

  test('of a slow reader, each entry is told once, as it became last', async () => {
    await using registry = await open();
    const changes = registry.watch();
    await registry.register(service('known'));
    await changes.next();
    await registry.register(service('brief'));
    await registry.unregister('brief');
    await registry.register(service('known', { metadata: { try: '1' } }));
    await registry.register(service('known', { metadata: { try: '2' } }));
    await registry.register(service('last'));
    expect(await changes.next()).toMatchObject({
      value: { kind: 'changed', service: { metadata: { try: '2' } } },
    });
    expect(await changes.next()).toMatchObject({ value: { kind: 'added', service: { name: 'last' } } });
    await changes.return();
  });

  test('a watch ends with its signal and with the registry', async () => {
    const registry = await open();
    const controller = new AbortController();
    const [one, other] = [registry.watch({ signal: controller.signal }), registry.watch()];
    const ends = [one.next(), other.next()];
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await ends[0]).toEqual({ done: true, value: undefined });
    await registry[Symbol.asyncDispose]();
    expect(await ends[1]).toEqual({ done: true, value: undefined });
    await expect(registry.register(service('late'))).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a damaged file', () => {
  const three = async (): Promise<string> => {
    await using registry = await open();
    await registry.register(service('a'), service('b'), service('c'));
    return readFile(path, 'utf8');
  };

  test.each([
    ['one line of nonsense', (text: string) => text.replace('"name":"b"', '"name:"b"'), ['a', 'c'], 1],
    [
      'cut in the middle of an entry',
      (text: string) => text.slice(0, text.indexOf('"name":"c"') + 8),
      ['a', 'b'],
      1,
    ],
    ['an entry that says nothing', (text: string) => text.replace('"port":80', '"port":"x"'), ['b', 'c'], 1],
    ['nothing left', () => '', [], 0],
    ['zeros', () => '\0'.repeat(512), [], 0],
    ['another program’s file', () => '{"a": [1, 2]}', [], 1],
  ])(
    '%s: the good part stays, the whole is kept beside, and a warning says so',
    async (_, damage, kept, lost) => {
      await writeFile(path, damage(await three()));
      const damaged = await readFile(path, 'utf8');
      const log: string[] = [];
      await using registry = await open({ logger: consoleLogger({ write: (line) => log.push(line) }) });
      expect((await registry.list()).map(({ name }) => name)).toEqual(kept);
      const aside = (await readdir(directory)).filter((name) => name.includes('.damaged-'));
      expect(aside).toHaveLength(1);
      expect(await readFile(join(directory, aside[0] ?? ''), 'utf8')).toBe(damaged);
      expect(log).toHaveLength(1);
      expect(log[0]).toContain(
        `warn  the service registry ${path} was damaged: ${kept.length} entries were kept, ${lost} lost`,
      );
      expect(JSON.parse(await readFile(path, 'utf8')).services).toHaveLength(kept.length);
    },
  );

  test('while it is open is told to watchers', async () => {
    await using registry = await open();
    await registry.register(service('a'), service('b'));
    const changes = registry.watch();
    await writeFile(path, (await readFile(path, 'utf8')).replace('"name":"b"', '"name":'));
    expect(await until(changes, ({ kind }) => kind === 'recovered')).toMatchObject({ kept: 1, lost: 1 });
    await changes.return();
  });

  test('of a newer version is left alone', async () => {
    const newer = '{"version":2,"services":[{"kind":"new"}]}';
    await writeFile(path, newer);
    await expect(open()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(await readFile(path, 'utf8')).toBe(newer);
  });
});

describe('processes that are killed', { timeout: 120_000 }, () => {
  const script = fileURLToPath(new URL('registry-process.ts', import.meta.url));

  test('lose nothing that was acknowledged, block nobody and leave no litter', async () => {
    const acknowledged: string[] = [];
    const writer = async (name: string): Promise<void> => {
      for (let life = 0; life < 6; life += 1) {
        const child = spawn(process.execPath, [script, path, `${name}${life}`], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let told = '';
        child.stdout.setEncoding('utf8');
        child.stdout.on('data', (text: string) => {
          told += text;
          // Somewhere in the middle of its work, at another place each time.
          if (told.split('\n').length > 3 + life * 5 + name.length) child.kill('SIGKILL');
        });
        const [code, signal] = await once(child, 'close');
        expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
        acknowledged.push(...told.split('\n').slice(0, -1));
      }
    };
    await Promise.all([writer('one'), writer('second')]);
    await using registry = await open();
    const present = new Set(await ids(registry));
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((id) => !present.has(id))).toEqual([]);
    await registry.register(service('after'));
    const names = await readdir(directory);
    expect(names.filter((name) => name.includes('.damaged-'))).toEqual([]);
    expect(names.filter((name) => name !== 'services.json' && !name.endsWith('.draft'))).toEqual([]);
  });
});
