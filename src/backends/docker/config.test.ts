import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeEngine } from '../engine-api/fake-engine.test-support.ts';
import { hostDialer } from '../engine-api/host-dialer.ts';
import { dockerStrategies, findDocker } from './config.ts';
import { dockerFactory } from './index.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const found = async (env: Record<string, string>, config: object = {}): Promise<string> => {
  const { connection } = await findDocker({ type: 'docker', env: { HOME: home, ...env }, ...config });
  return connection.address;
};

async function writeContext(name: string, endpoint: object, tls: Record<string, string> = {}): Promise<void> {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = join(home, '.docker/contexts/meta', id);
  const files = join(home, '.docker/contexts/tls', id, 'docker');
  await mkdir(meta, { recursive: true });
  await mkdir(files, { recursive: true });
  await writeFile(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: endpoint } }));
  for (const [file, text] of Object.entries(tls)) await writeFile(join(files, file), text);
}

describe('where the engine is', () => {
  test('the first order of the user counts', async () => {
    await writeContext('one', { Host: 'unix:///one.sock' });
    await writeContext('two', { Host: 'unix:///two.sock' });
    await writeFile(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'two' }));
    const env = { DOCKER_HOST: 'unix:///host.sock', DOCKER_CONTEXT: 'one' };
    expect(await found(env, { host: 'unix:///explicit.sock' })).toBe('unix:///explicit.sock');
    expect(await found(env, { context: 'two' })).toBe('unix:///two.sock');
    expect(await found(env)).toBe('unix:///host.sock');
    expect(await found({ DOCKER_CONTEXT: 'one' })).toBe('unix:///one.sock');
    expect(await found({})).toBe('unix:///two.sock');
  });

  test('a context brings its TLS files', async () => {
    await writeContext('tls', { Host: 'tcp://engine:2376' }, { 'ca.pem': 'x', 'key.pem': 'secret' });
    expect(await found({ DOCKER_CONTEXT: 'tls' })).toBe('tls://engine:2376');
    await writeContext('plain', { Host: 'tcp://engine' });
    expect(await found({ DOCKER_CONTEXT: 'plain' })).toBe('tcp://engine:2375');
  });

  test('DOCKER_TLS_VERIFY and DOCKER_CERT_PATH switch TLS on', async () => {
    const env = { DOCKER_HOST: 'tcp://engine' };
    expect(await found({ ...env, DOCKER_TLS_VERIFY: '1' })).toBe('tls://engine:2376');
    await expect(found({ ...env, DOCKER_CERT_PATH: home })).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('DOCKER_CERT_PATH'),
    });
    await writeFile(join(home, 'ca.pem'), 'x');
    expect(await found({ ...env, DOCKER_CERT_PATH: home })).toBe('tls://engine:2376');
    expect(await found(env)).toBe('tcp://engine:2375');
    expect(await found({ DOCKER_TLS_VERIFY: '1' }, { host: 'tcp://engine' })).toBe('tls://engine:2376');
  });

  test('the default context is none of the files: DOCKER_HOST counts again', async () => {
    await writeContext('one', { Host: 'unix:///one.sock' });
    await mkdir(join(home, '.docker'), { recursive: true });
    await writeFile(join(home, '.docker/config.json'), JSON.stringify({ currentContext: 'one' }));
    const env = { DOCKER_HOST: 'unix:///host.sock' };
    expect(await found(env, { context: 'default' })).toBe('unix:///host.sock');
    const looked = dockerStrategies({ type: 'docker', context: 'default', env: { HOME: home } })
      .filter(({ isOrder }) => isOrder)
      .map(async ({ find }) => await find());
    for (const outcome of await Promise.all(looked)) expect(outcome).toHaveProperty('passed');
  });

  test('a context that is not there is an error, not a fallback', async () => {
    await expect(found({ DOCKER_CONTEXT: 'gone' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a broken config.json is named', async () => {
    await mkdir(join(home, '.docker'));
    await writeFile(join(home, '.docker/config.json'), '{');
    await expect(found({})).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('config.json'),
    });
  });

  test('DOCKER_API_VERSION is the newest version that is spoken', async () => {
    await using engine = await FakeEngine.listen(() => undefined);
    const spoken = async (version: string): Promise<string> => {
      const env = { HOME: home, DOCKER_HOST: `unix://${engine.path}`, DOCKER_API_VERSION: version };
      const { connection } = await findDocker({ type: 'docker', env });
      return connection.apiVersion().finally(() => connection.close());
    };
    expect(await spoken('1.43')).toBe('1.43');
    expect(await spoken('1.24')).toBe('1.41');
    expect(await spoken('1.99')).toBe('1.45');
    expect(await spoken('')).toBe('1.45');
    await expect(spoken('newest')).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('of the usual sockets the first that answers is taken, and each other has its reason', async () => {
    await using engine = await FakeEngine.listen(() => undefined);
    const runtime = engine.path.replace('/engine.sock', '');
    const { rename } = await import('node:fs/promises');
    await rename(engine.path, `${runtime}/docker.sock`);
    const env = { HOME: home, XDG_RUNTIME_DIR: runtime };
    const { connection, attempts } = await findDocker({ type: 'docker', env }).finally(() =>
      rename(`${runtime}/docker.sock`, engine.path),
    );
    // Where this machine has an engine of its own, that one comes first.
    expect([`unix://${runtime}/docker.sock`, 'unix:///var/run/docker.sock']).toContain(connection.address);
    expect(attempts.at(-1)).toMatchObject({ reason: null });
    for (const { reason } of attempts.slice(0, -1)) expect(reason).toBeTruthy();
    connection.close();
  });
});

describe('the address of an engine', () => {
  test.each([
    ['unix:///a/b.sock', 'unix:///a/b.sock'],
    ['tcp://h', 'tcp://h:2375'],
    ['tcp://[::1]:9', 'tcp://[::1]:9'],
    ['http://h:80/', 'tcp://h:80'],
    ['https://h', 'tls://h:2376'],
    ['h:9', 'tcp://h:9'],
    [':9', 'tcp://localhost:9'],
    ['tcp://', 'tcp://localhost:2375'],
    [' tcp://h:9 ', 'tcp://h:9'],
  ])('%s is %s', (host, address) => {
    expect(hostDialer({ host }).address).toBe(address);
  });

  test.each([
    ['ssh://me@host', 'UNSUPPORTED'],
    ['npipe:////./pipe/docker_engine', 'UNSUPPORTED'],
    ['unix://relative', 'INVALID'],
    ['tcp:// h', 'INVALID'],
    ['tcp://h:99999', 'INVALID'],
    ['/var/run/docker.sock', 'INVALID'],
  ])('%s is %s, with a hint', (host, code) => {
    expect(() => hostDialer({ host })).toThrow(expect.objectContaining({ code, hint: expect.any(String) }));
  });

  test('a config for another engine is refused', async () => {
    await expect(dockerFactory.open({ type: 'podman' }, {})).rejects.toMatchObject({ code: 'INVALID' });
  });
});
