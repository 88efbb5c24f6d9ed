import { afterEach, describe, expect, test } from 'vitest';
import { unixDialer } from '../../transport/dialer.ts';
import { EngineConnection, type EngineConnectionOptions } from './connection.ts';
import {
  type FakeAnswer,
  type FakeBackend,
  FakeEngine,
  json,
  type Route,
} from './fake-engine.test-support.ts';

const open: FakeEngine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine[Symbol.asyncDispose]();
});

async function connected(
  route: Route,
  options: EngineConnectionOptions = {},
): Promise<{ engine: FakeEngine; connection: EngineConnection }> {
  const engine = await FakeEngine.listen(route);
  open.push(engine);
  return { engine, connection: new EngineConnection(unixDialer(engine.path), options) };
}

const pong =
  (version: string): Route =>
  ({ path }): FakeAnswer | undefined =>
    path === '/_ping'
      ? { bytes: Buffer.from(`HTTP/1.1 200 OK\r\nApi-Version: ${version}\r\nContent-Length: 2\r\n\r\nOK`) }
      : json({});

describe('the version of the API', () => {
  test.each([
    ['1.41', '1.41'],
    ['1.45', '1.45'],
    ['1.56', '1.56'],
    ['1.99', '1.56'],
  ])('an engine of %s is spoken to in %s', async (engine, version) => {
    const { connection } = await connected(pong(engine));
    expect(await connection.apiVersion()).toBe(version);
  });

  test('an engine that is too old is told from one that is no engine', async () => {
    const old = await connected(pong('1.24'));
    await expect(old.connection.json({ path: '/info' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('1.24'),
    });
    const strangers = [json({ hello: 'world' }), json({}, 404), json({}, 301), json({}, 302)];
    for (const answer of strangers) {
      const { connection } = await connected(() => answer);
      await expect(connection.json({ path: '/containers/x/json' })).rejects.toMatchObject({
        code: 'PROTOCOL',
      });
    }
  });

  test('it is asked for once, however many calls begin together', async () => {
    const { engine, connection } = await connected(pong('1.45'));
    await Promise.all(Array.from({ length: 5 }, () => connection.json({ path: '/info' })));
    expect(engine.requests.filter(({ path }) => path === '/_ping')).toHaveLength(1);
  });

  test('one that the user chose is used without asking, and checked', async () => {
    const { engine, connection } = await connected(() => json({}), { apiVersion: 'v1.43' });
    await connection.json({ path: '/info' });
    expect(engine.requests.map(({ path }) => path)).toEqual(['/info']);
    expect(await connection.atLeast('1.43')).toBe(true);
    expect(await connection.atLeast('1.44')).toBe(false);
    expect(() => new EngineConnection(unixDialer('/x'), { apiVersion: '2.0' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
    expect(() => new EngineConnection(unixDialer('/x'), { apiVersion: 'new' })).toThrow(
      expect.objectContaining({ code: 'INVALID' }),
    );
  });
});

describe('an engine that hangs', () => {
  const hangs: Route = () => ({ bytes: Buffer.alloc(0) });

  test('is given up by the ping after its limit', async () => {
    const { connection } = await connected(hangs, { pingTimeout: 50 });
    await expect(connection.json({ path: '/info' })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('is left at once by the caller whose signal fires, and by nobody else', async () => {
    const { connection } = await connected(hangs, { pingTimeout: 300 });
    const abort = new AbortController();
    const left = connection.apiVersion({ signal: abort.signal });
    const stays = connection.apiVersion();
    abort.abort();
    await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(stays).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('is asked again later', async () => {
    let up = false;
    const { connection } = await connected((request) => (up ? pong('1.45')(request) : hangs(request)), {
      pingTimeout: 50,
    });
    await expect(connection.apiVersion()).rejects.toMatchObject({ code: 'TIMEOUT' });
    up = true;
    expect(await connection.apiVersion()).toBe('1.45');
  });
});

test('an upgrade that is refused is the engine’s error', async () => {
  const { connection } = await connected(({ path }) =>
    path === '/exec/x/start' ? json({ message: 'Container abc is not running' }, 409) : undefined,
  );
  await expect(connection.upgrade({ path: '/exec/x/start' })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'Container abc is not running',
  });
});

describe('an answer that is JSON and not what was asked for', () => {
  const verbs: [string, (backend: FakeBackend) => Promise<unknown>][] = [
    ['create', (backend) => backend.create({ image: 'x:1' })],
    ['inspect', (backend) => backend.inspect('x')],
    ['list', (backend) => backend.list()],
    ['wait', (backend) => backend.wait('x')],
    ['exec', (backend) => backend.execCapture('x', { command: ['true'] })],
    ['logs', (backend) => backend.logs('x')[Symbol.asyncIterator]().next()],
    ['stats', (backend) => backend.stats('x')[Symbol.asyncIterator]().next()],
    ['pull', (backend) => backend.image('x:1').pull()],
    ['networks', (backend) => backend.networks.list()],
    ['volumes', (backend) => backend.volumes.list()],
  ];
  test.each(verbs)('%s fails with PROTOCOL', async (_verb, call) => {
    const engine = await FakeEngine.listen(({ path }) => (path === '/_ping' ? undefined : json('hello')));
    open.push(engine);
    await using backend = engine.backend();
    await expect(call(backend)).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});
