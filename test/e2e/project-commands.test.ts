import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anonymousVolumes, removeVolumes } from '../lab/anonymous-volumes.ts';
import {
  Directory,
  type EngineUnderTest,
  type Finished,
  firstEngine,
  type WherryOptions,
  wherry,
} from './cli.ts';

const found = await firstEngine();
const stays = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

/** Options and commands of docker compose, each against what docker compose v5.5.1 does with it. */
describe.skipIf(found === undefined)('commands of docker compose', { timeout: 180_000 }, () => {
  const under = found as EngineUnderTest;
  let directory: Directory;
  const images: string[] = [];
  /** Anonymous volumes that outlive their containers, as with docker compose. */
  const orphaned: string[] = [];

  beforeAll(async () => {
    const service = { image: under.image, stop_grace_period: '2s' };
    directory = await Directory.make(under.backend, {
      services: {
        db: { ...service, command: ['sh', '-c', stays], volumes: ['data:/data', '/anonymous'] },
        web: { ...service, command: ['sh', '-c', stays], depends_on: ['db'], ports: ['127.0.0.1::8080'] },
        once: { ...service, command: ['sh', '-c', 'echo out; echo err >&2; exit 3'], profiles: ['once'] },
        built: { build: '.', profiles: ['build'] },
        above: { ...service, depends_on: ['built'], profiles: ['build'] },
        gone: { image: 'localhost:1/nosuch:1', profiles: ['build'] },
        good: { ...service, command: ['true'], profiles: ['once'] },
      },
      volumes: { data: {} },
    });
    await w(['up', '-d']);
  });
  afterAll(async () => {
    for (const name of images)
      await under.backend
        .image(name)
        .remove({ force: true })
        .catch(() => undefined);
    await directory?.[Symbol.asyncDispose]();
    await removeVolumes(under.backend, orphaned);
    await under.backend[Symbol.asyncDispose]();
  });

  const w = (args: readonly string[], options: WherryOptions = {}): Promise<Finished> =>
    wherry([...under.options, ...args], { cwd: directory.path, ...options });
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await w(args);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr });
    return stdout;
  };
  const orphans = (): Promise<string[]> =>
    anonymousVolumes(under.backend, `com.docker.compose.project=${directory.project}`);
  const running = async (service: string): Promise<number> =>
    (await ok('ps', '-q', service)).split('\n').filter((id) => id !== '').length;

  it('scales, and reaches each container by its number', async () => {
    await ok('scale', 'web=2');
    expect(await running('web')).toBe(2);
    await ok('exec', '--index', '2', 'web', 'touch', '/second');
    expect((await w(['exec', '--index', '1', 'web', 'test', '-e', '/second'])).code).toBe(1);
    expect(await ok('port', '--index', '2', 'web', '8080')).toMatch(/^127\.0\.0\.1:\d+\n$/);
    expect((await w(['port', '--protocol', 'udp', 'web', '8080'])).code).toBe(1);
    const missing = await w(['logs', '--index', '3', 'web']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('service "web" is not running container #3');
    orphaned.push(...(await orphans()));
    await ok('scale', '--no-deps', 'web=1', 'db=0');
    expect([await running('web'), await running('db')]).toEqual([1, 0]);
    expect((await w(['scale', 'web=x'])).code).toBe(2);
    await ok('up', '-d');
  });

  it('copies to every container of a service, and follows links when asked', async () => {
    await ok('scale', 'web=2');
    await writeFile(join(directory.path, 'content'), 'copied');
    await symlink('content', join(directory.path, 'link'));
    await ok('cp', '-L', 'link', 'web:/link');
    for (const index of ['1', '2'])
      expect(await ok('exec', '--index', index, 'web', 'cat', '/link')).toBe('copied');
    await ok('cp', '--index', '1', 'content', 'web:/one');
    expect((await w(['exec', '--index', '2', 'web', 'test', '-e', '/one'])).code).toBe(1);
    await ok('exec', 'web', 'ln', '-s', '/etc/hostname', '/here');
    await ok('cp', '-L', 'web:/here', 'here');
    expect(await readFile(join(directory.path, 'here'), 'utf8')).toBe(await ok('exec', 'web', 'hostname'));
    expect((await w(['cp', '-', 'web:/'])).stderr).toContain('choose one with --index');
    await ok('up', '-d');
  });

  it('lists processes, images and volumes of the project', async () => {
    const [title = '', first = ''] = (await ok('top')).split('\n');
    expect(title).toMatch(/^SERVICE +# +UID +PID/);
    expect(first).toMatch(/^db +1 /);
    const rows = JSON.parse(await ok('images', '--json', 'web'));
    expect(rows).toMatchObject([
      { ContainerName: `${directory.project}-web-1`, Platform: expect.stringContaining('/') },
    ]);
    expect(await ok('images', '-q')).toMatch(/^[0-9a-f]{64}\n$/);
    expect(await ok('volumes', '-q')).toBe(`${directory.project}_data\n`);
    expect(await ok('volumes', '-q', 'web')).toBe('');
    expect(await ok('volumes', '-q', 'db')).toBe(`${directory.project}_data\n`);
    await ok('stop', 'db');
    expect((await ok('stats', '--no-stream')).split('\n')).toHaveLength(3);
    const all = (await ok('stats', '--no-stream', '--all')).split('\n');
    expect(all).toHaveLength(4);
    expect(all.find((line) => line.includes('-db-1'))).toMatch(/- \/ -/);
    expect(await ok('ps', '--services')).toBe('web\n');
    await ok('up', '-d');
  });

  it('makes an image and an archive of a container', async () => {
    const name = `localhost/${directory.project}:kept`;
    images.push(name);
    const id = (
      await ok('commit', '-a', 'me', '-m', 'why', '-c', 'ENV KEPT=yes', '--pause=false', 'web', name)
    ).trim();
    const { config } = await under.backend.image(name).inspect();
    expect({ id, kept: config?.environment.includes('KEPT=yes') }).toEqual({
      id: (await under.backend.image(name).inspect()).id,
      kept: true,
    });
    await ok('export', '-o', 'web.tar', 'web');
    const archive = await readFile(join(directory.path, 'web.tar'));
    expect(archive.includes('etc/hostname')).toBe(true);
    expect((await w(['export', 'nosuch'])).code).toBe(1);
  });

  it('tells events in the shape of docker compose', async () => {
    await ok('restart', 'web');
    const lines = (await ok('events', '--json', '--since', '1m', '--until', '0s')).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    expect(events).toContainEqual({
      action: 'start',
      attributes: expect.objectContaining({ name: `${directory.project}-web-1` }),
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      service: 'web',
      time: expect.any(String),
      type: 'container',
    });
    expect(lines.join('')).not.toContain('com.docker.compose.');
  });

  it('ends an attached up as it is asked to', async () => {
    const failure = await w(['up', '--abort-on-container-failure', 'once', 'good', 'web']);
    expect(failure.code).toBe(3);
    expect(failure.stdout).toContain('once-1  | out');
    expect(failure.stdout).toContain('once-1 exited with code 3');
    expect(failure.stdout).toContain('web-1 exited with code ');
    expect(failure.stderr).toContain('once-1  | err');
    expect(await ok('ps', '--services')).toBe('db\n');
    // Another one ends: the exit code is still that of the service.
    expect((await w(['up', '--exit-code-from', 'web', 'web', 'once'])).code).toBe(0);
    const quiet = await w(['up', '--no-attach', 'once', '--no-log-prefix', 'once', 'good']);
    expect(quiet).toMatchObject({ code: 0 });
    expect(quiet.stdout).not.toContain('out');
    const shown = await w(['up', '--attach', 'once', '--timestamps', 'once', 'good']);
    expect(shown.stdout).toMatch(/once-1 {2}\| \d{4}-\d\d-\d\dT\S+ out/);
    const ended = await w(['attach', 'once']);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('is exited: there is no running process to attach to');
  });

  it('takes a one-shot that succeeded for ready, and tells what one that failed wrote in its last run', async () => {
    const good = await w(['up', '--wait', 'good']);
    expect(good).toMatchObject({ code: 0 });
    expect(good.stderr).toMatch(/good +✓ completed/);
    await w(['up', '--wait', 'once']);
    const bad = await w(['up', '--wait', 'once']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('exited with code 3');
    expect(bad.stderr.match(/ {2}\| out$/gm)).toHaveLength(1);
  });

  it('refuses options that exclude each other', async () => {
    for (const options of [
      ['--detach', '--abort-on-container-exit'],
      ['--wait', '--attach=web'],
      ['--attach=web', '--attach-dependencies'],
      ['--no-recreate', '--always-recreate-deps'],
      ['--build', '--no-build'],
    ]) {
      const { code, stderr } = await w(['up', ...options, 'web']);
      expect({ options, code }).toEqual({ options, code: 2 });
      expect(stderr).toContain('exclude each other');
    }
    expect((await w(['up', '--exit-code-from', 'nosuch', 'web'])).code).toBe(2);
  });

  it('makes dependencies anew when asked, and says whose end waiting is over', async () => {
    await ok('up', '-d');
    const before = await ok('ps', '-q', 'db');
    await ok('up', '-d', '--always-recreate-deps', 'web');
    expect(await ok('ps', '-q', 'db')).not.toBe(before);
    orphaned.push(...(await orphans()));
    const waiting = w(['wait', '--down-project', 'web']);
    const id = (await ok('ps', '-q', 'web')).trim();
    await ok('kill', '-s', 'TERM', 'web');
    expect(await waiting).toMatchObject({
      code: 0,
      stdout: `container "${id}" exited with status code 0\n`,
    });
    expect(await ok('ps', '-aq')).toBe('');
    expect((await w(['wait', 'web'])).code).toBe(1);
    expect((await w(['start'])).code).toBe(1);
    expect((await w(['kill'])).stderr).toContain('there is no container to kill');
  });

  it('runs one-off containers as it is asked to', async () => {
    await directory.write('vars', 'FROM_FILE=1\n');
    const env = await ok('run', '--rm', '--no-deps', '--env-from-file', 'vars', '-e', 'A=b', 'db', 'env');
    expect(env).toContain('FROM_FILE=1\n');
    expect(env).toContain('A=b\n');
    expect(await ok('run', '--rm', '-T', '--entrypoint', 'echo "one two"', 'db', 'three')).toBe(
      'one two three\n',
    );
    expect(await ok('run', '--rm', '-u', '5', '-w', '/tmp', 'db', 'sh', '-c', 'id -u; pwd')).toBe(
      '5\n/tmp\n',
    );
    expect(await ok('run', '--rm', '-v', 'data:/here', 'db', 'sh', '-c', 'echo kept >/here/file')).toBe('');
    expect(await ok('run', '--rm', 'db', 'cat', '/data/file')).toBe('kept\n');
    const id = (
      await ok('run', '-d', '--rm', '--use-aliases', '-P', '-l', 'mine=1', 'web', 'sh', '-c', stays)
    ).trim();
    const { name, spec, ports } = await under.backend.inspect(id);
    expect(name).toMatch(new RegExp(`^${directory.project}-web-run-[0-9a-f]{12}$`));
    expect(spec.labels).toMatchObject({
      mine: '1',
      'com.docker.compose.slug': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.values(spec.networks ?? {})[0]?.aliases).toContain('web');
    expect(ports.some(({ target, published }) => target === 8080 && published !== null)).toBe(true);
    await ok('kill', name);
    const plain = (await ok('run', '-d', 'web', 'true')).trim();
    expect(Object.values((await under.backend.inspect(plain)).spec.networks ?? {})[0]?.aliases).not.toContain(
      'web',
    );
    expect((await w(['run', '--engine', '--use-aliases', under.image, 'true'])).code).toBe(2);
  });

  it('builds with the options of the command line, and refuses what it does not have', async () => {
    await directory.write(
      'Dockerfile',
      `FROM ${under.image}\nARG X=1\nRUN echo "X is $X" >/x\nCMD ["cat", "/x"]\n`,
    );
    images.push(`${directory.project}-built`);
    await ok('build', '--build-arg', 'X=2', '--memory', '64m', 'built');
    expect(await ok('run', '--rm', '--quiet', 'built')).toBe('X is 2\n');
    await ok('build', '-q', 'built');
    expect(await ok('run', '--rm', '--build', '--quiet-build', 'built')).toBe('X is 1\n');
    expect(await ok('build', '--with-dependencies', '--json', 'above')).toContain(
      `${directory.project}-built`,
    );
    for (const option of ['--check', '--print']) {
      const { code, stderr } = await w(['build', option, 'built']);
      expect({ option, code }).toEqual({ option, code: 1 });
      expect(stderr).toContain(`builds of wherry have no ${option}`);
    }
    const skipped = await w(['pull', 'built']);
    expect(skipped).toMatchObject({ code: 0, stdout: '' });
    expect(skipped.stderr).toContain('its image is only built');
    expect((await w(['push', 'built'])).code).toBe(0);
    expect((await w(['pull', '--ignore-pull-failures', 'gone'])).code).toBe(0);
    expect((await w(['pull', 'gone'])).code).toBe(1);
    orphaned.push(...(await orphans()));
    expect((await w(['--profile', 'build', 'down', '--rmi', 'local', '-t', '0'])).code).toBe(0);
    expect(await under.backend.image(`${directory.project}-built`).exists()).toBe(false);
  });
});
