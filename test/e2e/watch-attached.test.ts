import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labEngines } from '../lab/engines.ts';
import { Directory, type EngineUnderTest, firstEngine, launcher, plainEnvironment, wherry } from './cli.ts';
import { Terminal } from './terminal.ts';

const { engines } = await labEngines();

describe.skipIf(engines.length === 0)('up with watching and with a menu', { timeout: 120_000 }, () => {
  let under: EngineUnderTest;
  let directory: Directory;

  beforeAll(async () => {
    const engine = await firstEngine();
    if (engine === undefined) throw new Error('the lab has no engine');
    under = engine;
    const watch = [{ action: 'sync+restart', path: './file', target: '/file' }];
    directory = await Directory.make(under.backend, {
      services: {
        web: {
          image: under.image,
          init: true,
          command: ['sh', '-c', 'cat /file || echo nothing; exec sleep 3600'],
          stop_grace_period: '1s',
          develop: { watch },
        },
        plain: { image: under.image, profiles: ['plain'], command: ['sleep', '3600'], init: true },
      },
    });
  });
  afterAll(async () => {
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  const running = async (): Promise<string[]> => {
    const labels = [`com.docker.compose.project=${directory.project}`];
    return (await under.backend.list({ labels })).map(({ name }) => name);
  };

  it('up --watch goes on while the only container restarts, and stops everything at Ctrl-C', async () => {
    const child = spawn(process.execPath, [launcher, ...under.options, 'up', '--watch'], {
      cwd: directory.path,
      env: plainEnvironment(),
      stdio: 'pipe',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    try {
      await expect.poll(() => output, { timeout: 60_000 }).toMatch(/⦿ watch enabled: web/);
      await directory.write('file', 'synced into it\n');
      await expect.poll(() => output, { timeout: 60_000 }).toMatch(/web-1 +\| synced into it/);
      expect(output).toContain('⦿ web is restarted');
    } finally {
      child.kill('SIGINT');
      await once(child, 'close');
    }
    expect(child.exitCode).toBe(130);
    expect(output).not.toContain('\u001b');
    expect(await running()).toEqual([]);
  });

  it('the menu switches watching on and off, and detaches', async () => {
    await using terminal = await Terminal.open([...under.options, 'up'], { cwd: directory.path });
    await terminal.expect(/w watch .*d detach/);
    terminal.type('w');
    await terminal.expect(/watch enabled: web[\s\S]*w stop watching/);
    await directory.write('file', 'by the menu\n');
    await terminal.expect(/web-1 +\| .*by the menu/);
    terminal.type('w');
    await terminal.expect(/watch disabled/);
    terminal.type('d');
    expect(await terminal.end()).toBe(0);
    expect(terminal.output).toContain('goes on');
    expect(await running()).toEqual([`${directory.project}-web-1`]);
  });

  it('the menu says so when there is nothing to watch, and COMPOSE_MENU takes it away', async () => {
    const args = [...under.options, '--profile', 'plain', 'up', 'plain'];
    await using terminal = await Terminal.open(args, { cwd: directory.path });
    await terminal.expect(/w watch/);
    terminal.type('w');
    await terminal.expect(/none of the selected services is configured for watch/);
    terminal.type('\u0003');
    expect(await terminal.end()).toBe(130);
    await using bare = await Terminal.open(args, { cwd: directory.path, env: { COMPOSE_MENU: 'false' } });
    await bare.expect(/plain-1/);
    bare.type('\u0003');
    expect(await bare.end()).toBe(130);
    expect(bare.output).not.toContain('w watch');
  });

  it('refuses what does not go with watching before anything is done', async () => {
    const w = (...args: string[]) => wherry([...under.options, ...args], { cwd: directory.path });
    for (const option of ['--detach', '--wait', '--no-build', '--abort-on-container-exit'])
      expect((await w('up', '--watch', option)).stderr).toContain(option);
    const { code, stderr } = await w('--profile', 'plain', 'up', '--watch', 'plain');
    expect([code, stderr]).toEqual([1, expect.stringContaining('configured for watch')]);
  });
});
