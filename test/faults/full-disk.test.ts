import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstEngine, wherry } from '../e2e/cli.ts';
import { registryProgram, startRegistry, type TestRegistry } from '../integration/images/registry.ts';

const subject = await firstEngine();
const program = registryProgram();
const dockerd = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find((path) => existsSync(path));
const directory = await mkdtemp(join(tmpdir(), 'wherry-fault-disk-'));
const data = join(directory, 'data');
const host = `unix://${join(directory, 'docker.sock')}`;
const stop = await startFullEngine();
const reasons: [unknown, string][] = [
  [stop, 'no dockerd with a small disk of its own can be started here'],
  [program, 'docker-registry is not installed'],
  [subject, 'the lab has no engine'],
];
const why = reasons.find(([there]) => there === undefined)?.[1];
if (why !== undefined) await stop?.();

/** A dockerd whose data lies on a file system of 30 MiB; undefined where that cannot be. */
async function startFullEngine(): Promise<(() => Promise<void>) | undefined> {
  const clean = async (): Promise<void> => {
    spawnSync('umount', ['-l', data]);
    await rm(directory, { recursive: true, force: true });
  };
  await mkdir(data);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'wherry-fault', data]).status === 0;
  if (!mounted || dockerd === undefined) {
    await clean();
    return undefined;
  }
  const config = join(directory, 'daemon.json');
  await writeFile(config, '{}');
  const args = [
    '-H',
    host,
    '--data-root',
    data,
    '--exec-root',
    join(directory, 'exec'),
    '--config-file',
    config,
  ];
  // Without the right to change the network: told of no bridge, it would delete docker0, which is another engine's.
  const restrained = ['--bounding-set=-net_admin', '--inh-caps=-net_admin', dockerd];
  const noNetwork = ['--bridge', 'none', '--iptables=false', '--ip-forward=false'];
  const engine = spawn(
    'setpriv',
    [...restrained, ...args, '--pidfile', join(directory, 'pid'), ...noNetwork],
    {
      stdio: 'ignore',
    },
  );
  const ended = once(engine, 'exit').catch(() => undefined);
  for (let attempt = 0; attempt < 100 && engine.exitCode === null; attempt += 1) {
    const { code } = await wherry(['-H', host, 'info']);
    if (code === 0) {
      return async () => {
        engine.kill('SIGTERM');
        await ended;
        await clean();
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  engine.kill('SIGKILL');
  await ended;
  await clean();
  return undefined;
}

describe.skipIf(why !== undefined)(
  `an engine whose disk is full${why ? `: SKIPPED, ${why}` : ''}`,
  { timeout: 120_000 },
  () => {
    let registry: TestRegistry;
    let name: string;
    let archive: string;
    const options = subject?.options ?? [];

    beforeAll(async () => {
      registry = await startRegistry(program ?? '');
      name = `${registry.host}/wherry-fault/big:1`;
      archive = join(directory, 'image.tar');
      await writeFile(archive, await imageArchive(name));
      const auth = Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
      await writeFile(
        join(directory, 'config.json'),
        JSON.stringify({ auths: { [registry.host]: { auth } } }),
      );
      const env = { DOCKER_CONFIG: directory };
      expect(await wherry([...options, 'image', 'load', '-i', archive])).toMatchObject({ code: 0 });
      expect(await wherry([...options, 'push', name], { env })).toMatchObject({ code: 0 });
    }, 120_000);

    afterAll(async () => {
      await wherry([...options, 'rmi', '-f', name]);
      await registry.stop();
      await stop?.();
    });

    const full = /^error: .*no space left on device.*\n {2}why: .+\n {2}fix: .*(remove|free).*\n$/m;

    it('is told by load', async () => {
      const { code, stderr } = await wherry(['-H', host, 'image', 'load', '-i', archive]);
      expect(stderr).toMatch(full);
      expect(code).toBe(1);
    });

    it('is told by pull, and the engine goes on', async () => {
      const { code, stderr } = await wherry(['-H', host, 'pull', name], {
        env: { DOCKER_CONFIG: directory },
      });
      expect(stderr).toMatch(full);
      expect(code).toBe(1);
      expect(await wherry(['-H', host, 'images', '-q'])).toMatchObject({ code: 0, stdout: '' });
    });

    it('is told by up, at the service that needs the image', async () => {
      const cwd = join(directory, 'project');
      await mkdir(cwd);
      await writeFile(
        join(cwd, 'compose.yaml'),
        JSON.stringify({ services: { web: { image: name, network_mode: 'none' } } }),
      );
      const { code, stdout, stderr } = await wherry(['-H', host, 'up', '-d'], {
        cwd,
        env: { DOCKER_CONFIG: directory },
      });
      expect(`${stdout}${stderr}`).toMatch(/^web: .*no space left on device.*\n {2}fix: .*(remove|free)/m);
      expect(code).toBe(1);
    });
  },
);

/** An archive as `docker save` writes it, of an image with one layer of 40 MiB that nothing compresses. */
async function imageArchive(name: string): Promise<Buffer> {
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const layer = await tar({ big: randomBytes(40 * 1024 * 1024) });
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
    }),
  );
  const configName = `${digest(config)}.json`;
  const manifest = [{ Config: configName, RepoTags: [name], Layers: ['layer.tar'] }];
  return await tar({
    [configName]: config,
    'layer.tar': layer,
    'manifest.json': Buffer.from(JSON.stringify(manifest)),
  });
}

async function tar(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
