import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createEngine } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { launcher, plainEnvironment, wherry } from './cli.ts';

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

  it('keeps the env file of a project from Node', () => {
    const project = join(bare, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'app.env'), 'NODE_OPTIONS=--require ./of-the-container.js\n');
    writeFileSync(join(project, 'compose.yaml'), `services: {app: {image: "x:\${NODE_OPTIONS:+1}"}}`);
    const images = (file: string): ReturnType<typeof spawnSync> =>
      spawnSync(launcher, ['--env-file', file, 'config', '--images'], {
        cwd: project,
        env: plainEnvironment({ PATH: `${dirname(process.execPath)}:${process.env.PATH}` }),
        encoding: 'utf8',
      });
    expect(images('app.env')).toMatchObject({ status: 0, stdout: 'x:1\n' });
    expect(images('missing.env')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('does not exist'),
    });
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

  describe('the compiled code that it keeps', () => {
    const home = join(bare, 'home');
    const folder = join(home, '.cache/wherry/compiled');
    mkdirSync(home, { mode: 0o700 });

    function run(env: Readonly<Record<string, string | undefined>>, ...args: string[]): string[] {
      const { status, stderr } = spawnSync(process.execPath, [launcher, ...args], {
        env: plainEnvironment({
          HOME: home,
          XDG_CACHE_HOME: undefined,
          NODE_DISABLE_COMPILE_CACHE: undefined,
          ...env,
        }),
        encoding: 'utf8',
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
    }
    /** One file of several: the command has parts, and each its own. */
    const only = (): string => join(folder, readdirSync(folder).sort()[0] ?? '');
    const inode = (): number => statSync(only()).ino;

    it('is used by the next run, and renewed when it is not what this Node made', () => {
      expect(run({}, 'completion', 'bash')).not.toEqual([]);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(statSync(only()).mode & 0o777).toBe(0o600);
      const first = inode();
      run({}, 'completion', 'bash');
      expect(inode()).toBe(first);
      writeFileSync(only(), 'not what V8 wrote');
      run({}, 'completion', 'bash');
      expect(statSync(only()).size).toBeGreaterThan(10_000);
    });

    it('is each command’s own, whatever options stand before it', () => {
      const named = (files: readonly string[], verb: string): string[] =>
        files.filter((file) => file.startsWith(`${verb}-`));
      run({}, '-p', 'plain', '--progress', 'plain', 'version');
      expect(named(run({}, '--project-name', 'plain', 'completion', 'zsh'), 'plain')).toEqual([]);
      expect(named(readdirSync(folder), 'version')).not.toEqual([]);
      expect(named(readdirSync(folder), 'completion')).not.toEqual([]);
    });

    it('gets what other runs of the command compile, and is not taken when it is damaged', () => {
      const config = (text: string): string[] => {
        writeFileSync(join(bare, 'kept.yaml'), text);
        return run({}, '-f', join(bare, 'kept.yaml'), 'config', '-q').filter((file) => /^config-/.test(file));
      };
      const size = (files: readonly string[]): number =>
        files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
      const first = size(config('services: {a: {image: x}}'));
      const more = 'services: {a: {image: x, ports: ["80:80"], volumes: ["data:/v"]}}\nvolumes: {data: }';
      expect(size(config(more))).toBeGreaterThan(first + 4096);
      const files = config(more).map((file) => join(folder, file));
      for (const file of files) {
        // V8 takes data of the right length for good, and dies of what is in it.
        const damaged = readFileSync(file);
        damaged.fill(0x41, damaged.length >> 2, (damaged.length >> 2) + 4096);
        writeFileSync(file, damaged);
      }
      config(more);
      for (const file of files) expect(readFileSync(file).indexOf('A'.repeat(64))).toBe(-1);
      const [one = ''] = files;
      rmSync(one);
      mkdirSync(one);
      config(more);
      rmSync(one, { recursive: true });
    });

    it('is of two parts after `ps` of a project, which opens no others, and not what costs milliseconds', async () => {
      const engine = createEngine((_request, response) =>
        response.setHeader('Api-Version', '1.41').end('[]'),
      ).listen(join(bare, 'engine.sock'));
      await once(engine, 'listening');
      const told = join(bare, 'told.cjs');
      writeFileSync(
        told,
        "process.on('exit', () => console.error(process.moduleLoadList.filter((name) => /fs.promises|crypto$/.test(name))));",
      );
      const own = join(bare, 'own');
      mkdirSync(own, { mode: 0o700 });
      const file = join(own, 'compose.json');
      writeFileSync(file, '{"services":{"web":{"image":"a","command":["b"]}}}');
      try {
        const { code, stderr } = await wherry(['-f', file, '-p', 'lean', 'ps'], {
          env: {
            HOME: own,
            XDG_CACHE_HOME: undefined,
            // Without a `serve` of others.
            XDG_RUNTIME_DIR: own,
            NODE_DISABLE_COMPILE_CACHE: undefined,
            NODE_OPTIONS: `--require ${told}`,
            DOCKER_HOST: `unix://${join(bare, 'engine.sock')}`,
          },
        });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '[]\n' });
        expect(readdirSync(join(own, '.cache/wherry/compiled'))).toHaveLength(2);
      } finally {
        engine.close();
      }
    });

    it('is not taken from a file that others can write', () => {
      run({}, 'completion', 'bash');
      const first = inode();
      chmodSync(only(), 0o666);
      run({}, 'completion', 'bash');
      expect(inode()).not.toBe(first);
      expect(statSync(only()).mode & 0o777).toBe(0o600);
    });

    it('is kept nowhere without a home of the user’s own, and when it is not wanted', () => {
      rmSync(folder, { recursive: true });
      const shared = join(bare, 'shared');
      mkdirSync(shared);
      chmodSync(shared, 0o777);
      run({ HOME: shared }, 'completion', 'bash');
      expect(readdirSync(shared)).toEqual([]);
      expect(run({ HOME: undefined }, 'completion', 'bash')).toEqual([]);
      expect(run({ HOME: join(bare, 'missing') }, 'completion', 'bash')).toEqual([]);
      expect(run({ NODE_DISABLE_COMPILE_CACHE: '1' }, 'completion', 'bash')).toEqual([]);
      // Where root owns it no folder can be made in it, and Node's own way to make several would never end.
      expect(run({ HOME: '/proc' }, 'completion', 'bash')).toEqual([]);
      writeFileSync(folder, 'a file where the folder should be');
      run({}, 'completion', 'bash');
    });
  });

  it.runIf(existsSync('/dev/full'))('says when its version cannot be written', () => {
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${launcher}" --version >/dev/full`],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error: the output could not be written\n  why: ENOSPC: no space left on device, write\n',
    });
  });

  it('says when the directory that it is in was removed', () => {
    const command = `mkdir gone && cd gone && rmdir ../gone && exec "${process.execPath}" "${launcher}" ps`;
    const { status, stderr } = spawnSync('sh', ['-c', command], {
      cwd: bare,
      env: plainEnvironment(),
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('error: the current directory does not exist any more');
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
