import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { down } from '../../src/boot/index.ts';
import { newId } from '../../src/core/index.ts';
import { labEngines } from '../lab/engines.ts';
import { type EngineUnderTest, engineUnderTest, type Finished, wherry } from './cli.ts';

const { engines } = await labEngines();
if (engines.length === 0) console.warn('\nSKIPPED: wherry up --isolated: the lab has no engine\n');

interface UpReport {
  project: string;
  isolated: {
    name: string;
    variables: Record<string, string>;
    variablesFile: string;
    ports: { published: number }[];
  };
}

describe.each(engines)('isolated copies on $id', { timeout: 180_000 }, (engine) => {
  const base = newId('iso').slice(0, 12);
  let under: EngineUnderTest;
  let root: string;
  let port: number;

  beforeAll(async () => {
    under = await engineUnderTest(engine);
    root = await mkdtemp(join(tmpdir(), 'wherry-isolated-'));
    port = await freePort();
    await worktree('one', 'ref: refs/heads/main');
    await worktree('two', 'ref: refs/heads/Fix/the-Thing');
  });
  afterAll(async () => {
    for (const name of ['main', 'fix-the-thing', 'three'])
      await down(under.backend, { projectName: `${base}-${name}`, volumes: true, timeout: 0 });
    await under?.backend[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });

  async function worktree(name: string, head: string): Promise<void> {
    await mkdir(join(root, name, '.git'), { recursive: true });
    await writeFile(join(root, name, '.git/HEAD'), `${head}\n`);
    const shown = { image: under.image, container_name: `${base}-shown`, stop_grace_period: '0s' };
    const serve = `exec nc -ll -p 80 -e echo ${name}`;
    const web = { ...shown, command: ['sh', '-c', serve], ports: [`127.0.0.1:${port}:80`] };
    await writeFile(
      join(root, name, 'compose.yaml'),
      JSON.stringify({ name: base, services: { web }, networks: { default: { name: `${base}-net` } } }),
    );
  }

  const w = (folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> =>
    wherry([...under.options, ...args], {
      cwd: join(root, folder),
      env: { XDG_STATE_HOME: join(root, 'state'), ...env },
    });
  async function up(folder: string, flag: string): Promise<UpReport> {
    const done = await w(folder, ['up', '-d', flag, '--json']);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return JSON.parse(done.stdout);
  }

  it('run side by side from one file, keep their ports, and are found again', async () => {
    // Two that come up at once, and then a third in a folder that has one already.
    const [one, two] = await Promise.all([up('one', '--isolated'), up('two', '--isolated')]);
    const three = await up('two', '--isolated=three');
    const all = [one, two, three];
    expect(all.map(({ project }) => project)).toEqual([
      `${base}-main`,
      `${base}-fix-the-thing`,
      `${base}-three`,
    ]);
    const ports = all.map(({ isolated }) => isolated.ports.map(({ published }) => published));
    expect(new Set(ports.flat()).size).toBe(3);
    expect(ports.flat()).toContain(port);

    const names = (await under.backend.list({ labels: [`com.docker.compose.service=web`] }))
      .map(({ name }) => name)
      .filter((name) => name.startsWith(base));
    expect(names.sort()).toEqual([
      `${base}-shown-fix-the-thing`,
      `${base}-shown-main`,
      `${base}-shown-three`,
    ]);

    // The same ports again, and nothing to do.
    const again = await up('two', '--isolated=three');
    expect(again.isolated).toEqual(three.isolated);
    expect(again).toMatchObject({ rows: [{ change: 'kept' }] });

    const file = await readFile(three.isolated.variablesFile, 'utf8');
    expect(file).toContain(`WEB_PORT=${ports[2]}\n`);
    expect(file).toContain(`WHERRY_PORT_WEB_80=${ports[2]}\n`);
    expect(file).toContain(`COMPOSE_PROJECT_NAME=${base}-three\n`);

    // Later commands: by the flag, by the variables, by the project's name; all know the container's own name.
    const ids = async (args: readonly string[], env?: Record<string, string>): Promise<string[]> =>
      (await w('two', ['ps', '-q', ...args], env)).stdout.trim().split('\n');
    const [id = ''] = await ids(['--isolated=three']);
    expect(id).not.toBe('');
    expect(await ids([], { WHERRY_ISOLATED: 'three' })).toEqual([id]);
    expect(await ids([], three.isolated.variables)).toEqual([id]);
    expect(await ids(['--isolated', 'web'])).not.toEqual([id]);
    const kept = await w('two', ['up', '-d', '--json'], { COMPOSE_PROJECT_NAME: `${base}-three` });
    expect(JSON.parse(kept.stdout)).toMatchObject({ rows: [{ change: 'kept' }] });
    const inside = await w('two', ['exec', '--isolated=three', 'web', 'nslookup', `${base}-shown`]);
    expect(inside, inside.stderr).toMatchObject({ code: 0 });

    // What is taken down is forgotten; the others stay.
    expect(await w('two', ['down', '-t', '0', '--isolated=three'])).toMatchObject({ code: 0 });
    await expect(readFile(three.isolated.variablesFile)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await ids(['--isolated'])).not.toEqual(['']);
    const state = JSON.parse(await readFile(join(root, 'state/wherry/isolated/copies.json'), 'utf8'));
    expect(state.copies.map(({ name }: { name: string }) => name).sort()).toEqual(['fix-the-thing', 'main']);

    const other = await w('one', ['up', '-d', '--isolated=fix-the-thing']);
    expect(other.stderr).toContain(`the isolated copy fix-the-thing of ${base} is that of ${root}/two`);
    expect(other.code).toBe(1);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
