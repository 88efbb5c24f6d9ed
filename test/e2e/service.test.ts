import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Directory, firstEngine, wherry } from './cli.ts';

const under = await firstEngine();
if (under === undefined) console.warn('\nSKIPPED: wherry service: the lab has no engine\n');

const plain = { services: { a: { image: 'a' } } };

describe.skipIf(under === undefined)('wherry service', { timeout: 120_000 }, () => {
  if (under === undefined) return;
  afterAll(() => under.backend[Symbol.asyncDispose]());

  it('has systemd run what brings the project up and stops it, wherever it lies', async () => {
    await using directory = await Directory.make(under.backend);
    const folder = join(directory.path, 'shop 50% "off" $HOME');
    await mkdir(folder);
    const service = { image: under.image, stop_grace_period: '0s', command: ['sleep', '1000'] };
    const services = { first: service, second: { ...service, depends_on: ['first'] } };
    await writeFile(join(folder, 'compose.yaml'), JSON.stringify({ name: directory.project, services }));
    const env = { COMPOSE_PROFILES: 'a b,c' };
    const args = [...under.options, '-f', 'compose.yaml', 'service', 'install', '--print'];
    const { stdout, code } = await wherry(args, { cwd: folder, env });
    expect(code).toBe(0);
    const unit = new Map(stdout.split('\n').map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    expect(unit.get('Environment')).toBe('"COMPOSE_PROFILES=a b,c"');
    // As systemd: in the directory, with an environment of its own, no shell.
    const cwd = unit.get('WorkingDirectory')?.replaceAll('%%', '%');
    const run = async (line: string | undefined): Promise<unknown> => {
      const [program = '', ...rest] = words(line?.replace(/^:/, '') ?? '');
      const child = spawn(program, rest, { cwd, env: { PATH: process.env.PATH, HOME: homedir() } });
      return (await once(child, 'close'))[0];
    };
    const statuses = async (): Promise<string[]> => {
      const labels = [`com.docker.compose.project=${directory.project}`];
      return (await under.backend.list({ all: true, labels })).map(({ status }) => status);
    };
    expect(await run(unit.get('ExecStart'))).toBe(0);
    expect(await statuses()).toEqual(['running', 'running']);
    expect(await run(unit.get('ExecStart'))).toBe(0);
    expect(await run(unit.get('ExecStop'))).toBe(0);
    expect(await statuses()).toEqual(['exited', 'exited']);
  });

  it('says of all projects below a folder, copies and what cannot be', async () => {
    await using directory = await Directory.make(under.backend, plain);
    const w = (...args: string[]) =>
      wherry(['service', ...args], { cwd: directory.path, env: { XDG_STATE_HOME: directory.path } });
    const all = await w('install', '--all', '--print', '--user');
    expect(all.stdout).toContain(`"up" "--all" "${directory.path}" "-d"`);
    expect(all.stdout).toContain('WantedBy=default.target');
    const copy = await w('install', '--print', '--isolated=x', '--system', '--down');
    expect(copy.stdout).toContain(`"-p" "${directory.project}" "--isolated=x" "down"`);
    expect(copy.stdout).toContain('WantedBy=multi-user.target');
    expect((await w('install', '--user', '--system')).code).toBe(2);
    expect((await w('install', '/tmp')).code).toBe(2);
    const status = await w('status', '--json');
    expect(status.code).toBe(1);
    expect(JSON.parse(status.stdout)).toMatchObject({
      name: `wherry-${directory.project}.service`,
      file: 'absent',
    });
  });

  it.skipIf(existsSync('/run/systemd/system'))('without systemd says so, and writes nothing', async () => {
    await using directory = await Directory.make(under.backend, plain);
    const w = (...args: string[]) => wherry(['service', ...args], { cwd: directory.path });
    for (const verb of ['install', 'uninstall']) {
      const { code, stderr } = await w(verb);
      expect(code).toBe(1);
      expect(stderr).toContain('no systemd runs on this machine');
      expect(stderr).toContain('wherry service install --print');
    }
    expect((await w('status')).stdout).toContain('not installed, unknown (no systemd runs here)');
  });
});

/** The words of a line as systemd.syntax(7) reads them. */
function words(line: string): string[] {
  const found = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replace(/\\(.)/g, (_, escaped: string) => ({ n: '\n', r: '\r', t: '\t' })[escaped] ?? escaped),
  );
  return found.map((word) => word.replaceAll('%%', '%'));
}
