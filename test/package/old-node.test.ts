import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Directory, type EngineUnderTest, firstEngine, launcher, plainEnvironment } from '../e2e/cli.ts';

const subject = await firstEngine();
/** A Node from which the launcher goes over to the project's own. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node', '/bin/node'].find(
  (path) => existsSync(path) && /^v(1\d|2[01])\./.test(spawnSync(path, ['--version']).stdout.toString()),
);
const why =
  subject === undefined ? 'the lab has no engine' : oldNode === undefined ? 'no Node here is too old' : '';

describe.skipIf(why !== '')(
  `wherry started by a Node that is too old${why ? `: SKIPPED, ${why}` : ''}`,
  { timeout: 60_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    const node = oldNode ?? '';
    let directory: Directory;

    beforeAll(async () => {
      directory = await Directory.make(backend, {
        services: {
          web: {
            image,
            // Takes its time to stop, so that a Ctrl-C that counts twice would kill it.
            command: [
              'sh',
              '-c',
              'trap "sleep 1; echo stopped well; exit 0" TERM; echo ready; while :; do sleep 0.1; done',
            ],
            stop_grace_period: '20s',
          },
        },
      });
    });

    afterAll(async () => {
      await directory[Symbol.asyncDispose]();
    });

    it('counts one Ctrl-C of a terminal once: up stops its services with grace', async () => {
      const command = [node, launcher, ...options, 'up'].map((word) => `'${word}'`).join(' ');
      // `script` gives a pseudo-terminal; its Ctrl-C reaches both Nodes, as they are one group.
      const child: ChildProcessWithoutNullStreams = spawn('script', ['-qec', command, '/dev/null'], {
        cwd: directory.path,
        env: plainEnvironment({ TERM: 'dumb', SHELL: '/bin/sh' }),
        stdio: 'pipe',
      });
      let output = '';
      child.stdout.on('data', (data: Buffer) => {
        output += data.toString();
        if (/web-1 +\| ready/.test(output) && !isPressed) {
          isPressed = true;
          child.stdin.write('\u0003');
        }
      });
      let isPressed = false;
      const [code] = await once(child, 'close');
      expect(output).toContain('stopped well');
      expect(code).toBe(130);
      expect(await backend.inspect(`${directory.project}-web-1`)).toMatchObject({
        status: 'exited',
        exitCode: 0,
      });
    });

    it.each<[NodeJS.Signals, number]>([
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGHUP', 129],
    ])('passes %s on, and its exit code back', async (signal, exitCode) => {
      const child = spawn(node, [launcher, ...options, 'events'], {
        cwd: directory.path,
        env: plainEnvironment(),
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      await new Promise((resolve) => setTimeout(resolve, 2500));
      child.kill(signal);
      expect(await ended).toEqual([exitCode, null]);
    });
  },
);
