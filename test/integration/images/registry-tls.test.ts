import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryAuth } from '../../../src/backends/engine-api/registry-auth.ts';
import { onEachEngine, type TestEngine } from './engine.ts';
import { registryProgram, startRegistry, type TestRegistry } from './registry.ts';

const program = registryProgram();
const timeout = 60_000;
// Engines do not look at the certificates of the loopback.
const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
// Engines in a root of their own look for CAs there.
const trusts = ({ lab }: TestEngine): boolean => process.getuid?.() === 0 && lab.id !== 'podman-5.4';

if (program === undefined || address === undefined) {
  const reason = program === undefined ? 'docker-registry is not installed' : 'there is only the loopback';
  describe.skip(`a registry with TLS: SKIPPED, ${reason}`, () => {});
} else {
  let directory: string;
  let registry: TestRegistry;
  let trusted: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-registry-tls-'));
    certificates(directory, address);
    const tls = { certificate: join(directory, 'server.pem'), key: join(directory, 'server.key') };
    registry = await startRegistry(program, { address, tls });
    trusted = `/etc/docker/certs.d/${registry.host}`;
  }, 60_000);
  afterAll(async () => {
    if (trusted !== undefined) await rm(trusted, { recursive: true, force: true });
    await registry?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** A login of `user`, kept in `config.json` or behind a credential helper. */
  async function login(user: string, how: 'auths' | 'credsStore'): Promise<RegistryAuth> {
    const home = await mkdtemp(join(directory, 'login-'));
    const answer = JSON.stringify({ Username: user, Secret: registry.password });
    const program = join(home, 'docker-credential-kept');
    await writeFile(program, `#!/bin/sh\nprintf '%s' '${answer}'\n`);
    await chmod(program, 0o755);
    const auth = Buffer.from(`${user}:${registry.password}`).toString('base64');
    const config = how === 'auths' ? { auths: { [registry.host]: { auth } } } : { credsStore: 'kept' };
    await writeFile(join(home, 'config.json'), JSON.stringify(config));
    return new RegistryAuth({ env: { DOCKER_CONFIG: home, PATH: `${home}:${process.env.PATH}` }, home });
  }

  await onEachEngine((engine) => {
    afterAll(() => engine.clean());

    it('is told as one that the engine does not trust, and where its CA belongs', { timeout }, async () => {
      const image = engine.image(`${registry.host}/${engine.lab.id}/unknown:1`);
      await expect(image.pull()).rejects.toMatchObject({
        code: 'IMAGE_PULL',
        message: expect.stringContaining('unknown authority'),
        hint: expect.stringContaining(`certs.d/${registry.host}/ca.crt`),
      });
    });

    it.skipIf(!trusts(engine))(
      'is used once its CA is there, with the right login (SKIPPED in a root of its own, or without root)',
      { timeout },
      async () => {
        const name = `${registry.host}/${engine.lab.id}/app:1`;
        await engine.image(name).build(engine.shell('RUN echo pushed > /pushed'));
        await mkdir(trusted, { recursive: true });
        await copyFile(join(directory, 'ca.pem'), join(trusted, 'ca.crt'));
        try {
          await engine.image(name, await login(registry.username, 'auths')).push();
          await engine.image(name, await login(registry.username, 'credsStore')).pull();
          await expect(engine.image(name, await login('stranger', 'auths')).pull()).rejects.toMatchObject({
            code: 'UNAUTHORIZED',
            hint: expect.stringContaining('wrong or have expired'),
          });
          await expect(engine.image(name).pull()).rejects.toMatchObject({
            code: 'UNAUTHORIZED',
            hint: expect.stringContaining('log in first'),
          });
        } finally {
          await rm(trusted, { recursive: true, force: true });
        }
      },
    );
  });
}

/** A CA of our own (`ca.pem`), and a certificate for this address by it (`server.pem`). */
function certificates(directory: string, ip: string): void {
  const openssl = (words: string): unknown =>
    execFileSync('openssl', words.split(' '), { cwd: directory, stdio: 'pipe' });
  const key = 'req -newkey rsa:2048 -nodes';
  openssl(`${key} -x509 -days 2 -subj /CN=wherry-test-ca -keyout ca.key -out ca.pem`);
  openssl(`${key} -subj /CN=${ip} -addext subjectAltName=IP:${ip} -keyout server.key -out server.csr`);
  openssl(
    'x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy -out server.pem',
  );
}
