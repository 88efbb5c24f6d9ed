import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { launcher, plainEnvironment } from './cli.ts';

const root = join(launcher, '../..');
const bare = mkdtempSync(join(tmpdir(), 'wherry-launcher-'));
afterAll(() => rmSync(bare, { recursive: true }));

/** A package directory with the launcher and what else is asked for; a shim makes this Node claim to be an older one. */
function packageWith(name: string, ...parts: ('dist' | 'node')[]): string {
  const directory = join(bare, name);
  mkdirSync(join(directory, 'bin'), { recursive: true });
  cpSync(launcher, join(directory, 'bin/wherry.cjs'));
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
  if (parts.includes('dist')) symlinkSync(join(root, 'dist'), join(directory, 'dist'));
  if (parts.includes('node')) {
    mkdirSync(join(directory, 'node_modules/node/bin'), { recursive: true });
    symlinkSync(process.execPath, join(directory, 'node_modules/node/bin/node'));
  }
  return join(directory, 'bin/wherry.cjs');
}

/** Arguments that run a script on this Node as if it was Node 18. */
function asOldNode(script: string): string[] {
  const shim = join(bare, 'old.cjs');
  writeFileSync(
    shim,
    `if (!process.env.SHIM_DONE) {
  process.env.SHIM_DONE = '1';
  Object.defineProperty(process, 'versions', { value: Object.assign({}, process.versions, { node: '18.20.0' }) });
  Object.defineProperty(process, 'version', { value: 'v18.20.0' });
}`,
  );
  return ['-r', shim, script];
}

describe('the launcher', () => {
  it('tells an old Node what it needs, in one sentence', () => {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [...asOldNode(packageWith('old', 'dist')), 'ps'],
      {
        env: plainEnvironment(),
        encoding: 'utf8',
      },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatchInlineSnapshot(`
      "error: wherry needs Node 22.19 or newer, and this is v18.20.0
        fix: install a newer Node (https://nodejs.org, \`nvm install 24\`, or your package manager), then run it again
      "
    `);
  });

  it('goes over to the Node of its own clone, with streams, exit code and signals', async () => {
    const script = packageWith('clone', 'dist', 'node');
    const usage = spawnSync(process.execPath, [...asOldNode(script), 'nosuch'], {
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    expect(usage.status).toBe(2);
    expect(usage.stderr).toContain('there is no command "nosuch"');

    await using silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const words = [...asOldNode(script), '-H', `tcp://127.0.0.1:${port}`, 'ps'];
    const child = spawn(process.execPath, words, { env: plainEnvironment(), stdio: 'ignore' });
    const [connection] = await once(silent, 'connection');
    child.kill('SIGTERM');
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(143);
    connection.destroy();
  });

  it('says how to build when it is not built', () => {
    const script = packageWith('unbuilt');
    const { status, stderr } = spawnSync(process.execPath, [script, 'ps'], {
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('wherry is not built');
    expect(stderr).toContain('npm run build');
  });

  it.runIf(existsSync('/usr/bin/node'))("runs on the system's own Node, whatever it is", () => {
    const { status, stdout } = spawnSync('/usr/bin/node', [launcher, 'help', 'ps'], {
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout).toContain('Usage: wherry ps');
  });
});
