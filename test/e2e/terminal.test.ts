import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/core/index.ts';
import { labEngines } from '../lab/engines.ts';
import { Directory, type EngineUnderTest, firstEngine } from './cli.ts';
import { Terminal } from './terminal.ts';

const { engines } = await labEngines();

describe.skipIf(engines.length === 0)('on a terminal', { timeout: 120_000 }, () => {
  let under: EngineUnderTest;
  let directory: Directory;

  beforeAll(async () => {
    const engine = await firstEngine();
    if (engine === undefined) throw new Error('the lab has no engine');
    under = engine;
    directory = await Directory.make(under.backend, {
      services: {
        web: { image: under.image, init: true, command: ['sh', '-c', 'echo web is up; exec sleep 3600'] },
        stubborn: {
          image: under.image,
          command: ['sh', '-c', 'trap "echo no" TERM; echo stubborn is up; while :; do sleep 1; done'],
          stop_grace_period: '10m',
          profiles: ['stubborn'],
        },
      },
    });
  });
  afterAll(async () => {
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  const open = (args: readonly string[], size: { columns?: number; rows?: number } = {}): Promise<Terminal> =>
    Terminal.open([...under.options, ...args], { cwd: directory.path, ...size });

  it('gives run -it a terminal of our size, follows its changes, and passes the exit code on', async () => {
    await using terminal = await open(['--engine', 'run', '--rm', '-it', under.image, 'sh'], {
      columns: 91,
      rows: 17,
    });
    await terminal.expect(/# /);
    terminal.type('stty size\r');
    await terminal.expect(/17 91\r+\n/);
    terminal.resize(63, 29);
    terminal.type('sleep 0.3; stty size\r');
    await terminal.expect(/29 63\r+\n/);
    terminal.type('exit 42\r');
    expect(await terminal.end()).toBe(42);
  });

  it('leaves run --rm -it by Ctrl-P Ctrl-Q while it goes on, and its engine removes it later', async () => {
    const name = newId('e2e');
    await using terminal = await open(['--engine', 'run', '--rm', '-it', '--name', name, under.image, 'sh']);
    await terminal.expect(/# /);
    terminal.type('\u0010\u0011');
    expect(await terminal.end()).toBe(0);
    expect((await under.backend.inspect(name)).status).toBe('running');
    await under.backend.kill(name);
    await expect
      .poll(() => under.backend.list({ all: true, names: [name] }), { timeout: 30_000 })
      .toEqual([]);
  });

  it('passes Ctrl-C to the process of exec -it as a key, and restores the terminal', async () => {
    await using up = await open(['up', '-d', 'web']);
    expect(await up.end()).toBe(0);
    await using terminal = await open([
      'exec',
      'web',
      'sh',
      '-c',
      'trap "echo caught" INT; echo ready; stty -a; read x; exit 5',
    ]);
    await terminal.expect(/ready/);
    expect(terminal.settings()).toMatch(/-icanon/);
    terminal.type('\u0003');
    await terminal.expect(/caught/);
    terminal.type('\r');
    expect(await terminal.end()).toBe(5);
  });

  it('ends when its terminal is closed in the middle of exec', async () => {
    await using up = await open(['up', '-d', 'web']);
    await up.end();
    const terminal = await open(['exec', 'web', 'sh', '-c', 'echo here; exec sleep 3600']);
    await terminal.expect(/here/);
    const { pid } = terminal;
    terminal.hangUp();
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it('shows logs until Ctrl-C, which stops the services', async () => {
    await using terminal = await open(['up', '--force-recreate', 'web']);
    await terminal.expect(/web-1 +\| .*web is up/);
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
    expect(terminal.output).toContain('stopping');
    const rows = await under.backend.list({ labels: [`com.docker.compose.project=${directory.project}`] });
    expect(rows).toEqual([]);
  });

  it('kills the services at the second Ctrl-C', async () => {
    await using terminal = await open(['up', 'stubborn']);
    await terminal.expect(/stubborn is up/);
    terminal.type('\u0003');
    await terminal.expect(/stubborn-1 +\| .*no/);
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
    expect(terminal.output).toContain('killing');
  });

  it('asks before a volume loses its data', async () => {
    await using asked = await Directory.make(under.backend);
    const write = (version: string): Promise<void> =>
      asked.write(
        'compose.yaml',
        JSON.stringify({
          name: asked.project,
          services: { web: { image: under.image, command: ['true'], volumes: ['data:/data'] } },
          volumes: { data: { labels: { version } } },
        }),
      );
    const version = async (): Promise<string | undefined> =>
      (await under.backend.volumes?.inspect(`${asked.project}_data`))?.labels.version;
    const up = (): Promise<Terminal> => Terminal.open([...under.options, 'up', '-d'], { cwd: asked.path });
    await write('1');
    await using first = await up();
    expect(await first.end()).toBe(0);
    await write('2');
    for (const [answer, code, after] of [
      ['\u0003', 130, '1'],
      ['\r', 0, '1'],
      ['y\r', 0, '2'],
    ] as const) {
      await using terminal = await up();
      await terminal.expect(/ITS DATA IS LOST \[y\/N\]/);
      terminal.type(answer);
      expect(await terminal.end()).toBe(code);
      expect(await version()).toBe(after);
    }
  });

  it('redraws progress in place and shows the cursor again', async () => {
    await using terminal = await open(['up', '-d', '--force-recreate', 'web'], { columns: 40 });
    expect(await terminal.end()).toBe(0);
    expect(terminal.output).toContain('\u001b[?25l');
    expect(terminal.output.lastIndexOf('\u001b[?25h')).toBeGreaterThan(
      terminal.output.lastIndexOf('\u001b[?25l'),
    );
    expect(terminal.output).toMatch(/web-1/);
  });

  it('draws the end of what it removes before it sums up', async () => {
    await using terminal = await open(['down', '--timeout', '0']);
    expect(await terminal.end()).toBe(0);
    const last = terminal.output.slice(terminal.output.lastIndexOf('\u001b[0J'));
    const [board = '', summary = ''] = last.split('\u001b[?25h');
    expect(board).toMatch(/web-1 .*removed/);
    expect(board).not.toContain('removing');
    expect(summary).toContain('removed in');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
