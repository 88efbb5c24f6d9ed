import { execFile, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const { engines } = await labEngines();
const stays = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

describe.each(engines)('projects on $id', { timeout: 180_000 }, (engine) => {
  let under: EngineUnderTest;
  let directory: Directory;

  beforeAll(async () => {
    under = await engineUnderTest(engine);
    const service = { image: under.image, stop_grace_period: '2s' };
    directory = await Directory.make(under.backend, {
      services: {
        cache: {
          ...service,
          command: ['sh', '-c', `echo cache is up; touch /tmp/ok; ${stays}`],
          healthcheck: { test: ['CMD', 'test', '-f', '/tmp/ok'], interval: '200ms', retries: 50 },
        },
        web: {
          ...service,
          command: ['sh', '-c', `echo web is up; ${stays}`],
          depends_on: { cache: { condition: 'service_healthy' } },
          ports: ['127.0.0.1::8080'],
        },
        task: { ...service, command: ['sh', '-c', 'echo task is done'], profiles: ['task'] },
        broken: { ...service, command: ['sh', '-c', 'echo its last words; exit 3'], profiles: ['broken'] },
        gated: {
          ...service,
          command: ['true'],
          profiles: ['broken'],
          depends_on: { broken: { condition: 'service_completed_successfully' } },
        },
      },
    });
  });
  afterAll(async () => {
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  const w = (args: readonly string[], options: WherryOptions = {}): Promise<Finished> =>
    wherry([...under.options, ...args], { cwd: directory.path, ...options });
  /** Output without what differs from run to run. */
  const normal = (text: string): string =>
    text
      .replaceAll(directory.project, 'PROJECT')
      .replaceAll(under.options.join(' '), 'OPTIONS')
      .replaceAll(/\b(\d+m)?\d+(\.\d+)?m?s\b/g, 'TIME')
      .replaceAll(/\b(localhost|127\.0\.0\.1):\d+/g, 'HOST:PORT')
      .replaceAll(/ {2,}/g, '  ');

  it('plans, comes up, and has nothing to do the second time', async () => {
    expect(normal((await w(['plan'])).stdout)).toMatchInlineSnapshot(`
      "Wave 1
        + create  network PROJECT_default
      Wave 2
        + create  cache-1  (it is not there)
      Wave 3
        + create  web-1  (it is not there)  after container PROJECT-cache-1 healthy
      "
    `);
    const first = await w(['up', '-d', '--wait']);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(normal(first.stderr).slice(normal(first.stderr).indexOf('SERVICE'))).toMatchInlineSnapshot(`
      "SERVICE  STATUS  TIME  URL
      cache  ✓ healthy  TIME
      web  ✓ started  TIME  http://HOST:PORT

      PROJECT is up (TIME). Stop it with: wherry OPTIONS down
      "
    `);
    expect(normal((await w(['plan'])).stdout)).toBe('PROJECT is as it should be: nothing to do\n');
    const again = JSON.parse((await w(['up', '--json'])).stdout);
    expect(again.rows.map((row: { change: string }) => row.change)).toEqual(['kept', 'kept']);
  });

  it('lists the services and prefers their names over containers', async () => {
    await w(['up', '-d']);
    const rows = JSON.parse((await w(['ps', '--json'])).stdout);
    expect(
      rows.map(({ service, status, health }: Record<string, string>) => ({ service, status, health })),
    ).toEqual([
      { service: 'cache', status: 'running', health: 'healthy' },
      { service: 'web', status: 'running', health: 'none' },
    ]);
    expect((await w(['ps', '--services'])).stdout).toBe('cache\nweb\n');
    expect((await w(['exec', 'web', 'sh', '-c', 'echo inside; exit 4'])).code).toBe(4);
    expect((await w(['exec', 'web', 'cat'], { input: 'piped' })).stdout).toBe('piped');
    expect((await w(['exec', `${directory.project}-cache-1`, 'hostname'])).code).toBe(0);
    expect((await w(['port', 'web', '8080'])).stdout).toMatch(/^127\.0\.0\.1:\d+\n$/);
    expect(JSON.parse((await w(['inspect', 'cache'])).stdout)).toMatchObject([
      { name: `${directory.project}-cache-1` },
    ]);
    expect((await w(['ls', '-q'])).stdout.split('\n')).toContain(directory.project);
    expect(
      (
        await w(['ps', '-q', '--engine', '--filter', `label=com.docker.compose.project=${directory.project}`])
      ).stdout
        .trim()
        .split('\n'),
    ).toHaveLength(2);
  });

  it('says what a mistyped service may have been', async () => {
    for (const command of [['ps'], ['logs'], ['stop'], ['exec', '-T'], ['stats', '--no-stream']]) {
      const { code, stderr } = await w([...command, 'webb', ...(command[0] === 'exec' ? ['true'] : [])]);
      expect(normal(stderr)).toContain('error: the project PROJECT has no service webb, and the engine no');
      expect(stderr).toContain('fix: did you mean web?');
      expect(code).toBe(1);
    }
  });

  it('filters what it lists, and refuses a filter that it does not have', async () => {
    await w(['up', '-d', '--wait']);
    const services = async (...filters: string[]): Promise<string> =>
      (await w(['ps', '--services', ...filters.flatMap((filter) => ['--filter', filter])])).stdout;
    expect(await services('label=com.docker.compose.service=web')).toBe('web\n');
    expect(await services('label=no-such-label')).toBe('');
    expect(await services('health=healthy', 'status=running')).toBe('cache\n');
    expect((await w(['ps'])).stdout).toMatch(/ cache .* Up .*\(healthy\)/);
    expect((await w(['image', 'prune', '--filter', 'before=x'])).code).toBe(2);
  });

  it('does not take the health of the container of before for that of the new one', async () => {
    await w(['up', '-d', '--wait']);
    const { stdout, stderr } = await w(['up', '-d', '--force-recreate', '--no-deps', 'cache']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/cache +✓ (started|healthy) \(recreated\)/);
    expect(stderr).toMatch(/✓ cache-1: recreated/);
  });

  it('loses nothing of its output to a slow reader, and says so when a disk takes no more', async () => {
    await w(['up', '-d']);
    const shell = (pipeline: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
      new Promise((resolve) => {
        const command = [process.execPath, launcher, ...under.options].map((word) => `'${word}'`).join(' ');
        const options = { cwd: directory.path, env: plainEnvironment() };
        execFile('sh', ['-c', `${command} ${pipeline}`], options, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout: stdout.trim(), stderr }),
        );
      });
    const slow = await shell('exec -T web head -c 3000000 /dev/zero | (sleep 1; wc -c)');
    expect(slow.stdout).toBe('3000000');
    const full = await shell('ps >/dev/full');
    expect(full.stderr).toContain('error: the output could not be written');
    expect(full.code).toBe(1);
  });

  it('merges the logs of services', async () => {
    await w(['up', '-d', '--force-recreate']);
    expect((await w(['logs'])).stdout).toBe('cache-1  | cache is up\nweb-1    | web is up\n');
    expect((await w(['logs', 'web', '--no-log-prefix'])).stdout).toBe('web is up\n');
    const records = (await w(['logs', '--json'])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toMatchObject([
      { service: 'cache', line: 'cache is up' },
      { service: 'web', line: 'web is up' },
    ]);
  });

  it('stops, starts, restarts and scales services', async () => {
    await w(['up', '-d']);
    expect((await w(['stop', 'web'])).code).toBe(0);
    expect((await w(['ps', '-a', '--status', 'exited', '--services'])).stdout).toBe('web\n');
    expect((await w(['start', 'web'])).code).toBe(0);
    expect((await w(['restart', 'web'])).code).toBe(0);
    expect((await w(['up', '-d', '--scale', 'cache=2'])).code).toBe(0);
    expect(JSON.parse((await w(['ps', 'cache', '--json'])).stdout)).toHaveLength(2);
    expect((await w(['up', '-d'])).code).toBe(0);
    expect(JSON.parse((await w(['ps', 'cache', '--json'])).stdout)).toHaveLength(1);
    for (const options of [[], ['--force']]) {
      const { code, stdout, stderr } = await w(['rm', ...options, 'web']);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(stderr).toContain('-web-1 runs and is left alone');
    }
    expect((await w(['kill', 'web'])).code).toBe(0);
    const question = `Remove ${directory.project}-web-1? [y/N] `;
    expect(await w(['rm', 'web'])).toMatchObject({ code: 0, stdout: '', stderr: question });
    expect((await w(['ps', '-a', '--status', 'exited', '--services'])).stdout).toBe('web\n');
    expect(await w(['rm', 'web'], { input: 'y\n' })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `${question}✓ ${directory.project}-web-1: removed\n`,
    });
    const deaf = await w(['exec', '-T', '--interactive=false', 'cache', 'cat'], { input: 'lost' });
    expect(deaf).toMatchObject({ code: 0, stdout: '' });
    const hears = await w(['exec', '-T', '--interactive=true', 'cache', 'cat'], { input: 'heard' });
    expect(hears).toMatchObject({ code: 0, stdout: 'heard' });
    expect((await w(['ps', '-a', '--services'])).stdout).toBe('cache\n');
  });

  it('runs one-off containers of a service with their own command', async () => {
    const { code, stdout } = await w(['run', '--rm', 'task', 'sh', '-c', 'echo other; exit 6']);
    expect({ code, stdout }).toEqual({ code: 6, stdout: 'other\n' });
    expect((await w(['run', '--rm', '--no-deps', '-e', 'A=b', 'web', 'env'])).stdout).toContain('A=b\n');
    expect((await w(['run', '--rm', 'nosuch'])).code).toBe(2);
    const oneOff = await under.backend.list({
      all: true,
      labels: [`com.docker.compose.project=${directory.project}`, 'com.docker.compose.oneoff=True'],
    });
    expect(oneOff).toEqual([]);
  });

  it('says why a service failed, with its last words, and what did not start for it', async () => {
    const { code, stderr } = await w(['--profile', 'broken', 'up', '-d', 'gated']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken +✗ failed/);
    expect(stderr).toMatch(/gated +– skipped/);
    expect(stderr).toContain('  | its last words');
    await w(['--profile', 'broken', 'rm', '-f', 'broken', 'gated']);
  });

  it('passes the exit code of a service on with --exit-code-from', async () => {
    const { code, stdout } = await w([
      '--profile',
      'broken',
      'up',
      '--no-deps',
      '--exit-code-from',
      'broken',
      'broken',
    ]);
    expect(code).toBe(3);
    expect(stdout).toContain('its last words');
  });

  it('leaves a state that down handles when it is interrupted', async () => {
    await w(['down', '--timeout', '0']);
    const child = spawn(process.execPath, [launcher, ...under.options, 'up', '-d', '--wait'], {
      cwd: directory.path,
      env: plainEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (data: Buffer) => {
      if (data.toString().includes('cache-1')) child.kill('SIGINT');
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130);
    expect((await w(['down'])).code).toBe(0);
    expect((await w(['ps', '-a', '--json'])).stdout).toBe('[]\n');
  });

  it('goes down by its labels alone, from anywhere', async () => {
    await w(['up', '-d']);
    const { code, stderr } = await wherry([...under.options, '-p', directory.project, 'down', '-t', '1']);
    expect({ code, end: stderr.trim().split('\n').at(-1)?.replace(/in .*/, '') }).toEqual({
      code: 0,
      end: `${directory.project}: 3 things removed `,
    });
    expect((await w(['down'])).stderr).toContain('nothing was there to remove');
  });
});
