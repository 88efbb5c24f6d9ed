import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryCredentials } from '../../core/image.ts';
import { Secret } from '../../core/secret.ts';
import { dockerHubKey, RegistryAuth, type RegistryAuthOptions, registryHost } from './registry-auth.ts';
import { registryAuthHeader, registryConfigHeader, revealText } from './registry-auth-header.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-auth-'));
  await mkdir(join(home, '.docker'));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

function auth(env: Record<string, string> = {}, options: Partial<RegistryAuthOptions> = {}): RegistryAuth {
  return new RegistryAuth({ env: { PATH: `${home}:${process.env.PATH}`, ...env }, home, ...options });
}

async function config(value: unknown, path = '.docker/config.json'): Promise<void> {
  await mkdir(join(home, path, '..'), { recursive: true });
  await writeFile(join(home, path), typeof value === 'string' ? value : JSON.stringify(value));
}

async function helper(name: string, script: string): Promise<void> {
  const path = join(home, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

function basic(username: string, password: string): { auth: string } {
  return { auth: Buffer.from(`${username}:${password}`).toString('base64') };
}

/** The credentials with their secrets laid open. */
function plain(credentials: RegistryCredentials | undefined): Record<string, unknown> | undefined {
  if (credentials === undefined) return undefined;
  const { username, password, identityToken } = credentials;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: revealText(password) }),
    ...(identityToken === undefined ? {} : { token: revealText(identityToken) }),
  };
}

describe('config.json', () => {
  it('is anonymous without a file, and for a registry that it does not name', async () => {
    expect(await auth().credentials('ghcr.io')).toBeUndefined();
    await config({ auths: { 'quay.io': basic('u', 'p') } });
    expect(await auth().credentials('ghcr.io')).toBeUndefined();
  });

  it.each([
    ['docker.io', 'https://index.docker.io/v1/'],
    ['docker.io', 'docker.io'],
    ['docker.io', 'index.docker.io'],
    ['ghcr.io', 'ghcr.io'],
    ['ghcr.io', 'https://ghcr.io'],
    ['ghcr.io', 'https://ghcr.io/v2/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/v1/'],
  ])('finds %s under the key %s', async (registry, key) => {
    await config({ auths: { [key]: basic('u', 'p:with:colons') } });
    expect(plain(await auth().credentials(registry))).toEqual({ username: 'u', password: 'p:with:colons' });
  });

  it('does not take a registry on another port or a part of a name for the one asked for', async () => {
    await config({ auths: { 'reg.example:5000': basic('u', 'p'), example: basic('u', 'p') } });
    expect(await auth().credentials('reg.example')).toBeUndefined();
    expect(await auth().credentials('my-example')).toBeUndefined();
  });

  it('reads separate user names, identity tokens and padded passwords', async () => {
    await config({
      auths: {
        'a.io': { username: 'u', password: 'p' },
        'b.io': { ...basic('u', ''), identitytoken: 'tok' },
        'c.io': basic('u', 'p\0\0'),
        'd.io': {},
      },
    });
    expect(plain(await auth().credentials('a.io'))).toEqual({ username: 'u', password: 'p' });
    expect(plain(await auth().credentials('b.io'))).toEqual({ username: 'u', token: 'tok' });
    expect(plain(await auth().credentials('c.io'))).toEqual({ username: 'u', password: 'p' });
    expect(await auth().credentials('d.io')).toBeUndefined();
  });

  it('is looked for where DOCKER_CONFIG says', async () => {
    await config({ auths: { 'a.io': basic('elsewhere', 'p') } }, 'other/config.json');
    expect(plain(await auth({ DOCKER_CONFIG: join(home, 'other') }).credentials('a.io'))).toMatchObject({
      username: 'elsewhere',
    });
  });

  it('gives way to DOCKER_AUTH_CONFIG, but only for the registries named there', async () => {
    await config({ auths: { 'a.io': basic('file', 'p'), 'b.io': basic('file', 'p') } });
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'a.io': basic('env', 'p') } }) };
    expect(plain(await auth(env).credentials('a.io'))).toMatchObject({ username: 'env' });
    expect(plain(await auth(env).credentials('b.io'))).toMatchObject({ username: 'file' });
  });

  it.each([
    ['not JSON', '{"auths": {"a.io": {"auth": "aHVzaDpodXNo"'],
    ['no object', '[]'],
    ['auth without a colon', { auths: { 'a.io': { auth: Buffer.from('hush').toString('base64') } } }],
    ['a list of auths', { auths: { 'a.io': 'x' } }],
    ['a helper that is no name', { credHelpers: { 'a.io': 1 } }],
  ])('refuses %s, names the file and quotes none of it', async (_name, content) => {
    await config(content);
    const error = await auth()
      .credentials('a.io')
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'INVALID', message: expect.stringContaining('config.json') });
    expect(inspect(error)).not.toMatch(/hush|aHVzaD/);
  });
});

describe('credential helpers', () => {
  it('asks the store with the server on stdin', async () => {
    await config({ credsStore: 'store' });
    await helper('store', `test "$1" = get && printf '{"Username":"who","Secret":"for %s"}' "$(cat)"`);
    expect(plain(await auth().credentials('a.io'))).toEqual({ username: 'who', password: 'for a.io' });
    expect(plain(await auth().credentials('docker.io'))).toMatchObject({ password: `for ${dockerHubKey}` });
  });

  it('prefers the helper of the registry to the store', async () => {
    await config({ credsStore: 'store', credHelpers: { 'a.io': 'special' } });
    await helper('store', `printf '{"Username":"store","Secret":"s"}'`);
    await helper('special', `printf '{"Username":"special","Secret":"s"}'`);
    expect(plain(await auth().credentials('a.io'))).toMatchObject({ username: 'special' });
    expect(plain(await auth().credentials('b.io'))).toMatchObject({ username: 'store' });
  });

  it('takes <token> for an identity token', async () => {
    await config({ credsStore: 'store' });
    await helper('store', `printf '{"Username":"<token>","Secret":"tok"}'`);
    expect(plain(await auth().credentials('a.io'))).toEqual({ token: 'tok' });
  });

  it('is anonymous when the helper has nothing, or goes on to the file', async () => {
    await config({ credsStore: 'empty', auths: { 'b.io': basic('file', 'p') } });
    await helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    expect(await auth().credentials('a.io')).toBeUndefined();
    expect(plain(await auth().credentials('b.io'))).toMatchObject({ username: 'file' });
  });

  it('tells what a broken helper said', async () => {
    await config({ credsStore: 'broken' });
    await helper('broken', 'echo "the keychain is locked" >&2; exit 2');
    await expect(auth().credentials('a.io')).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringMatching(/docker-credential-broken failed for a\.io: the keychain is locked/),
      hint: expect.stringContaining('config.json'),
    });
  });

  it.each([
    ['missing', undefined, /not installed/],
    ['garbage', 'echo hello', /not JSON/],
    ['secretless', `printf '{"Username":"u"}'`, /no Secret/],
    ['../evil', undefined, /not that of a program/],
  ])('refuses the helper %s', async (name, script, message) => {
    await config({ credsStore: name });
    if (script !== undefined) await helper(name, script);
    await expect(auth().credentials('a.io')).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringMatching(message),
    });
  });

  it('does not wait for ever', async () => {
    await config({ credsStore: 'slow' });
    await helper('slow', 'exec sleep 60');
    await expect(auth({}, { helperTimeout: 100 }).credentials('a.io')).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    await expect(auth().credentials('a.io', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  it('for builds, reports a broken helper beside what the others gave', async () => {
    await config({
      auths: { [dockerHubKey]: basic('hub', 'p') },
      credHelpers: { 'ok.io': 'ok', 'bad.io': 'bad' },
    });
    await helper('ok', `printf '{"Username":"u","Secret":"s"}'`);
    await helper('bad', 'exit 3');
    const { byKey, failures } = await auth().all();
    expect([...byKey.keys()].sort()).toEqual([dockerHubKey, 'ok.io']);
    expect(failures).toMatchObject([{ key: 'bad.io', error: { code: 'UNAUTHORIZED' } }]);
  });
});

describe("Podman's files", () => {
  const rules = { rules: 'podman' } as const;

  it('come before those of Docker, the runtime directory first', async () => {
    await config({ auths: { 'a.io': basic('docker', 'p'), 'b.io': basic('docker', 'p') } });
    await config({ auths: { 'a.io': basic('runtime', 'p') } }, 'run/containers/auth.json');
    const env = { XDG_RUNTIME_DIR: join(home, 'run') };
    expect(plain(await auth(env, rules).credentials('a.io'))).toMatchObject({ username: 'runtime' });
    expect(plain(await auth(env, rules).credentials('b.io'))).toMatchObject({ username: 'docker' });
    expect(plain(await auth(env).credentials('a.io'))).toMatchObject({ username: 'docker' });
  });

  it('are replaced by REGISTRY_AUTH_FILE', async () => {
    await config({ auths: { 'a.io': basic('docker', 'p') } });
    await config({ auths: { 'b.io': basic('only', 'p') } }, 'mine.json');
    const env = { REGISTRY_AUTH_FILE: join(home, 'mine.json') };
    expect(await auth(env, rules).credentials('a.io')).toBeUndefined();
    expect(plain(await auth(env, rules).credentials('b.io'))).toMatchObject({ username: 'only' });
  });

  it('can hold other credentials for a part of a registry: the longest wins', async () => {
    await config({
      auths: {
        'q.io': basic('all', 'p'),
        'q.io/team': basic('team', 'p'),
        'q.io/team/app': basic('app', 'p'),
      },
    });
    const user = async (repository: string): Promise<unknown> =>
      (await auth({}, rules).credentials('q.io', { repository }))?.username;
    expect(await user('team/app')).toBe('app');
    expect(await user('team/other')).toBe('team');
    expect(await user('team2/app')).toBe('all');
  });
});

describe('headers', () => {
  it('carry any text through base64url', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (username, password) => {
        const header = registryAuthHeader({ username, password: new Secret(password) }, 'docker.io');
        expect(header).toMatch(/^[\w-]+=*$/);
        expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
          username,
          password,
          serveraddress: dockerHubKey,
        });
      }),
    );
  });

  it('are an empty object for nobody', () => {
    expect(Buffer.from(registryAuthHeader(undefined, 'a.io'), 'base64url').toString()).toBe('{}');
  });

  it('have no name beside a token, which Podman refuses', () => {
    const header = registryAuthHeader({ username: 'u', identityToken: new Secret('tok') }, 'a.io');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      identitytoken: 'tok',
      serveraddress: 'a.io',
    });
  });

  it('name every registry for builds', () => {
    const header = registryConfigHeader(new Map([['a.io', { identityToken: new Secret('tok') }]]));
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      'a.io': { identitytoken: 'tok', serveraddress: 'a.io' },
    });
  });
});

it('credentials print without their secrets', async () => {
  await config({ auths: { 'a.io': basic('u', 'hush'), 'b.io': { identitytoken: 'hush' } } });
  const { byKey } = await auth().all();
  expect(byKey.size).toBe(2);
  expect(`${inspect(byKey, { depth: 9 })}${JSON.stringify([...byKey])}`).not.toContain('hush');
});

it('knows one host behind many spellings', () => {
  expect(['docker.io', 'https://index.docker.io/v1/', 'registry-1.docker.io'].map(registryHost)).toEqual(
    Array(3).fill('docker.io'),
  );
});
