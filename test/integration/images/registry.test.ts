import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RegistryAuth } from '../../../src/backends/engine-api/registry-auth.ts';
import type { ImageProgress } from '../../../src/core/image.ts';
import { Secret } from '../../../src/core/secret.ts';
import { onEachEngine, type TestEngine } from './engine.ts';
import { freePort, registryProgram, startRegistry, type TestRegistry } from './registry.ts';

const program = registryProgram();
const timeout = 60_000;

if (program === undefined) {
  describe.skip('a registry: SKIPPED, docker-registry is not installed: `apt-get install docker-registry`', () => {});
} else {
  await onEachEngine((engine) => tests(engine, program));
}

function tests(engine: TestEngine, program: string): void {
  let registry: TestRegistry;
  let home: string;
  let login: RegistryAuth;
  let repository: string;

  beforeAll(async () => {
    registry = await startRegistry(program);
    home = await mkdtemp(join(tmpdir(), 'wherry-login-'));
    repository = `${registry.host}/team/app`;
    const auth = Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
    login = await authOf({ auths: { [registry.host]: { auth } } });
    await engine.image(`${repository}:1`).build(engine.shell('RUN echo pushed > /pushed'));
    await engine.image(`${repository}:1`, login).push();
  }, 120_000);

  beforeEach(() => engine.image(`${repository}:1`, login).pull({ policy: 'missing' }));

  afterAll(async () => {
    await engine.clean();
    await registry.stop();
    await rm(home, { recursive: true, force: true });
  });

  /** What a `config.json` with this content gives. */
  async function authOf(config: unknown, env: Record<string, string> = {}): Promise<RegistryAuth> {
    const directory = await mkdtemp(join(home, 'config-'));
    await writeFile(join(directory, 'config.json'), JSON.stringify(config));
    return new RegistryAuth({
      env: { DOCKER_CONFIG: directory, PATH: `${home}:${process.env.PATH}`, ...env },
      home,
    });
  }

  async function forget(): Promise<void> {
    await engine
      .image(`${repository}:1`)
      .remove({ force: true })
      .catch(() => {});
  }

  it('pulls what was pushed, by tag and by digest', { timeout }, async () => {
    const told: ImageProgress[] = [];
    const image = engine.image(`${repository}:1`, login);
    await image.push({ onProgress: (progress) => told.push(progress) });
    const pushed = told.find((progress) => progress.kind === 'digest')?.digest;
    expect(pushed).toMatch(/^sha256:[0-9a-f]{64}$/);
    await forget();
    expect(await image.exists()).toBe(false);
    await image.pull();
    expect(await image.digest()).toBe(pushed);
    expect(await image.tags()).toContain(`${repository}:1`);
    expect((await image.inspect()).digests).toContain(`${repository}@${pushed}`);
    await forget();
    const exact = engine.image(`${repository}@${pushed}`, login);
    await exact.pull({ onProgress: (progress) => told.push(progress) });
    expect(await exact.exists()).toBe(true);
    expect(await exact.digest()).toBe(pushed);
    await exact.remove({ force: true });
  });

  it('tells the layers of a transfer by name', { timeout }, async () => {
    const name = `${repository}:layers`;
    const told: ImageProgress[] = [];
    await engine.image(name).build(engine.shell(`RUN head -c 300000 /dev/urandom > /${Date.now()}`));
    await engine.image(name, login).push({ onProgress: (progress) => told.push(progress) });
    expect(told.length).toBeGreaterThan(1);
    // Podman tells no layers of a push.
    if (engine.lab.kind === 'docker') {
      expect(told).toContainEqual(expect.objectContaining({ kind: 'layer', status: 'Pushed' }));
    }
    expect(told.at(-1)).toMatchObject({ kind: 'digest' });
  });

  it('says who is wrong when credentials are', { timeout }, async () => {
    const credentials = { username: registry.username, password: new Secret('hush-hush') };
    const image = engine.image(`${repository}:1`);
    for (const action of [() => image.pull({ credentials }), () => image.push({ credentials })]) {
      const error = await action().catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'UNAUTHORIZED',
        hint: expect.stringMatching(/wrong or have expired/),
      });
      expect(JSON.stringify(error)).not.toContain('hush-hush');
    }
    await expect(engine.image(`${repository}:1`).pull()).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      hint: expect.stringMatching(/log in first/),
      details: { registry: registry.host },
    });
  });

  it('asks the credential helper of the registry', { timeout }, async () => {
    const script = `#!/bin/sh\ncat > ${home}/asked\nprintf '{"Username":"${registry.username}","Secret":"${registry.password}"}'\n`;
    await writeFile(join(home, 'docker-credential-test'), script);
    await chmod(join(home, 'docker-credential-test'), 0o755);
    await engine.image(`${repository}:1`, await authOf({ credHelpers: { [registry.host]: 'test' } })).pull();
    await engine.image(`${repository}:1`, await authOf({ credsStore: 'test' })).pull();
    await writeFile(
      join(home, 'docker-credential-test'),
      '#!/bin/sh\necho the store is locked >&2; exit 1\n',
    );
    await expect(
      engine.image(`${repository}:1`, await authOf({ credsStore: 'test' })).pull(),
    ).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: expect.stringContaining('the store is locked'),
    });
  });

  it('gives an identity token to the engine, which this registry does not take', { timeout }, async () => {
    const auth = Buffer.from('user:').toString('base64');
    const token = await authOf({
      auths: { [registry.host]: { auth, identitytoken: 'not of this registry' } },
    });
    const image = engine.image(`${repository}:1`, token);
    await expect(image.pull()).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await expect(image.push()).rejects.toMatchObject({
      code: engine.lab.kind === 'podman' ? 'UNSUPPORTED' : 'UNAUTHORIZED',
    });
  });

  it('takes credentials from DOCKER_AUTH_CONFIG', { timeout }, async () => {
    const auth = Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { auth } } }) };
    await engine.image(`${repository}:1`, await authOf({}, env)).pull();
  });

  it('knows a missing image from a missing registry', { timeout }, async () => {
    await expect(engine.image(`${registry.host}/none:1`, login).pull()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(engine.image(`${repository}:none`, login).pull()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(engine.image(`${repository}:none`, login).push()).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const closed = await freePort();
    await expect(engine.image(`127.0.0.1:${closed}/app:1`).pull()).rejects.toMatchObject({
      code: 'IMAGE_PULL',
      message: expect.stringContaining(`the registry 127.0.0.1:${closed}`),
    });
  });

  it('refuses an image for another platform', { timeout }, async () => {
    const image = engine.image(`${repository}:1`, login);
    await expect(image.pull({ platform: 'linux/s390x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('linux/s390x'),
    });
    await image.pull({ platform: 'linux/amd64' });
  });

  it('goes to the registry by policy', { timeout }, async () => {
    const anonymous = engine.image(`${repository}:1`);
    await engine.image(`${repository}:1`, login).pull();
    // Whoever went to the registry without credentials would be refused.
    await anonymous.pull({ policy: 'missing' });
    await anonymous.pull({ policy: 'never' });
    await forget();
    await expect(anonymous.pull({ policy: 'never' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(anonymous.pull({ policy: 'missing' })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    await engine.image(`${repository}:1`, login).pull({ policy: 'missing' });
    expect(await anonymous.exists()).toBe(true);
  });

  it('stops a pull on abort, before and in the middle', { timeout }, async () => {
    const image = engine.image(`${repository}:1`, login);
    await expect(image.pull({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    const abort = new AbortController();
    const pull = image.pull({ signal: abort.signal, onProgress: () => abort.abort() });
    await expect(pull).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.skipIf(engine.lab.kind === 'podman')(
    'builds on a base image behind a login, with either builder',
    { timeout },
    async () => {
      for (const builder of ['classic', 'buildkit'] as const) {
        await forget();
        const build = {
          ...engine.shell(),
          dockerfileInline: `FROM ${repository}:1\nLABEL ${engine.label}\nRUN cat /pushed`,
          noCache: true,
        };
        await expect(engine.image(`${engine.prefix}/based`).build(build, { builder })).rejects.toMatchObject({
          code: 'BUILD_FAILED',
        });
        const output: string[] = [];
        await engine.image(`${engine.prefix}/based`, login).build(build, {
          builder,
          onProgress: (progress) => progress.kind === 'output' && output.push(progress.text),
        });
        expect(output.join('')).toContain('pushed');
      }
    },
  );
}
