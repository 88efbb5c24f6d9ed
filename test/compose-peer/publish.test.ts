import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registryProgram, startRegistry, type TestRegistry } from '../integration/images/registry.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();
const server = registryProgram();
if (peer === undefined || server === undefined)
  console.error('SKIPPED: docker compose v5 or docker-registry is not there, nothing is published');
const main = join(import.meta.dirname, '../../src/cli/main.ts');

let directory = '';
let registry: TestRegistry;
let env: Record<string, string> = {};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-publish-'));
  env = {
    HOME: directory,
    PATH: process.env.PATH ?? '',
    XDG_CACHE_HOME: join(directory, 'cache'),
    DOCKER_CONFIG: join(directory, 'docker'),
  };
  if (server === undefined) return;
  registry = await startRegistry(server);
  const auth = Buffer.from(`${registry.username}:${registry.password}`).toString('base64');
  await project(
    { 'config.json': JSON.stringify({ auths: { [registry.host]: { auth } } }) },
    env.DOCKER_CONFIG,
  );
}, 60_000);
afterAll(async () => {
  await registry?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function project(files: Readonly<Record<string, string>>, place?: string): Promise<string> {
  const base = place ?? (await mkdtemp(join(directory, 'project-')));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(base, name)), { recursive: true });
    await writeFile(join(base, name), text);
  }
  return base;
}

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

function wherry(cwd: string, words: readonly string[], input = ''): Result {
  const run = spawnSync(process.execPath, [main, ...words], { cwd, env, encoding: 'utf8', input });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

function theirs(cwd: string, words: readonly string[], input = ''): Result {
  const run = spawnSync(peer ?? '', words, { cwd, env, encoding: 'utf8', input });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

describe.skipIf(peer === undefined || server === undefined)('publish', () => {
  test('what is published reads the same in both tools, whoever published it', {
    timeout: 120_000,
  }, async () => {
    const place = await project({
      'compose.yaml': [
        'x-env: &env',
        '  env_file: [{path: "$KIND.env", required: true}]',
        'services:',
        '  web: {<<: *env, image: "w:1", extends: {file: lib/base.yaml, service: base}}',
        '  other: {image: o, env_file: [one.env, {path: none.env, required: false}], profiles: [p]}',
        '',
      ].join('\n'),
      'over.yaml': 'services: {more: {image: m}}\n',
      'one.env': 'A=1\n',
      'dev.env': 'B=2\n',
      'lib/base.yaml':
        'services: {base: {image: b, labels: {l: "1"}, extends: {file: deep.yaml, service: deep}}}\n',
      'lib/deep.yaml': 'services: {deep: {image: d, labels: {m: "2"}}}\n',
      '.env': 'KIND=dev\n',
    });
    const files = ['-f', 'compose.yaml', '-f', 'over.yaml'];
    const here = wherry(place, ['-p', 'x', '--profile', 'p', ...files, 'config']);
    for (const version of [[], ['--oci-version', '1.0']]) {
      const name = `${registry.host}/team/app:ours${version.length}`;
      const published = wherry(place, [...files, 'publish', '-y', '--with-env', ...version, name]);
      expect(published.code, published.stderr).toBe(0);
      expect(published.stderr).toContain('published');
      const from = ['-p', 'x', '--profile', 'p', '-f', `oci://${name}`, 'config'];
      const ours = wherry(directory, from);
      // Keys of one's own tell the names that files have there.
      const [model, local] = [ours, here].map(({ stdout }) => stdout.split('x-env:')[0]);
      expect(model, ours.stderr).toBe(local);
      const read = theirs(directory, ['--insecure-registry', registry.host, ...from]);
      expect(read.stdout, read.stderr).toBe(ours.stdout);
    }
  });

  test.each([
    ['a file of variables', 'env_file: x.env', 130],
    ['a password', 'environment: ["DB_PASSWORD=bar"]', 130],
    ['a password in a variable', 'environment: {DB_PASSWORD: "$P"}', 0],
    ['a bind mount', 'volumes: ["/etc:/etc"]', 130],
    ['a token', 'command: ["ghp_1234567890abcdefghijklmnopqrstuvwxyz"]', 130],
    ['nothing but a build', 'build: .', 1],
    ['nothing to agree to', 'command: ["a"]', 0],
  ])('%s is asked about as with the peer', { timeout: 30_000 }, async (what, lines, code) => {
    const image = code === 1 ? '' : 'image: "alpine:3"\n    ';
    const place = await project({
      'compose.yaml': `services:\n  a:\n    ${image}${lines}\n`,
      'x.env': 'A=1\n',
    });
    const words = ['publish', 'test/test', '--dry-run'];
    const [ours, read] = [wherry(place, words, 'n\n'), theirs(place, words, 'n\n')];
    expect([ours.code, read.code], `${what}: ${ours.stderr}${read.stderr}`).toEqual([code, code]);
    const said = /Are you ok to publish [^?]*\?/.exec(read.stdout)?.[0];
    if (code === 130) expect(ours.stderr).toContain(said);
    if (code === 130) expect(wherry(place, words, 'y\n').code).toBe(0);
  });

  test('local includes are refused', { timeout: 30_000 }, async () => {
    const text = 'include: [b.yaml]\nservices: {a: {image: a}}\n';
    const place = await project({ 'compose.yaml': text, 'b.yaml': 'services: {b: {image: b}}\n' });
    const ours = wherry(place, ['publish', 'test/test', '--dry-run', '-y']);
    expect(ours).toMatchObject({ code: 1, stdout: '' });
    expect(ours.stderr).toContain('cannot publish compose file with local includes');
  });
});

test.skipIf(peer === undefined)('alpha viz: the same graph', async () => {
  const text = [
    'name: g',
    'services:',
    '  b: {image: i, depends_on: [a], ports: ["127.0.0.1:80:81/udp", "9"], networks: {n: {}}}',
    '  a: {build: .}',
    'networks: {n: }',
    '',
  ].join('\n');
  const place = await project({ 'compose.yaml': text });
  const lines = ({ stdout }: Result): string[] => stdout.split('\n').sort();
  for (const words of [[], ['--ports', '--networks', '--image', '--spaces', '--indentation-size', '3']])
    expect(lines(wherry(place, ['alpha', 'viz', ...words]))).toEqual(
      lines(theirs(place, ['alpha', 'viz', ...words])),
    );
});
