import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labEngines } from '../lab/engines.ts';
import {
  Directory,
  type EngineUnderTest,
  engineUnderTest,
  type Finished,
  firstEngine,
  launcher,
  plainEnvironment,
  wherry,
} from './cli.ts';

const found = await firstEngine();
const podman = (await labEngines()).engines.find(({ id }) => id === 'podman-5.4');
const stays = 'exec sleep 300';

describe.skipIf(found === undefined)('in the place of docker compose', () => {
  const under = found as EngineUnderTest;
  let links: string;
  let directory: Directory;

  beforeAll(async () => {
    links = await mkdtemp(join(tmpdir(), 'wherry-links-'));
    await mkdir(join(links, 'cli-plugins'));
    await symlink(launcher, join(links, 'cli-plugins/docker-compose'));
    directory = await Directory.make(under.backend, {
      services: {
        web: { image: under.image, entrypoint: ['sh', '-c', stays], stop_grace_period: '0s' },
        task: { image: under.image, profiles: ['tools'], entrypoint: ['true'] },
      },
      volumes: { spare: {} },
    });
  });
  afterAll(async () => {
    await directory[Symbol.asyncDispose]();
    await rm(links, { recursive: true, force: true });
    await under.backend[Symbol.asyncDispose]();
  });

  const env = { DOCKER_HOST: under?.engine.host };
  const w = (...args: string[]): Promise<Finished> => wherry(args, { cwd: directory.path, env });

  /** Runs a program in the directory of the project, with the link among the plugins of docker. */
  function run(
    program: string,
    ...args: string[]
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const options = { cwd: directory.path, env: plainEnvironment({ ...env, DOCKER_CONFIG: links }) };
    return new Promise((resolve) =>
      execFile(program, args, options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      ),
    );
  }
  const dockerCompose = (...args: string[]): ReturnType<typeof run> =>
    run(join(links, 'cli-plugins/docker-compose'), ...args);

  it('tells docker what kind of plugin it is', async () => {
    const { stdout } = await dockerCompose('docker-cli-plugin-metadata');
    expect(JSON.parse(stdout)).toEqual({
      SchemaVersion: '0.1.0',
      Vendor: 'Wherry',
      Version: expect.stringMatching(/^v\d+\.\d+\.\d+$/),
      ShortDescription: expect.stringContaining('Docker Compose'),
    });
  });

  it('tells progress in docker compose’s words, on stderr, and faults in those that scripts look for', async () => {
    const name = `${directory.project}-web-1`;
    const up = await dockerCompose('up', '-d', 'web');
    expect(up).toMatchObject({ code: 0, stdout: '' });
    const lines = up.stderr.split('\n');
    for (const word of ['Creating', 'Created', 'Starting', 'Started'])
      expect(lines).toContain(` Container ${name} ${word} `);
    expect((await dockerCompose('up', '-d', 'web')).stderr).toBe(` Container ${name} Running \n`);
    expect((await dockerCompose('stop', 'web')).stderr).toBe(
      ` Container ${name} Stopping \n Container ${name} Stopped \n`,
    );
    expect((await dockerCompose('events', 'nosuch')).stderr).toContain('no such service: nosuch');
    expect((await dockerCompose('exec', '--index', '2', 'web', 'true')).stderr).toContain(
      'service "web" is not running container #2',
    );
    const down = await dockerCompose('down');
    expect(down).toMatchObject({ code: 0, stdout: '' });
    expect(down.stderr).toContain(` Container ${name} Removed \n`);
    expect(down.stderr).toContain(` Network ${directory.project}_default Removed \n`);
  });

  it('runs a command in a one-off container where no other runs, and tells of one-off containers that are over', async () => {
    await dockerCompose('run', '-d', '--name', `${directory.project}-once`, 'web');
    expect((await dockerCompose('exec', '-T', 'web', 'echo', 'here')).stdout).toBe('here\n');
    await directory.write('own.env', 'WHO=from the file\n');
    const told = [
      'run',
      '--rm',
      '-T',
      '--no-deps',
      '-e',
      'WHO',
      '--volumes',
      `${directory.path}:/own`,
      '--entrypoint',
      'sh',
    ];
    expect(
      (await dockerCompose('--env-file', 'own.env', ...told, 'web', '-c', 'echo $WHO; cat /own/own.env'))
        .stdout,
    ).toBe('from the file\nWHO=from the file\n');
    await under.backend.kill(`${directory.project}-once`);
    await under.backend.wait(`${directory.project}-once`);
    expect((await dockerCompose('up', '-d', '--no-start', 'web')).stderr).toContain(
      `orphan containers, of services that the project does not have any more or left over from run: ${directory.project}-once`,
    );
    await dockerCompose('up', '-d', '--no-start', '--remove-orphans', 'web');
    const left = await under.backend.list({ all: true });
    expect(left.map(({ name }) => name)).not.toContain(`${directory.project}-once`);
    await dockerCompose('down');
  });

  it('minds the faults of services only that take part', async () => {
    const file = {
      services: {
        web: {
          image: under.image,
          entrypoint: ['sh', '-c', stays],
          stop_grace_period: '0s',
          ports: ['8080'],
        },
        other: { image: under.image, env_file: ['/nosuch/.env'] },
      },
    };
    await directory.write('faulty.yaml', JSON.stringify(file));
    const faulty = (...args: string[]): ReturnType<typeof run> => dockerCompose('-f', 'faulty.yaml', ...args);
    expect((await faulty('up', '-d', 'web')).code).toBe(0);
    // One address, though the engine publishes on those of IPv4 and IPv6.
    expect((await faulty('port', 'web', '8080')).stdout).toMatch(/^\S+:\d+\n$/);
    expect((await faulty('ps', '--services')).stdout).toBe('web\n');
    expect((await faulty('config', '--hash', 'web')).stdout).toMatch(/^web [0-9a-f]{64}\n$/);
    for (const words of [
      ['up', '-d'],
      ['up', '-d', 'other'],
      ['config', '--hash', 'other'],
    ]) {
      const refused = await faulty(...words);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('env file /nosuch/.env not found');
    }
    expect((await faulty('config', '--no-env-resolution', '--hash', 'other')).code).toBe(0);
    const completed = await dockerCompose('__complete', 'compose', '-f', 'faulty.yaml', 'exec', '');
    expect(completed.stdout).toBe('other\nweb\n:4\n');
    await faulty('down');
  });

  it('tells each end of what the engine starts again, and of health that nobody waited for to the end', async () => {
    const own = await Directory.make(under.backend, {
      services: {
        fails: { image: under.image, entrypoint: ['sh', '-c', 'echo try; exit 7'], restart: 'on-failure:1' },
        starts: {
          image: under.image,
          entrypoint: ['sh', '-c', stays],
          stop_grace_period: '0s',
          healthcheck: { test: ['CMD', 'false'], interval: '1s', start_period: '120s' },
        },
      },
    });
    const compose = (...args: string[]): ReturnType<typeof run> =>
      dockerCompose('--project-directory', own.path, ...args);
    try {
      const { stdout } = await compose('up', 'fails');
      expect(stdout.split('\n').filter((line) => line.startsWith('fails-1 exited'))).toEqual([
        'fails-1 exited with code 7 (restarting)',
        'fails-1 exited with code 7',
      ]);
      const { code, stderr } = await compose('up', '--wait', '--wait-timeout', '2', 'starts');
      expect([code, stderr]).toEqual([1, expect.stringContaining('\napplication not healthy after 2s\n')]);
      const aborted = await compose('up', '--abort-on-container-exit');
      expect(aborted.code).toBe(7);
      expect(aborted.stderr).toContain('\n Compose Stopping Aborting on container exit...\n');
      expect(aborted.stdout).toMatch(/^Attaching to fails-1, starts-1\nfails-1 +\| try\n/);
      expect(aborted.stdout).toContain('\nstarts-1 exited with code 137\n');
    } finally {
      await own[Symbol.asyncDispose]();
    }
  });

  it('reads what is piped in once, and means all of a project that is named without a file', async () => {
    const name = `${directory.project}b`;
    const old = { image: under.image, profiles: ['old'], entrypoint: ['sh', '-c', `echo here; ${stays}`] };
    const input = JSON.stringify({ services: { old: { ...old, stop_grace_period: '0s' } } });
    try {
      const up = await wherry(['-f', '-', '-p', name, 'up', '-d', 'old'], {
        cwd: directory.path,
        env,
        input,
      });
      expect(up.code, up.stderr).toBe(0);
      expect((await w('-p', name, 'logs')).stdout).toBe('old-1  | here\n');
      expect((await w('-f', 'compose.yaml', '-p', name, 'logs')).stdout).toBe('');
    } finally {
      expect((await w('-p', name, 'down')).code).toBe(0);
    }
    expect((await w('-p', name, 'ps', '-aq')).stdout).toBe('');
  });

  it('answers as docker-compose: version, no fallback to the engine, exit code 1', async () => {
    expect((await dockerCompose('version')).stdout).toMatch(/^Docker Compose version v5\.\d+\.\d+\n$/);
    expect((await dockerCompose('compose', 'version', '--short')).stdout).toMatch(/^5\.\d+\.\d+\n$/);
    expect((await dockerCompose('--version')).stdout).toContain('Docker Compose version');
    expect(JSON.parse((await dockerCompose('version', '-f', 'json')).stdout)).toEqual({
      version: expect.stringMatching(/^v5\./),
    });
    expect((await w('version', '--short')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await dockerCompose('--project-directory', '/', 'ps')).toMatchObject({ code: 1, stdout: '' });
    expect(await dockerCompose('up', '--nosuch')).toMatchObject({ code: 1 });
    expect(await w('up', '--nosuch')).toMatchObject({ code: 2 });
  });

  it('runs as the plugin of a docker, whose options count', async ({ skip }) => {
    if ((await run('docker', '--version')).code !== 0) skip('there is no docker here');
    const { code, stdout } = await run('docker', 'compose', 'config', '--services');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'web\n' });
    const elsewhere = await run('docker', '-H', 'unix:///nowhere.sock', 'compose', 'ps');
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('/nowhere.sock') });
  });

  it('touches nothing with --dry-run, and tells what it would do', async () => {
    const { project } = directory;
    const up = await w('up', '-d', '--wait', '--dry-run');
    expect(up).toMatchObject({ code: 0, stdout: '' });
    expect(up.stderr).toBe(
      [
        `DRY-RUN MODE - Network ${project}_default would be created`,
        `DRY-RUN MODE - Container ${project}-web-1 would be created`,
        `DRY-RUN MODE - Container ${project}-web-1 would be started`,
        '',
      ].join('\n'),
    );
    expect((await w('ps', '-a', '-q')).stdout).toBe('');

    expect(await w('up', '-d')).toMatchObject({ code: 0, stdout: '' });
    const before = await w('ps', '--json');
    const dry = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await w('--dry-run', ...args);
      expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' });
      return stderr.replaceAll(`${project}-`, '').trimEnd();
    };
    expect(await dry('stop')).toBe('DRY-RUN MODE - Container web-1 would be stopped');
    expect(await dry('rm', '-fs', 'web')).toContain('Container web-1 would be removed');
    expect(await dry('kill', 'web')).toContain('Container web-1 would get a signal');
    expect(await dry('exec', '-T', 'web', 'touch', '/made')).toBe(
      'DRY-RUN MODE - Container web-1 would run: touch /made',
    );
    expect(await dry('run', '--rm', 'task')).toMatch(/Container \S+ would be created\n.*would be started/);
    expect(await dry('pull')).toContain(`Image ${under.image} would be pulled`);
    expect(await dry('cp', 'compose.yaml', 'web:/made')).toContain('Container web-1 would be copied to');
    expect(await dry('down', '-v')).toMatch(
      /Container web-1 would be removed\n.*Network .* would be removed/,
    );
    expect((await w('exec', '-T', 'web', 'ls', '/made')).code).not.toBe(0);
    expect((await w('ps', '--json')).stdout.replaceAll(/Up [^"]*/g, '')).toBe(
      before.stdout.replaceAll(/Up [^"]*/g, ''),
    );
    expect((await w('--dry-run', 'stop', 'nosuch')).code).toBe(1);
  });

  it('shows progress as it is told: quiet, as JSON, on stdout', async () => {
    const quiet = await w('--progress', 'quiet', 'up', '-d', '--force-recreate');
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const json = await wherry(['up', '-d', '--force-recreate'], {
      cwd: directory.path,
      env: { ...env, COMPOSE_PROGRESS: 'json' },
    });
    const lines = json.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual({
      id: `Container ${directory.project}-web-1`,
      status: 'Done',
      text: expect.any(String),
    });
    const told = await wherry(['stop'], { cwd: directory.path, env: { ...env, COMPOSE_STATUS_STDOUT: '1' } });
    expect(told).toMatchObject({ code: 0, stdout: `✓ ${directory.project}-web-1: stopped\n`, stderr: '' });
    expect((await w('--ansi', 'always', 'ps', '-a')).stdout).toContain('\u001b[');
    const wrong = await w('--progress', 'json', 'stop', 'nosuch');
    expect(JSON.parse(wrong.stderr.split('\n')[0] ?? '')).toMatchObject({ error: true });
  });

  it('names containers with _ in compatibility mode, and makes what nobody uses with --all-resources', async () => {
    const { project } = directory;
    const compatible = await w('--compatibility', 'up', '--dry-run');
    expect(compatible.stderr).toContain(`Container ${project}_web_1 would be`);
    const all = await w('--all-resources', 'up', '-d');
    expect(all.code).toBe(0);
    expect((await w('volumes', '-q')).stdout).toBe(`${project}_spare\n`);
    const orphaned = (variable: string): Promise<Finished> =>
      wherry(['-f', '-', '-p', project, 'up', '--dry-run'], {
        cwd: directory.path,
        env: { ...env, [variable]: '1' },
        input: JSON.stringify({ services: { other: { image: under.image } } }),
      });
    expect((await orphaned('COMPOSE_REMOVE_ORPHANS')).stderr).toContain('web-1 would be removed');
    expect((await orphaned('COMPOSE_IGNORE_ORPHANS')).stderr).not.toContain('web-1');
    expect((await orphaned('NOTHING')).stderr).toContain(`${project}-web-1`);
    expect(
      (
        await wherry(['up', '--dry-run'], {
          cwd: directory.path,
          env: { ...env, COMPOSE_PARALLEL_LIMIT: 'x' },
        })
      ).code,
    ).toBe(2);
  });

  it('takes the force of docker’s `image prune`, which is no file there', async () => {
    const nothing = ['--filter', 'label=nobody-has-this'];
    expect(await w('image', 'prune', '-af', ...nothing)).toMatchObject({ code: 0, stdout: '' });
  });
});

/** `podman compose` runs its provider with the address of its own service in DOCKER_HOST. */
it.skipIf(podman === undefined)('serves Podman, whose service DOCKER_HOST names', async () => {
  if (podman === undefined) return;
  const { backend, image } = await engineUnderTest(podman);
  await using directory = await Directory.make(backend, {
    services: { web: { image, entrypoint: ['sh', '-c', stays], stop_grace_period: '0s' } },
  });
  const compose = join(directory.path, 'docker-compose');
  await symlink(launcher, compose);
  const run = promisify(execFile);
  const options = { cwd: directory.path, env: plainEnvironment({ DOCKER_HOST: podman.host }) };
  await run(compose, ['up', '-d', '--wait'], options);
  const { stdout } = await run(compose, ['ps', '--format', '{{.Name}} {{.Service}} {{.State}}'], options);
  expect(stdout).toBe(`${directory.project}-web-1 web running\n`);
  expect(JSON.parse((await run(launcher, ['version', '--json'], options)).stdout)).toMatchObject({
    engine: { type: 'podman' },
  });
  await backend[Symbol.asyncDispose]();
});
