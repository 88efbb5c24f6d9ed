import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { labEngines } from '../lab/engines.ts';
import { putShellImage, shellImage } from '../lab/shell-image.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();
const engine = (await labEngines()).engines.find(({ kind }) => kind === 'docker');
if (peer === undefined || engine === undefined)
  console.error('SKIPPED: docker compose v5 or docker is not there, nothing is converted');
const main = join(import.meta.dirname, '../../src/cli/main.ts');
const image = 'localhost/wherry-lab/transformation:1';

const files: Readonly<Record<string, string>> = {
  'transformation.yaml': `services:
  t:
    image: ${image}
    build:
      context: .
      dockerfile_inline: |
        FROM ${shellImage}
        COPY templates /templates
        EXPOSE 7000
        ENTRYPOINT ["sh", "-c", "cp /in/compose.yaml /out/model.yaml && ls /templates > /out/templates && id -u > /out/user && test -n \\"$$LICENSE_AGREEMENT\\" && echo converted"]
      labels: {com.docker.compose.bridge: transformation}
`,
  'templates/base.tmpl': 'x\n',
  'mine/own.tmpl': 'y\n',
  'compose.yaml': `name: bridged
services:
  web: {image: "${image}", expose: ["9000"], ports: ["80:8080"], configs: [c], secrets: [s]}
  built: {build: .}
configs: {c: {file: ./c.txt}}
secrets: {s: {file: ./s.txt}}
`,
  'c.txt': 'config\n',
  's.txt': 'secret\n',
};

describe.skipIf(peer === undefined || engine === undefined)('bridge', () => {
  let directory = '';
  const run = (program: string, words: readonly string[], input = ''): SpawnSyncReturns<string> => {
    const env = { ...process.env, DOCKER_HOST: engine?.host };
    return spawnSync(program, words, { cwd: directory, env, encoding: 'utf8', input });
  };
  const wherry = (words: readonly string[], input = ''): SpawnSyncReturns<string> =>
    run(process.execPath, [main, ...words], input);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-bridge-'));
    for (const name of ['templates', 'mine']) await mkdir(join(directory, name));
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
    if (engine !== undefined) await putShellImage(engine);
    const built = wherry(['-f', 'transformation.yaml', 'build']);
    expect(built.status, built.stderr).toBe(0);
  }, 120_000);
  afterAll(async () => {
    wherry(['image', 'rm', '-f', image]);
    await rm(directory, { recursive: true, force: true });
  });

  const read = (path: string): Promise<string> => readFile(join(directory, path), 'utf8');

  test('convert gives transformations what the peer gives them', { timeout: 120_000 }, async () => {
    const words = ['bridge', 'convert', '--transformation', image, '--templates', 'mine', '-o'];
    const theirs = run(peer ?? '', [...words, 'theirs']);
    expect(theirs.status, theirs.stderr).toBe(0);
    const ours = wherry([...words, 'ours']);
    expect(ours.status, ours.stderr).toBe(0);
    expect(ours.stdout).toBe('converted\n');
    expect(ours.stderr).toContain('image bridged-built for service built not found locally');
    for (const name of ['templates', 'user'])
      expect(await read(`ours/${name}`)).toBe(await read(`theirs/${name}`));
    const [model, peers] = [parse(await read('ours/model.yaml')), parse(await read('theirs/model.yaml'))];
    expect(model.services.web.expose).toEqual(['7000', '8080', '9000']);
    // The peer's lists of ports have no order.
    for (const { services } of [model, peers]) services.web.expose.sort();
    expect(model).toEqual(peers);

    // What is in the way goes with a yes only.
    const refused = wherry([...words, 'ours'], 'n\n');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("deletion of output directory 'ours' was not confirmed");
    await writeFile(join(directory, 'ours/kept'), '');
    expect(wherry([...words, 'ours', '-y']).status).toBe(0);
    expect(existsSync(join(directory, 'ours/kept'))).toBe(false);
  });

  test('transformations are listed, and started anew from others', { timeout: 60_000 }, async () => {
    expect(wherry(['bridge', 'transformations', 'ls', '-q']).stdout).toContain(`${image}\n`);
    const created = wherry(['bridge', 'transformations', 'create', '--from', image, 'new']);
    expect(created.status, created.stderr).toBe(0);
    expect(await read('new/templates/base.tmpl')).toBe('x\n');
    expect(await read('new/Dockerfile')).toContain('COPY templates /templates');
    const again = wherry(['bridge', 'transformations', 'create', '--from', image, 'new']);
    expect(again.stderr).toContain('already exists');
  });
});
