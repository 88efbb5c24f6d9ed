import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultRegistry } from '../../src/backends/index.ts';
import { launcher, plainEnvironment, wherry } from '../e2e/cli.ts';
import { type Breakage, BrokenEngine } from './broken-engine.ts';

const on = (host: string): { env: { DOCKER_HOST: string } } => ({ env: { DOCKER_HOST: host } });

/** Three lines: what, why, how to fix it; never a stack. */
const threeLines = /^error: .+\n {2}why: .+\n {2}fix: .+\n$/;

describe('an engine that is not there', () => {
  it.each([
    ['unix:///nowhere/engine.sock', 'nothing listens at unix:///nowhere/engine.sock'],
    ['tcp://127.0.0.1:1', 'nothing listens at tcp://127.0.0.1:1'],
    ['tcp://engine.invalid:2375', 'the host name of tcp://engine.invalid:2375 cannot be resolved'],
    ['non sense', '"non sense" is not the address of an engine'],
    ['ssh://user@host', 'engines behind ssh are not reached by their address'],
    [`unix:///${'x'.repeat(200)}`, 'is not an address that can be connected to'],
  ])('DOCKER_HOST=%s', async (host, text) => {
    const { code, stdout, stderr } = await wherry(['ps'], on(host));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(text);
    expect(stderr).toMatch(threeLines);
  });

  it('is told by doctor, for each engine with its own reason', async () => {
    const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock', CONTAINER_HOST: 'unix:///nowhere/podman.sock' };
    const { code, stdout } = await wherry(['doctor'], { env });
    expect(code).toBe(1);
    expect(stdout).toContain('nothing listens at unix:///nowhere/docker.sock');
    expect(stdout).toContain('nothing listens at unix:///nowhere/podman.sock');
  });
});

describe('a broken engine', () => {
  it.each<[Breakage, string]>([
    ['garbage', 'does not answer in HTTP'],
    ['status 500', 'the disk is on fire'],
    ['web page', 'does not answer like a container engine'],
    ['closes', 'closed the connection before it answered'],
  ])('that answers with: %s', async (breakage, text) => {
    await using engine = await BrokenEngine.listen(breakage);
    const { code, stderr } = await wherry(['ps'], on(engine.host));
    expect(code).toBe(1);
    expect(stderr).toContain(text);
    expect(stderr).toMatch(threeLines);
    const library = await defaultRegistry()
      .diagnose({ configs: { docker: { type: 'docker', host: engine.host } } })
      .then((rows) => rows.find(({ type }) => type === 'docker'));
    expect(library).toMatchObject({ usable: false, reason: expect.stringContaining(text) });
  });
});

describe('an engine that answers a ping and is of no use', () => {
  it.each<[Breakage, string]>([
    ['too old', 'is too old: it speaks Engine API 1.24'],
    ['hangs after the ping', 'did not answer within 10 s'],
  ])('is told by doctor: %s', async (breakage, text) => {
    await using engine = await BrokenEngine.listen(breakage);
    const { code, stdout, stderr } = await wherry(['--backend', 'docker', 'doctor'], on(engine.host));
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('✗ docker');
    expect(stdout).toContain(text);
  });
});

describe('an engine that hangs', () => {
  it('is given up after the time limit of a probe, by name', async () => {
    await using engine = await BrokenEngine.listen('hangs');
    const { code, stderr } = await wherry(['ps'], on(engine.host));
    expect(code).toBe(1);
    expect(stderr).toMatch(threeLines);
    expect(stderr).toContain(`${engine.host} did not answer within 5 s`);
  });

  it('keeps doctor and the library no longer than their limit', async () => {
    await using engine = await BrokenEngine.listen('hangs');
    const env = { DOCKER_HOST: engine.host, CONTAINER_HOST: engine.host };
    const { code, stdout } = await wherry(['doctor'], { env });
    expect(code).toBe(1);
    expect(stdout.match(/did not answer within 3 s/g)).toHaveLength(2);
    await expect(
      defaultRegistry().select({
        probeTimeout: 100,
        configs: {
          docker: { type: 'docker', host: engine.host },
          podman: { type: 'podman', host: engine.host },
        },
      }),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /docker: .* did not answer within 0\.1 s; podman: .* did not answer within 0\.1 s/,
      ),
    });
  });

  it.each<[Breakage, NodeJS.Signals, number]>([
    ['hangs', 'SIGINT', 130],
    ['hangs', 'SIGTERM', 143],
    ['hangs after the ping', 'SIGINT', 130],
    ['hangs after the ping', 'SIGTERM', 143],
  ])('ends at once: %s, %s', async (breakage, signal, exitCode) => {
    await using engine = await BrokenEngine.listen(breakage);
    const wanted = breakage === 'hangs' ? /_ping|version/ : /containers\/json/;
    const child = spawn(process.execPath, [launcher, 'ps'], {
      cwd: tmpdir(),
      env: plainEnvironment({ DOCKER_HOST: engine.host }),
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    while (!engine.requests.some((line) => wanted.test(line)))
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    expect(await ended).toEqual([exitCode, null]);
  });
});

const isRoot = process.getuid?.() === 0;
const why = isRoot ? undefined : 'it takes root to give a file to another user';

describe.skipIf(why !== undefined)(`a socket without permission${why ? `: SKIPPED, ${why}` : ''}`, () => {
  it('is told with the way in', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-fault-'));
    const path = join(directory, 'engine.sock');
    const server = createServer().listen(path);
    try {
      await once(server, 'listening');
      await chown(path, 65_534, 65_534);
      await chmod(path, 0o660);
      // Root without its capabilities: another user may not even reach a clone below /root.
      const powerless = ['--inh-caps=-all', '--bounding-set=-all', process.execPath, launcher, 'ps'];
      const { status, stderr } = spawnSync('setpriv', powerless, {
        cwd: tmpdir(),
        env: { ...plainEnvironment({ DOCKER_HOST: `unix://${path}` }), HOME: '/nonexistent' },
      });
      expect(stderr.toString()).toMatch(threeLines);
      expect(stderr.toString()).toContain(`this user may not connect to unix://${path}`);
      expect(stderr.toString()).toContain('usermod -aG docker');
      expect(status).toBe(1);
    } finally {
      server.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
