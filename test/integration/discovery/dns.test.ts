import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Discoverer, freshnessOf, resolveDns, serviceAddress } from '../../../src/discovery/index.ts';
import { DnsServer } from './dns-server.ts';

let server: DnsServer;
beforeAll(async () => {
  server = await DnsServer.listen({
    'db.test': [
      { type: 'A', address: '127.0.0.1', ttl: 30 },
      { type: 'A', address: '127.0.0.2', ttl: 20 },
      { type: 'AAAA', address: '::1', ttl: 10 },
    ],
    'four.test': [{ type: 'A', address: '10.1.2.3' }],
    '_http._tcp.web.test': [
      { type: 'SRV', target: 'b.web.test', port: 8081, priority: 20, weight: 0 },
      { type: 'SRV', target: 'a.web.test', port: 8080, priority: 10, weight: 1 },
      { type: 'SRV', target: 'c.web.test', port: 8082, priority: 10, weight: 9 },
    ],
    '_sip._udp.phone.test': [{ type: 'SRV', target: 'phone.test', port: 5060, priority: 1, weight: 1 }],
  });
});
beforeEach(() => {
  server.mood = 'answers';
  server.questions.length = 0;
});
afterAll(() => server?.[Symbol.asyncDispose]());

const discoverer = (): Discoverer => new Discoverer({ servers: [server.address] });

describe('names in DNS', () => {
  test('addresses of both kinds, each with the time that DNS gives it', async () => {
    const found = await discoverer().discover({ kind: 'dns', host: 'db.test', port: 5432 });
    expect(found.map((one) => [serviceAddress(one), one.ttl, one.metadata.record])).toEqual([
      ['127.0.0.1:5432', 30_000, 'A'],
      ['127.0.0.2:5432', 20_000, 'A'],
      ['[::1]:5432', 10_000, 'AAAA'],
    ]);
    expect([...server.questions].sort()).toEqual(['db.test A', 'db.test AAAA']);
    const [first] = found;
    if (first === undefined) throw new Error('nothing was found');
    const later = (ms: number): Date => new Date(first.foundAt.getTime() + ms);
    expect([freshnessOf(first, later(29_999)), freshnessOf(first, later(30_000))]).toEqual([
      'fresh',
      'stale',
    ]);
  });

  test('one record only, when one is asked for', async () => {
    const found = await discoverer().discover({ kind: 'dns', host: 'db.test', record: 'AAAA' });
    expect(found.map(serviceAddress)).toEqual(['[::1]']);
    expect(server.questions).toEqual(['db.test AAAA']);
  });

  test('a name with addresses of one kind has no others', async () => {
    const found = await discoverer().discover({ kind: 'dns', host: 'four.test', name: 'four' });
    expect(found).toMatchObject([{ name: 'four', host: '10.1.2.3', port: null, source: 'dns' }]);
  });

  test('services with their ports, the first to be tried first', async () => {
    const found = await discoverer().discover({ kind: 'dns', host: '_http._tcp.web.test', record: 'SRV' });
    expect(found.map(({ host, port, metadata }) => [host, port, metadata.priority, metadata.weight])).toEqual(
      [
        ['c.web.test', 8082, '10', '9'],
        ['a.web.test', 8080, '10', '1'],
        ['b.web.test', 8081, '20', '0'],
      ],
    );
    expect(
      await discoverer().discover({ kind: 'dns', host: '_sip._udp.phone.test', record: 'SRV' }),
    ).toMatchObject([{ host: 'phone.test', port: 5060, protocol: 'udp' }]);
  });

  test('a name that is not there is nothing found, not an error', async () => {
    expect(await discoverer().discover({ kind: 'dns', host: 'nobody.test' })).toEqual([]);
    expect(await discoverer().discover({ kind: 'dns', host: 'four.test', record: 'SRV' })).toEqual([]);
  });

  test('a server that cannot tell is an error, and hides nothing of the other targets', async () => {
    server.mood = 'servfail';
    const target = { kind: 'dns', host: 'db.test' } as const;
    await expect(discoverer().discover(target)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const both = await discoverer().discoverAll([
      target,
      { kind: 'dns', host: 'localhost', servers: undefined },
    ]);
    expect(both.failures).toMatchObject([{ target, error: { code: 'UNAVAILABLE' } }, {}]);
  });

  test('a server that says nothing is a time limit, or the end of patience', async () => {
    server.mood = 'silent';
    const target = { kind: 'dns', host: 'db.test', timeout: 300 } as const;
    await expect(discoverer().discover(target)).rejects.toMatchObject({ code: 'TIMEOUT' });
    const controller = new AbortController();
    const asked = discoverer().discover({ ...target, timeout: 60_000 }, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('what is no server is said', async () => {
    await expect(resolveDns({ host: 'db.test', servers: ['nonsense'] })).rejects.toMatchObject({
      code: 'INVALID',
    });
  });

  test('without servers the hosts file counts', async () => {
    const found = await new Discoverer().discover({ kind: 'dns', host: 'localhost' });
    expect(found.map(({ host }) => host)).toContain('127.0.0.1');
    expect(found[0]?.ttl).toBe(60_000);
  });

  test('they are seen again until DNS says otherwise', async () => {
    const asker = discoverer();
    const found = await asker.discover({ kind: 'dns', host: 'four.test', port: 80 });
    expect(await asker.verify(found)).toMatchObject([{ presence: 'present' }]);
    const before = server.zone['four.test'] ?? [];
    try {
      server.zone['four.test'] = [{ type: 'A', address: '10.9.9.9' }];
      expect(await asker.verify(found)).toEqual([{ presence: 'absent' }]);
      server.mood = 'servfail';
      expect(await asker.verify(found)).toEqual([{ presence: 'unknown' }]);
    } finally {
      server.zone['four.test'] = before;
    }
  });
});
