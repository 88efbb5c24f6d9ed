import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServiceUnit, type Systemctl } from './service-unit.ts';
import { unitText } from './unit-text.ts';

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd)
  console.warn('\nSKIPPED: units checked by systemd itself: install systemd (systemd-analyze, systemctl)\n');

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-systemd-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const input = {
  description: 'wherry: shop',
  directory: '/srv/shop',
  start: ['/usr/bin/node', '/opt/wherry.cjs', '-p', 'shop', 'up', '-d'],
  stop: ['/usr/bin/node', '/opt/wherry.cjs', '-p', 'shop', 'stop'],
  runs: 'once',
  environment: { DOCKER_HOST: 'unix:///run/docker.sock' },
  scope: 'system',
} as const;

test('a unit of the machine', () => {
  expect(unitText(input)).toMatchInlineSnapshot(`
    "[Unit]
    Description=wherry: shop
    Wants=network-online.target
    After=network-online.target docker.service docker.socket podman.service podman.socket
    RequiresMountsFor="/srv/shop"

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    WorkingDirectory=/srv/shop
    Environment="DOCKER_HOST=unix:///run/docker.sock"
    ExecStart=:"/usr/bin/node" "/opt/wherry.cjs" "-p" "shop" "up" "-d"
    ExecStop=:"/usr/bin/node" "/opt/wherry.cjs" "-p" "shop" "stop"
    Restart=on-failure
    RestartSec=10s
    TimeoutStartSec=infinity
    TimeoutStopSec=5min

    [Install]
    WantedBy=multi-user.target
    "
  `);
});

test('a unit that goes on: what it kept up is stopped after it, but not when it crashed', () => {
  const text = unitText({ ...input, start: ['/usr/bin/node', '/opt/wherry.cjs', 'serve'], runs: 'always' });
  const lines = text.split('\n').filter((line) => /^(Type|Exec|Kill|Remain|Success)/.test(line));
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "Type=exec
    KillMode=mixed
    ExecStart=:"/usr/bin/node" "/opt/wherry.cjs" "serve"
    ExecStopPost=:"/bin/sh" "-c" "[ \\"$SERVICE_RESULT\\" != success ] || exec \\"$@\\"" "sh" "/usr/bin/node" "/opt/wherry.cjs" "-p" "shop" "stop"
    SuccessExitStatus=130 143"
  `);
});

test('a directory that no line can hold is refused', () => {
  expect(() => unitText({ ...input, directory: '/a\nb' })).toThrow('line end');
});

/** The words of a line as systemd.syntax(7) reads them, after specifiers are filled in. */
function words(line: string): string[] {
  const found = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replace(/\\(.)/g, (_, escaped: string) => ({ n: '\n', r: '\r', t: '\t' })[escaped] ?? escaped),
  );
  return found.map((word) => word.replaceAll('%%', '%'));
}

test('whatever is in a word comes out of the line again', () => {
  const word = fc.string({ unit: fc.constantFrom('a', ' ', '%', '$', '"', "'", '\\', '\n', '\t', ';', 'ü') });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (args) => {
      const line = unitText({ ...input, start: ['/bin/x', ...args] })
        .split('\n')
        .find((one) => one.startsWith('ExecStart='));
      expect(words(line?.replace('ExecStart=:', '') ?? '')).toEqual(['/bin/x', ...args]);
    }),
  );
});

describe.skipIf(!hasSystemd)('systemd itself', () => {
  const odd = 'with space %h $HOME "q" \\b';

  test('finds nothing wrong with a unit in odd places', async () => {
    const directory = join(root, odd);
    await mkdir(directory, { recursive: true });
    const program = join(directory, 'program');
    await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
    const path = join(root, 'wherry-odd.service');
    const command = [program, '-f', odd, '%n', '$PATH'];
    const text = unitText({ ...input, directory, start: command, stop: command, environment: { A: odd } });
    await writeFile(path, text);
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    // Others' units that are named in ours may be faulty.
    const said = checked.stderr.split('\n').filter((line) => line.includes('wherry-odd'));
    expect(said).toEqual([]);
    // It does find what is wrong.
    await writeFile(path, unitText({ ...input, directory, start: [join(root, 'nothing here')] }));
    const faulty = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    expect(faulty.stderr).toContain('wherry-odd.service');
  });

  test('enables and disables it, and twice is as once', async () => {
    const directory = join(root, 'etc/systemd/system');
    const calls: string[] = [];
    // Without a running systemd, on the files below a directory.
    const systemctl: Systemctl = async (args) => {
      const [verb = ''] = args;
      calls.push(verb);
      if (['daemon-reload', 'start', 'stop'].includes(verb)) return { exitCode: 0, stdout: '', stderr: '' };
      const done = spawnSync('systemctl', [`--root=${root}`, ...args], { encoding: 'utf8' });
      return { exitCode: done.status, stdout: done.stdout, stderr: done.stderr };
    };
    const name = 'wherry-shop.service';
    const unit = new ServiceUnit({ name, scope: 'system', directory, systemctl });
    const text = unitText(input);
    expect(await unit.uninstall()).toBe(false);
    expect(await unit.state([text])).toMatchObject({ file: 'absent', enabled: false });
    expect(await unit.install(text, { now: true })).toBe('created');
    expect(await readFile(unit.path, 'utf8')).toBe(text);
    const wanted = join(directory, 'multi-user.target.wants', name);
    expect(execFileSync('readlink', [wanted], { encoding: 'utf8' })).toContain(name);
    expect(await unit.state([text])).toMatchObject({ file: 'current', enabled: true });
    expect(await unit.state(['other'])).toMatchObject({ file: 'outdated' });
    calls.length = 0;
    expect(await unit.install(text)).toBe('unchanged');
    expect(calls).toEqual(['is-enabled']);
    expect(await unit.install(text.replace('shop', 'store'))).toBe('changed');
    expect(await unit.uninstall({ now: true })).toBe(true);
    expect(await unit.state([text])).toMatchObject({ file: 'absent', enabled: false });
    await expect(readFile(wanted)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
