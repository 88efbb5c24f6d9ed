import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/core/index.ts';
import { labEngines } from '../lab/engines.ts';
import {
  Directory,
  type EngineUnderTest,
  engineUnderTest,
  type Finished,
  launcher,
  plainEnvironment,
  type WherryOptions,
  wherry,
} from './cli.ts';

const { engines, skipped } = await labEngines();
for (const { id, reason } of skipped) console.warn(`SKIPPED ${id}: ${reason}`);

describe.each(engines)('containers on $id', { timeout: 180_000 }, (engine) => {
  let under: EngineUnderTest;
  let directory: Directory;
  const made: string[] = [];
  const networks: string[] = [];
  const volumes: string[] = [];

  beforeAll(async () => {
    under = await engineUnderTest(engine);
    directory = await Directory.make(under.backend);
  });
  afterAll(async () => {
    const { backend } = under;
    for (const name of made) await backend.remove(name, { force: true }).catch(() => undefined);
    for (const name of networks) await backend.networks?.remove(name).catch(() => undefined);
    for (const name of volumes) await backend.volumes?.remove(name).catch(() => undefined);
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  const w = (args: readonly string[], options: WherryOptions = {}): Promise<Finished> =>
    wherry([...under.options, ...args], { cwd: directory.path, ...options });

  /** A container that runs `script`; it goes with the tests. */
  const start = async (script: string, ...options: string[]): Promise<string> => {
    const name = newId('e2e');
    made.push(name);
    const { code, stderr } = await w([
      'run',
      '-d',
      '--name',
      name,
      ...options,
      under.image,
      'sh',
      '-c',
      script,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return name;
  };
  const stays = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

  it('runs a command, keeps its streams apart, passes its exit code on and removes it', async () => {
    const name = newId('e2e');
    made.push(name);
    const { code, stdout, stderr } = await w([
      'run',
      '--rm',
      '--name',
      name,
      '-e',
      'WORD=hello',
      '-w',
      '/tmp',
      under.image,
      'sh',
      '-c',
      'echo $WORD; pwd; echo bad >&2; exit 42',
    ]);
    expect({ code, stdout, stderr }).toEqual({ code: 42, stdout: 'hello\n/tmp\n', stderr: 'bad\n' });
    await expect(under.backend.inspect(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leaves the removal of one that nobody follows to the engine', async () => {
    const name = await start('sleep 3600', '--rm');
    expect((await w(['kill', name])).code).toBe(0);
    await expect
      .poll(async () => (await w(['ps', '-a', '--format', '{{.Names}}', '--engine'])).stdout, {
        timeout: 30_000,
      })
      .not.toContain(name);
    const never = newId('e2e');
    expect((await w(['run', '-d', '--rm', '--name', never, under.image, '/nowhere'])).code).toBe(127);
    await expect(under.backend.inspect(never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('ends run with 127 for a command that is not there, 126 for one that is no program, 125 for a bad option', async () => {
    expect((await w(['run', '--rm', under.image, '/nosuch'])).code).toBe(127);
    expect((await w(['run', '--rm', under.image, '/etc'])).code).toBe(126);
    expect((await w(['run', '--rm', '--pull', 'never', 'localhost/wherry-e2e/nosuch:1', 'true'])).code).toBe(
      125,
    );
  });

  it('sends stdin to run -i and exec -i, and its end', async () => {
    expect(
      (await w(['run', '--rm', '-i', under.image, 'wc', '-c'], { input: 'x'.repeat(300_000) })).stdout,
    ).toBe('300000\n');
    const name = await start(stays);
    const { stdout, code } = await w(['exec', '-i', name, 'sh', '-c', 'cat; exit 3'], { input: 'through\n' });
    expect({ stdout, code }).toEqual({ stdout: 'through\n', code: 3 });
    expect((await w(['exec', name, 'cat'], { input: 'not sent' })).stdout).toBe('');
  });

  it('lists, inspects and shows ports', async () => {
    const name = await start(stays, '-p', '127.0.0.1::8080', '--label', 'e2e=ports', '-m', '64m');
    const rows = JSON.parse((await w(['ps', '--json', '--filter', `name=${name}`])).stdout);
    expect(rows).toMatchObject([{ name, status: 'running', labels: { e2e: 'ports' } }]);
    const { published } = rows[0].ports[0];
    expect((await w(['port', name])).stdout).toBe(`8080/tcp -> 127.0.0.1:${published}\n`);
    expect((await w(['port', name, '8080'])).stdout).toBe(`127.0.0.1:${published}\n`);
    expect((await w(['port', name, '81'])).code).toBe(1);
    const table = (await w(['ps', '--filter', `name=${name}`])).stdout;
    expect(table.split('\n')[0]).toMatch(/^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$/);
    expect(table).toContain(`127.0.0.1:${published}->8080/tcp`);
    expect(JSON.parse((await w(['inspect', name])).stdout)).toMatchObject([
      { name, spec: { resources: { memory: 64 * 1024 * 1024 } } },
    ]);
    expect((await w(['ps', '-q', '--filter', `name=${name}`])).stdout).toBe(`${rows[0].id.slice(0, 12)}\n`);
    expect((await w(['top', name])).stdout).toMatch(/PID/);
    const stats = (await w(['stats', '--no-stream', '--json', name])).stdout.trim();
    expect(JSON.parse(stats)).toMatchObject({ name, memoryLimit: 64 * 1024 * 1024 });
  });

  it('shows logs with times, their end, and as JSON', async () => {
    const name = await start('echo one; echo two >&2; echo three');
    await w(['wait', name]);
    const plain = await w(['logs', name]);
    expect(plain).toMatchObject({ stdout: 'one\nthree\n', stderr: 'two\n', code: 0 });
    const { stdout, stderr } = await w(['logs', '--tail', '1', name]);
    expect(['two\n', 'three\n']).toContain(stdout + stderr);
    expect((await w(['logs', '-t', name])).stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) one$/m);
    const records = (await w(['logs', '--json', name])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toHaveLength(3);
    expect(records).toContainEqual(
      expect.objectContaining({ container: name, stream: 'stderr', line: 'two' }),
    );
  });

  it('waits, stops, starts, kills, renames and removes', async () => {
    const name = await start(stays);
    // Whichever of the two is there first.
    const waiting = w(['wait', name]);
    expect((await w(['stop', '-t', '5', name])).stdout).toBe(`${name}\n`);
    const end = await waiting;
    expect(end.stdout).toBe(`${end.code}\n`);
    expect((await w(['start', name])).code).toBe(0);
    expect((await w(['restart', '-t', '1', name])).code).toBe(0);
    expect((await w(['kill', '-s', 'KILL', name])).code).toBe(0);
    expect(await w(['wait', name])).toMatchObject({ stdout: '137\n', code: 137 });
    const other = newId('e2e');
    made.push(other);
    expect((await w(['rename', name, other])).code).toBe(0);
    expect((await w(['rm', other])).stdout).toBe(`${other}\n`);
    const missing = await w(['rm', other, '--json']);
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stderr)).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('copies files both ways with the rules of docker cp', async () => {
    const name = await start(stays);
    const tree = join(directory.path, 'tree');
    await mkdir(join(tree, 'sub'), { recursive: true });
    await directory.write('tree/sub/file', 'content');
    await symlink('file', join(tree, 'sub/link'));
    expect((await w(['cp', 'tree', `${name}:/tmp/copied`])).code).toBe(0);
    expect((await w(['cp', 'tree', `${name}:/tmp`])).code).toBe(0);
    expect((await w(['exec', name, 'cat', '/tmp/copied/sub/link', '/tmp/tree/sub/file'])).stdout).toBe(
      'contentcontent',
    );
    expect((await w(['cp', `${name}:/tmp/copied`, 'back'])).code).toBe(0);
    expect(await readFile(join(directory.path, 'back/sub/file'), 'utf8')).toBe('content');
    expect(await readlink(join(directory.path, 'back/sub/link'))).toBe('file');
    expect((await w(['cp', `${name}:/tmp/copied/.`, 'back'])).code).toBe(0);
    await expect(stat(join(directory.path, 'back/copied'))).rejects.toThrow();
    expect((await w(['cp', `${name}:/tmp/copied/sub/file`, 'renamed'])).code).toBe(0);
    expect(await readFile(join(directory.path, 'renamed'), 'utf8')).toBe('content');
    expect((await w(['cp', `${name}:/tmp/copied/.`, 'content'])).code).toBe(0);
    expect(await readdir(join(directory.path, 'content'))).toEqual(
      await readdir(join(directory.path, 'tree')),
    );
    expect((await w(['cp', 'tree', 'nobody:/tmp/'])).stderr).toMatch(/no (such )?container/i);
    expect(await w(['cp', `${name}:/nosuch`, '.'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/nosuch'),
    });
    expect(await w(['cp', 'nosuch', `${name}:/tmp`])).toMatchObject({ code: 1 });
    expect(await w(['cp', 'a', 'b'])).toMatchObject({ code: 2 });
  });

  it('is silent and ends when nobody reads its output any more', async () => {
    const name = newId('e2e');
    made.push(name);
    const command = [...under.options, 'run', '--rm', '--name', name, under.image, 'yes'];
    const child = spawn(process.execPath, [launcher, ...command], { env: plainEnvironment(), stdio: 'pipe' });
    child.stdin.end();
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(under.backend.inspect(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('passes SIGINT and SIGTERM on to the process of run', async () => {
    const name = newId('e2e');
    made.push(name);
    const script =
      'trap "echo int" INT; trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.05; done';
    const child = spawn(
      process.execPath,
      [launcher, ...under.options, 'run', '--name', name, under.image, 'sh', '-c', script],
      {
        env: plainEnvironment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output === 'ready\n') child.kill('SIGINT');
      if (output === 'ready\nint\n') child.kill('SIGTERM');
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(9);
    expect(output).toBe('ready\nint\nterm\n');
  });

  it('ends a stream with 130 on SIGINT', async () => {
    const name = await start(`echo first; ${stays}`);
    const child = spawn(process.execPath, [launcher, ...under.options, 'logs', '-f', name], {
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130);
  });

  it('builds, tags, saves, loads and removes an image', async () => {
    const image = `localhost/wherry-e2e/${newId('built')}:1`;
    const app = join(directory.path, 'app');
    await mkdir(app, { recursive: true });
    await directory.write(
      'app/Dockerfile',
      `FROM ${under.image}\nCOPY word /word\nENTRYPOINT ["cat", "/word"]\n`,
    );
    await directory.write('app/word', 'built here\n');
    try {
      const built = await w(['build', '-t', image, 'app']);
      expect({ code: built.code, stdout: built.stdout }).toEqual({ code: 0, stdout: `${image}\n` });
      expect((await w(['run', '--rm', image])).stdout).toBe('built here\n');
      expect((await w(['image', 'save', image, '-o', 'image.tar'])).code).toBe(0);
      expect((await w(['image', 'rm', image])).stdout).toBe(`${image}\n`);
      expect((await w(['image', 'inspect', image])).code).toBe(1);
      expect((await w(['image', 'load', '-i', 'image.tar'])).code).toBe(0);
      expect((await w(['images', '--json'])).stdout).toContain(image);
      await directory.write('app/Dockerfile', `FROM ${under.image}\nRUN echo the reason; exit 3\n`);
      const failed = await w(['build', '-t', image, 'app']);
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('the reason');
    } finally {
      await under.backend
        .image(image)
        .remove({ force: true })
        .catch(() => undefined);
    }
  });

  it('makes, lists and removes networks and volumes', async () => {
    const name = newId('e2e');
    networks.push(name);
    volumes.push(name);
    expect((await w(['network', 'create', '--label', 'e2e=1', name])).code).toBe(0);
    expect(JSON.parse((await w(['network', 'inspect', name])).stdout)).toMatchObject([
      { name, labels: { e2e: '1' } },
    ]);
    const running = await start(stays);
    expect((await w(['network', 'connect', '--alias', 'friend', name, running])).code).toBe(0);
    expect((await w(['run', '--rm', '--network', name, under.image, 'nslookup', 'friend'])).code).toBe(0);
    expect((await w(['network', 'disconnect', name, running])).code).toBe(0);
    expect((await w(['volume', 'create', name])).stdout).toBe(`${name}\n`);
    expect(
      (await w(['run', '--rm', '-v', `${name}:/data`, under.image, 'sh', '-c', 'echo kept > /data/x'])).code,
    ).toBe(0);
    expect((await w(['run', '--rm', '-v', `${name}:/data:ro`, under.image, 'cat', '/data/x'])).stdout).toBe(
      'kept\n',
    );
    expect((await w(['volumes', '-q'])).stdout.split('\n')).toContain(name);
    expect(await w(['network', 'rm', name])).toMatchObject({ code: 0 });
    expect(await w(['volume', 'rm', name])).toMatchObject({ code: 0 });
    expect((await w(['volumes', '-q'])).stdout.split('\n')).not.toContain(name);
  });

  it('prints events as they happen', async () => {
    const name = newId('e2e');
    const child = spawn(
      process.execPath,
      [launcher, ...under.options, 'events', '--json', '--filter', `label=e2e=${name}`],
      { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const types: string[] = [];
    let begun = false;
    child.stdout.on('data', (data: Buffer) => {
      begun = true;
      for (const line of data.toString().trim().split('\n')) types.push(JSON.parse(line).type);
      if (types.includes('removed')) child.kill('SIGTERM');
    });
    const closed = new Promise((resolve) => child.on('close', resolve));
    // The stream is open at some time after the start of the process: containers are made until it has seen one.
    for (let tries = 0; !begun && tries < 20; tries += 1) {
      await w(['run', '--rm', '--label', `e2e=${name}`, under.image, 'true']);
    }
    expect(await closed).toBe(143);
    expect(types.slice(-3)).toContain('removed');
  });
});
