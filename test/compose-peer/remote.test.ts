import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { remoteFiles } from '../../src/boot/index.ts';
import { loadProject, type Project } from '../../src/compose/index.ts';
import {
  freePort,
  registryProgram,
  startRegistry,
  type TestRegistry,
} from '../integration/images/registry.ts';
import { labEngines } from '../lab/engines.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is compared');
const main = join(import.meta.dirname, '../../src/cli/main.ts');

let directory = '';
/** Both tools see these variables and no others. */
let env: Record<string, string> = {};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-remote-'));
  const docker = join(directory, 'docker');
  env = {
    HOME: directory,
    PATH: process.env.PATH ?? '',
    XDG_CACHE_HOME: join(directory, 'cache'),
    DOCKER_CONFIG: docker,
    GIT_CONFIG_NOSYSTEM: '1',
  };
  await write(docker, { 'config.json': '{}' });
});
afterAll(async () => await rm(directory, { recursive: true, force: true }));

async function write(base: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(base, name)), { recursive: true });
    await writeFile(join(base, name), text);
  }
}

/** A project of this machine in a directory of its own. */
async function projectOf(text: string): Promise<string> {
  const place = await mkdtemp(join(directory, 'project-'));
  await write(place, { 'compose.yaml': text });
  return place;
}

async function load(
  workingDirectory: string,
  more: Partial<Parameters<typeof loadProject>[0]> = {},
): Promise<Project> {
  const seen = { ...env, ...more.env };
  const remote = remoteFiles({ env: seen });
  return (await loadProject({ workingDirectory, remote, ...more, env: seen })).project;
}

/** What both print for the same words; the places of their caches are not compared. */
function configs(
  workingDirectory: string,
  words: readonly string[],
  peerOnly: readonly string[] = [],
): [string, string] {
  const options = { cwd: workingDirectory, env, encoding: 'utf8' } as const;
  const ours = spawnSync(process.execPath, [main, ...words, 'config'], options);
  const theirs = spawnSync(peer ?? '', [...peerOnly, ...words, 'config'], options);
  expect(ours.status, ours.stderr).toBe(0);
  expect(theirs.status, theirs.stderr).toBe(0);
  const cache = join(directory, 'cache');
  const neutral = (text: string): string =>
    text
      .replaceAll(`${cache}/wherry/remote/git/`, 'CACHE/')
      .replaceAll(`${cache}/wherry/remote/oci/sha256-`, 'CACHE/');
  return [neutral(ours.stdout), theirs.stdout.replaceAll(`${cache}/docker-compose/`, 'CACHE/')];
}

describe('compose files of git repositories', () => {
  let daemon: ChildProcess;
  let work = '';
  let repository = '';
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', work, '-c', 'user.name=n', '-c', 'user.email=e@x', ...words], {
      env,
      encoding: 'utf8',
    }).trim();
  const commit = (): string => {
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
    return git('rev-parse', 'HEAD');
  };

  beforeAll(async () => {
    work = join(directory, 'served', 'app');
    await write(work, {
      'compose.yaml':
        `services: {web: {image: "web:$\{TAG:-none}", build: ./web, volumes: ["./data:/data"], env_file: [web.env]}}\n` +
        'include: [other/compose.yaml]\n',
      'web.env': 'A=1\n',
      '.env': 'TAG=theirs\n',
      'web/Dockerfile': 'FROM scratch\n',
      'other/compose.yaml': 'services: {other: {image: o, volumes: ["./x:/x"]}}\n',
      'sub/docker-compose.yml': 'services: {base: {image: b, volumes: ["./y:/y"]}}\n',
      'files/prod.yaml': 'services: {prod: {image: p, extends: {file: ../compose.yaml, service: web}}}\n',
      'reads/compose.yaml': 'include: [/etc/hostname]\nservices: {a: {image: a}}\n',
      'extends/compose.yaml': 'services: {a: {extends: {file: ../../../../x.yaml, service: a}}}\n',
      'env/compose.yaml': 'include: [{path: ../sub/docker-compose.yml, env_file: /etc/hostname}]\n',
      'empty/nothing': '',
    });
    await symlink('/etc', join(work, 'link'));
    await symlink('/etc/hostname', join(work, 'empty', 'linked.yaml'));
    git('init', '--quiet', '--initial-branch', 'main');
    commit();
    const port = await freePort();
    const base = join(directory, 'served');
    const words = ['daemon', '--export-all', `--base-path=${base}`, '--listen=127.0.0.1', `--port=${port}`];
    daemon = spawn('git', words, { stdio: 'ignore', env, detached: true });
    await answering(port);
    repository = `git://127.0.0.1:${port}/app`;
  }, 60_000);
  afterAll(() => stop(daemon));

  test.skipIf(peer === undefined)('are what the peer makes of them', { timeout: 120_000 }, async () => {
    const including = await projectOf(
      `include: ["${repository}#main", "${repository}#main:sub"]\nservices: {me: {image: m}}\n`,
    );
    const [ours, theirs] = configs(including, []);
    expect(ours).toBe(theirs);
    expect(ours).toContain('web:theirs');
    const extending = await projectOf(
      `services: {me: {image: m, extends: {file: "${repository}#main", service: web}}}\n`,
    );
    const [extended, extendedThere] = configs(extending, []);
    expect(extended).toBe(extendedThere);
    const named = configs(extending, ['-f', `${repository}#main:files/prod.yaml`, '-p', 'x']);
    expect(named[0]).toBe(named[1]);
    const unnamed = configs(extending, ['-f', repository]);
    expect(unnamed[0]).toBe(unnamed[1]);
  });

  test('are found anew when a branch moves; a commit that is here needs nobody', {
    timeout: 60_000,
  }, async () => {
    const first = git('rev-parse', 'HEAD');
    const place = await projectOf('services: {}\n');
    const image = async (ref: string): Promise<string | undefined> =>
      (await load(place, { files: [`${repository}#${ref}:sub`] })).services.base?.image;
    git('tag', '--annotate', '--message', 'm', 'v1');
    git('branch', 'another/main');
    expect(await image('main')).toBe('b');
    await write(work, { 'sub/docker-compose.yml': 'services: {base: {image: "b:2"}}\n' });
    commit();
    // Not that of another/main, which ends alike.
    expect(await image('main')).toBe('b:2');
    expect(await image('v1')).toBe('b');
    expect(await image('refs/heads/another/main')).toBe('b');
    expect(await image('')).toBe('b:2');
    await expect(
      load(place, { files: [`${repository}?ref=main&subdir=sub&commit=${first}`] }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });

    const gone = repository.replace(/:\d+\//, ':1/');
    const files = [`${gone}#${first}:sub`];
    expect((await load(place, { files })).services.base?.image).toBe('b');
    await expect(load(place, { files: [`${gone}#main:sub`] })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('are named to whoever starts them, now or at boot', { timeout: 60_000 }, async () => {
    const engine = (await labEngines()).engines.find(({ kind }) => kind === 'docker');
    if (engine === undefined) return console.error('SKIPPED: the lab has no docker');
    const wherry = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(process.execPath, [main, '-f', `${repository}#main:sub`, ...words], {
        cwd: directory,
        env: { ...env, DOCKER_HOST: engine.host },
        encoding: 'utf8',
      });
    const up = wherry('-p', 'wherry-remote', 'up', '--dry-run');
    expect(up.status, up.stderr).toBe(0);
    const cache = join(directory, 'cache', 'wherry', 'remote', 'git');
    expect(up.stderr).toMatch(new RegExp(`^wherry-remote was fetched to ${cache}/[0-9a-f]{40}/sub$`, 'm'));
    const unit = wherry('service', 'install', '--print');
    expect(unit.stdout, unit.stderr).toContain(`"-f" "${repository}#main:sub"`);
  });

  test('read nothing outside of their repository', { timeout: 60_000 }, async () => {
    const place = await projectOf('services: {}\n');
    const failure = (path: string): Promise<unknown> =>
      load(place, { files: [`${repository}#main:${path}`] }).then(
        () => 'loaded',
        (error: unknown) => error,
      );
    expect(await failure('../x')).toMatchObject({ code: 'PERMISSION' });
    expect(await failure('link/hostname')).toMatchObject({ code: 'PERMISSION' });
    expect(await failure('empty/linked.yaml')).toMatchObject({ code: 'PERMISSION' });
    for (const path of ['reads', 'extends', 'env']) {
      const message = expect.stringContaining('is outside of what was fetched');
      expect(await failure(path), path).toMatchObject({ code: 'INVALID', message });
    }
    expect(await failure('empty')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure('nowhere')).toMatchObject({ code: 'NOT_FOUND' });
    await expect(load(place, { files: [`${repository}#nope`] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `${repository}#nope: the repository has no ref nope`,
    });
    await expect(load(place, { files: [`${repository}#--help`] })).rejects.toMatchObject({ code: 'INVALID' });
    const off = { COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false' };
    await expect(load(place, { files: [repository], env: off })).rejects.toMatchObject({
      code: 'PERMISSION',
    });
    // The place in the file that names it is told.
    const including = await projectOf(`services: {}\ninclude:\n  - "${repository}#nope"\n`);
    await expect(load(including)).rejects.toThrow(`${including}/compose.yaml:3:5: include[0]`);
  });
});

const registryServer = registryProgram();
if (registryServer === undefined)
  console.error('SKIPPED: docker-registry is not installed, no artifact is fetched');

describe.skipIf(registryServer === undefined)('compose files of registries', () => {
  let registry: TestRegistry;
  let auth = '';

  beforeAll(async () => {
    registry = await startRegistry(registryServer ?? '');
    auth = Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
    await write(join(directory, 'docker'), {
      'config.json': JSON.stringify({ auths: { [registry.host]: { auth } } }),
    });
  }, 60_000);
  afterAll(async () => await registry?.stop());

  test.skipIf(peer === undefined)(
    'that the peer published are what it makes of them',
    { timeout: 120_000 },
    async () => {
      const place = await projectOf(
        [
          'name: published',
          'services:',
          '  web:',
          `    image: "w:$\{TAG:-1}"`,
          '    env_file:',
          '      - web.env',
          '    extends:',
          '      file: base.yaml',
          '      service: base',
          '',
        ].join('\n'),
      );
      await write(place, {
        'web.env': 'A=1\n',
        'base.yaml': 'services:\n  base:\n    image: b\n    labels:\n      x: "y"\n',
        'over.yaml': 'services: {more: {image: m}}\n',
      });
      const name = `${registry.host}/team/app:1`;
      const files = ['-f', 'compose.yaml', '-f', 'over.yaml'];
      for (const version of ['1.0', '1.1']) {
        const words = [
          ...files,
          'publish',
          '--insecure-registry',
          '--with-env',
          '-y',
          '--oci-version',
          version,
          name,
        ];
        const published = spawnSync(peer ?? '', words, { cwd: place, env, encoding: 'utf8' });
        expect(published.status, published.stderr).toBe(0);
        const insecure = ['--insecure-registry', registry.host];
        const [ours, theirs] = configs(place, ['-f', `oci://${name}`], insecure);
        expect(ours).toBe(theirs);
        expect(ours).toContain("x: 'y'");
        const including = await projectOf(`include: ["oci://${name}"]\nservices: {me: {image: m}}\n`);
        const [included, includedThere] = configs(including, [], insecure);
        expect(included).toBe(includedThere);
      }
    },
  );

  /** Puts an artifact of these layers into the registry. */
  async function push(
    tag: string,
    layers: readonly { type: string; text: string; notes: object }[],
    type: string,
  ): Promise<void> {
    const url = `http://${registry.host}/v2/team/app`;
    const headers = { authorization: `Basic ${auth}` };
    const blob = async (text: string): Promise<{ digest: string; size: number }> => {
      const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
      const started = await fetch(`${url}/blobs/uploads/`, { method: 'POST', headers });
      const upload = new URL(started.headers.get('location') ?? '');
      upload.searchParams.set('digest', digest);
      const done = await fetch(upload, { method: 'PUT', headers, body: text });
      expect(done.status).toBe(201);
      return { digest, size: text.length };
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: type,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', ...(await blob('{}')) },
      layers: await Promise.all(
        layers.map(async ({ type: mediaType, text, notes }) => ({
          mediaType,
          ...(await blob(text)),
          annotations: notes,
        })),
      ),
    };
    const put = await fetch(`${url}/manifests/${tag}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': manifest.mediaType },
      body: JSON.stringify(manifest),
    });
    expect(put.status).toBe(201);
  }

  test('put nothing anywhere but where they belong', { timeout: 60_000 }, async () => {
    const place = await projectOf('services: {}\n');
    const project = 'application/vnd.docker.compose.project';
    const envFile = 'application/vnd.docker.compose.envfile';
    for (const [index, path] of ['../x', '/x', 'a\\b', '..', ''].entries()) {
      const layer = { type: envFile, text: 'A=1', notes: { 'com.docker.compose.envfile': path } };
      await push(`bad${index}`, [layer], project);
      const files = [`oci://${registry.host}/team/app:bad${index}`];
      await expect(load(place, { files }), path).rejects.toMatchObject({ code: 'PERMISSION' });
    }
    await push('image', [], 'application/vnd.example');
    const failure = (tag: string, more: Record<string, string> = {}): Promise<unknown> =>
      load(place, { files: [`oci://${registry.host}/team/app:${tag}`], env: more }).then(
        () => 'loaded',
        (error: unknown) => error,
      );
    expect(await failure('image')).toMatchObject({ code: 'INVALID' });
    expect(await failure('none')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure('image', { DOCKER_CONFIG: '/nowhere' })).toMatchObject({ code: 'UNAUTHORIZED' });
    expect(await failure('image', { COMPOSE_EXPERIMENTAL_OCI_REMOTE: '0' })).toMatchObject({
      code: 'PERMISSION',
    });
    expect(await failure('image', { COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'x' })).toMatchObject({
      code: 'INVALID',
    });
  });
});

describe('a registry that asks for a token', () => {
  test('gets one, and is not believed', { timeout: 60_000 }, async () => {
    const compose = 'services: {a: {image: a}}\n';
    const digest = `sha256:${createHash('sha256').update(compose).digest('hex')}`;
    const layer = { mediaType: 'application/vnd.docker.compose.file+yaml', digest, size: compose.length };
    const manifest = { artifactType: 'application/vnd.docker.compose.project', layers: [layer] };
    let sent = compose;
    const asked: string[] = [];
    await using registry = await served(({ url, authorization, host }) => {
      asked.push(`${url} ${authorization}`);
      if (url.startsWith('/token')) return { body: '{"token": "t"}' };
      if (authorization !== 'Bearer t') {
        const challenge = `Bearer realm="http://${host}/token",service="s",scope="repository:app:pull"`;
        return { status: 401, headers: { 'www-authenticate': challenge } };
      }
      return { body: url.includes('/blobs/') ? sent : JSON.stringify(manifest) };
    });
    const login = Buffer.from('me:secret').toString('base64');
    const docker = await mkdtemp(join(directory, 'login-'));
    await write(docker, { 'config.json': JSON.stringify({ auths: { [registry.host]: { auth: login } } }) });
    const place = await projectOf('services: {}\n');
    const options = { files: [`oci://${registry.host}/app:1`], env: { DOCKER_CONFIG: docker } };
    for (const altered of [compose.replace('a', 'b'), `${compose} `, '']) {
      sent = altered;
      await expect(load(place, options)).rejects.toMatchObject({ code: 'PROTOCOL' });
    }
    sent = compose;
    asked.length = 0;
    expect((await load(place, options)).services.a?.image).toBe('a');
    expect(asked).toEqual([
      '/v2/app/manifests/1 ',
      `/token?service=s&scope=repository%3Aapp%3Apull Basic ${login}`,
      '/v2/app/manifests/1 Bearer t',
      `/v2/app/blobs/${digest} Bearer t`,
    ]);
    // What is here is not asked for again.
    asked.length = 0;
    await load(place, options);
    expect(asked.filter((one) => one.includes('/blobs/'))).toEqual([]);
  });
});

interface Call {
  url: string;
  authorization: string;
  host: string;
}

async function served(
  answer: (call: Call) => { status?: number; headers?: Record<string, string>; body?: string },
): Promise<AsyncDisposable & { host: string }> {
  const server = createServer((request, response) => {
    const { authorization = '', host = '' } = request.headers;
    const { status = 200, headers = {}, body = '' } = answer({ url: request.url ?? '', authorization, host });
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('git daemon does not listen');
}

/** With the program that git runs for it. */
async function stop(daemon: ChildProcess | undefined): Promise<void> {
  if (daemon?.pid === undefined || daemon.exitCode !== null) return;
  const ended = once(daemon, 'exit');
  process.kill(-daemon.pid, 'SIGTERM');
  await ended;
}
