import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { down } from '../../src/boot/index.ts';
import { newId } from '../../src/core/index.ts';
import { findPeer } from '../compose-peer/peer.ts';
import { labEngines } from '../lab/engines.ts';
import {
  type EngineUnderTest,
  engineUnderTest,
  type Finished,
  plainEnvironment,
  type WherryOptions,
  wherry,
} from './cli.ts';

const { engines } = await labEngines();
const some = engines.filter(({ id }) => id === 'docker-20.10' || id === 'podman-4.3');
const stays = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

describe.each(some)('many projects on $id', { timeout: 180_000 }, (engine) => {
  let under: EngineUnderTest;
  let directory: Folder;
  let project: string;
  let names: string[];

  beforeAll(async () => {
    under = await engineUnderTest(engine);
    directory = await Folder.make();
    project = newId('e2e').slice(0, 16);
    names = ['mail', 'shop'].map((name) => `${project}-${name}`);
    const service = { image: under.image, command: ['sh', '-c', stays], stop_grace_period: '1s' };
    await directory.write('x/mail/compose.yaml', { name: names[0], services: { smtp: service } });
    await directory.write('x/shop/docker-compose.yml', {
      name: names[1],
      services: { web: service, db: service },
    });
    await directory.write('x/shop/node_modules/y/compose.yml', { services: { vendored: service } });
    await directory.write('broken/compose.yaml', { services: { one: { imagge: 'x' } } });
  });
  afterAll(async () => {
    for (const projectName of names ?? []) await down(under.backend, { projectName, timeout: 0 });
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  const w = (args: readonly string[], options: WherryOptions = {}): Promise<Finished> =>
    wherry([...under.options, ...args], { cwd: directory.path, ...options });
  const normal = (text: string): string =>
    text
      .replaceAll(project, 'PROJECT')
      .replaceAll(directory.path, 'DIR')
      .replaceAll(/\b(\d+m)?\d+(\.\d+)?m?s\b/g, 'TIME')
      .replaceAll(/ {2,}/g, '  ');
  const running = async (): Promise<string[]> => {
    const found = await under.backend.list({ labels: ['com.docker.compose.project'] });
    return found.map(({ name }) => name).filter((name) => name.startsWith(project));
  };

  it('lists what is below a directory, starts all of it, and takes it down', async () => {
    const before = await w(['ls', '--discover']);
    expect(before.code).toBe(0);
    expect(normal(before.stdout)).toMatchInlineSnapshot(`
      "NAME  STATUS  SERVICES  CONFIG FILES
      broken  invalid  DIR/broken/compose.yaml
      PROJECT-mail  not started  smtp  DIR/x/mail/compose.yaml
      PROJECT-shop  not started  web,db  DIR/x/shop/docker-compose.yml
      "
    `);
    expect(before.stderr).toContain('warning: broken: ');
    expect((await w(['ls', '--discover', 'x', '-q'])).stdout).toBe(`${names.join('\n')}\n`);

    const first = await w(['up', '--all', 'x', '--wait']);
    expect(first.code).toBe(0);
    expect(normal(first.stdout)).toMatchInlineSnapshot(`
      "NAME  STATUS  TIME  CONFIG FILES
      PROJECT-mail  ✓ started  TIME  DIR/x/mail/compose.yaml
      PROJECT-shop  ✓ started  TIME  DIR/x/shop/docker-compose.yml
      "
    `);
    expect(normal(first.stderr)).toContain('2 projects done, 0 failed, in TIME');
    expect(await running()).toHaveLength(3);
    const rows = JSON.parse((await w(['ls', '--discover', 'x', '--json'])).stdout);
    expect(rows).toMatchObject([
      { name: names[0], status: 'running', containers: { running: 1, total: 1 }, services: ['smtp'] },
      { name: names[1], status: 'running', containers: { running: 2, total: 2 }, problem: null },
    ]);

    const again = JSON.parse((await w(['up', '--all', 'x', '--json'])).stdout);
    expect(again).toMatchObject({ ok: true, rows: [{ changed: false }, { changed: false }] });
    const failed = await w(['up', '--all']);
    expect(failed.code).toBe(1);
    expect(normal(failed.stdout)).toContain('broken  ✗ failed');
    expect(normal(failed.stdout)).toContain('PROJECT-shop  ✓ unchanged');
    expect(failed.stderr).toContain('imagge');
    expect((await w(['up', '--all', '--exclude', 'broken'])).code).toBe(0);

    const gone = await w(['down', '--all', 'x']);
    expect(gone.code).toBe(0);
    expect(normal(gone.stdout)).toContain('PROJECT-shop  ✓ removed');
    expect(await running()).toEqual([]);
    expect(normal((await w(['down', '--all', 'x'])).stdout)).toContain('– not there');
  });

  it.skipIf(engine.kind !== 'docker')('lists projects as docker compose does', async (context) => {
    const peer = findPeer();
    if (peer === undefined) return context.skip('docker compose v5 cannot be built here');
    await w(['up', '--all', 'x']);
    const [container] = await under.backend.list({ names: [`${names[1]}-db-1`] });
    await under.backend.kill(container?.id ?? '');
    await under.backend.wait(container?.id ?? '');
    const peers = (...args: string[]): unknown =>
      JSON.parse(
        execFileSync(peer, ['ls', '--format', 'json', ...args], {
          env: plainEnvironment({ DOCKER_HOST: engine.host }),
          encoding: 'utf8',
        }),
      );
    const ours = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await w(['ls', '--format', 'json', ...args])).stdout);
    const filter = ['--filter', `name=${project}`];
    expect(await ours(...filter)).toEqual(peers(...filter));
    expect(await ours('--all', ...filter)).toEqual(peers('--all', ...filter));
    expect(await ours(...filter)).toMatchObject([{ Status: 'running(1)' }, { Status: 'running(1)' }]);
    await w(['down', '--all', 'x']);
  });
});

/** A directory for compose files; it goes when it is disposed. */
class Folder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'wherry-e2e-')));
  }

  async write(name: string, model: object): Promise<void> {
    await mkdir(dirname(join(this.path, name)), { recursive: true });
    await writeFile(join(this.path, name), JSON.stringify(model));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

describe('without an engine', () => {
  it('lists what is there, and says what it cannot know', async () => {
    await using directory = await Folder.make();
    await directory.write('shop/compose.yaml', { services: { web: { image: 'x' } } });
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const { code, stdout, stderr } = await wherry(['ls', '--discover', directory.path], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shop +\? +web +/m);
    expect(stderr).toContain('the status is not known');
  });

  it.each([
    [['ls', 'somewhere'], 'with --discover only'],
    [['ls', '--filter', 'colour=red'], 'is no filter of this command'],
    [['up', '--all', 'a', 'b'], 'name one directory'],
    [['-f', 'compose.yaml', 'up', '--all'], '-f is about one project'],
    [['down', '--all', '-p', 'name'], '-p is about one project'],
    [['up', '--all', '--scale', 'web=2'], '--all and --scale exclude each other'],
  ])('%j is a wrong command line', async (args, said) => {
    const { code, stderr } = await wherry(args);
    expect({ code, said: stderr.includes(said) ? said : stderr }).toEqual({ code: 2, said });
  });

  it('a directory without projects, and none, are said', async () => {
    expect(await wherry(['up', '--all', '/nowhere-at-all'])).toMatchObject({ code: 1 });
  });
});
