import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../src/boot/index.ts';
import { readTar } from '../../src/transport/index.ts';
import { labEngines } from '../lab/engines.ts';
import { putShellImage, shellImage } from '../lab/shell-image.ts';
import { Directory, type EngineUnderTest, engineUnderTest, launcher, plainEnvironment } from './cli.ts';

const { engines } = await labEngines();

/** `wherry watch --json` with the events that it told of so far. */
class Watching implements AsyncDisposable {
  readonly events: WatchEvent[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  #errors = '';

  constructor(args: readonly string[], cwd: string) {
    const options = { cwd, env: plainEnvironment(), stdio: 'pipe' as const };
    this.#child = spawn(process.execPath, [launcher, ...args, '--json'], options);
    this.#closed = once(this.#child, 'close');
    createInterface(this.#child.stdout).on('line', (line) => this.events.push(JSON.parse(line)));
    this.#child.stderr.on('data', (data: Buffer) => (this.#errors += data.toString()));
  }

  /** Resolves with the first event from `start` on that is as wanted. */
  async until(wanted: (event: WatchEvent) => boolean, start = 0): Promise<WatchEvent> {
    await expect
      .poll(() => this.events.slice(start).some(wanted) || this.#child.exitCode !== null, { timeout: 60_000 })
      .toBe(true);
    const found = this.events.slice(start).find(wanted);
    if (found === undefined) throw new Error(`it ended: ${this.#errors}`);
    return found;
  }

  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    await this.#closed;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

describe.each(engines)('watch on $id', { timeout: 180_000 }, (engine) => {
  let under: EngineUnderTest;
  let directory: Directory;

  beforeAll(async () => {
    under = await engineUnderTest(engine);
    await putShellImage(engine);
  });
  afterAll(() => under?.backend[Symbol.asyncDispose]());
  // Of each attempt's own: what an attempt that failed has synced would be met by the next one.
  beforeEach(async () => {
    const sleeping = { command: ['sleep', '3600'], init: true, stop_grace_period: '1s' };
    directory = await Directory.make(under.backend, {
      services: {
        web: {
          ...sleeping,
          image: under.image,
          user: '1234:5678',
          develop: {
            watch: [
              { action: 'sync', path: './src', target: '/srv/src', ignore: ['*.log'] },
              { action: 'sync+restart', path: './conf', target: '/srv/conf', initial_sync: true },
              {
                action: 'sync+exec',
                path: './greeting',
                target: '/srv/',
                exec: {
                  command: ['sh', '-c', 'echo "$$WHO $$(pwd) $$(id -u)"; cat /srv/greeting'],
                  user: '0',
                  working_dir: '/srv',
                  environment: { WHO: 'me' },
                },
              },
              { action: 'restart', path: './flag' },
            ],
          },
        },
        bare: {
          build: '.',
          stop_grace_period: '1s',
          develop: {
            watch: [
              { action: 'sync', path: './data', target: '/data' },
              { action: 'rebuild', path: './version' },
            ],
          },
        },
      },
    });
    await directory.write(
      'Dockerfile',
      `FROM ${shellImage} AS tools\nFROM scratch\nCOPY --from=tools /bin/busybox /busybox-only\n` +
        'COPY version /version\nCMD ["/busybox-only", "sleep", "3600"]\n',
    );
    await directory.write('version', '1');
    for (const name of ['src', 'conf', 'data']) await mkdir(join(directory.path, name));
    await directory.write('conf/first', 'from the start');
  });
  afterEach(async () => {
    await directory?.[Symbol.asyncDispose]();
    const built = under.backend.image(`${directory?.project}-bare`);
    await built.remove({ force: true }).catch(() => undefined);
  });

  const at = (path: string): string => join(directory.path, path);
  const inWeb = async (...command: string[]): Promise<string> => {
    const { stdout, stderr } = await under.backend.execCapture(`${directory.project}-web-1`, { command });
    return stdout + stderr;
  };
  const shows = (command: string[], text: string | RegExp) =>
    expect.poll(() => inWeb(...command), { timeout: 60_000, interval: 200 }).toMatch(text);
  const fileInBare = async (path: string): Promise<string | undefined> => {
    const parts: Buffer[] = [];
    try {
      for await (const { content } of readTar(under.backend.copyOut(`${directory.project}-bare-1`, path)))
        for await (const part of content) parts.push(part);
    } catch {
      return undefined;
    }
    return Buffer.concat(parts).toString();
  };

  it('syncs, executes, restarts and rebuilds what changed, and leaves all running at Ctrl-C', async () => {
    await using watching = new Watching([...under.options, 'watch'], directory.path);
    await watching.until((event) => event.kind === 'enabled');
    await shows(['cat', '/srv/conf/first'], 'from the start');

    await directory.write('src/run.sh', 'echo hello');
    await chmod(at('src/run.sh'), 0o750);
    await mkdir(at('src/a/b'), { recursive: true });
    await directory.write('src/a/b/deep', 'deep');
    await directory.write('src/x.log', 'ignored');
    await shows(['cat', '/srv/src/a/b/deep'], 'deep');
    await shows(['stat', '-c', '%a %u %g', '/srv/src/run.sh'], '750 1234 5678');
    expect(await inWeb('ls', '/srv/src')).toBe('a\nrun.sh\n');
    await directory.write('src/.run.sh.swp', 'echo saved by rename');
    await rename(at('src/.run.sh.swp'), at('src/run.sh'));
    await rm(at('src/a'), { recursive: true });
    await shows(['cat', '/srv/src/run.sh'], 'saved by rename');
    await shows(['ls', '/srv/src'], /^run\.sh\n$/);

    const link = ['sh', '-c', 'mkdir /elsewhere && ln -s /elsewhere /srv/src/linked'];
    await under.backend.execCapture(`${directory.project}-web-1`, { command: link, user: '0' });
    await mkdir(at('staged'));
    await directory.write('staged/file', 'through the link');
    await rename(at('staged'), at('src/linked'));
    await shows(['cat', '/elsewhere/file'], 'through the link');
    expect(await inWeb('readlink', '/srv/src/linked')).toBe('/elsewhere\n');

    await directory.write('greeting', 'good morning\n');
    await watching.until((event) => event.kind === 'output' && event.line === 'good morning');
    expect(watching.events).toContainEqual(expect.objectContaining({ kind: 'output', line: 'me /srv 0' }));

    const { startedAt } = await under.backend.inspect(`${directory.project}-web-1`);
    const restarted = (event: WatchEvent): boolean => event.kind === 'restarted' && event.service === 'web';
    let start = watching.events.length;
    await directory.write('conf/second', 'synced, then restarted');
    await watching.until(restarted, start);
    expect(await inWeb('cat', '/srv/conf/second')).toBe('synced, then restarted');
    start = watching.events.length;
    await directory.write('flag', '');
    await watching.until(restarted, start);
    expect((await under.backend.inspect(`${directory.project}-web-1`)).startedAt).not.toEqual(startedAt);

    await directory.write('data/x', 'without a shell');
    await expect.poll(() => fileInBare('/data/x'), { timeout: 60_000 }).toBe('without a shell');
    await rm(at('data/x'));
    const failed = await watching.until((event) => event.kind === 'failed');
    expect(failed).toMatchObject({ service: 'bare', retrying: false, error: { message: /cannot remove/ } });

    const { imageId } = await under.backend.inspect(`${directory.project}-bare-1`);
    await directory.write('version', '2');
    await watching.until((event) => event.kind === 'rebuilt' && event.service === 'bare');
    expect(await fileInBare('/version')).toBe('2');
    expect(await under.backend.image(imageId ?? '').exists()).toBe(false);
    await directory.write('data/y', 'in the new container');
    await expect.poll(() => fileInBare('/data/y'), { timeout: 60_000 }).toBe('in the new container');

    expect(await watching.interrupt()).toBe(130);
    const running = await under.backend.list({ labels: [`com.docker.compose.project=${directory.project}`] });
    expect(running.map(({ status }) => status)).toEqual(['running', 'running']);
  });
});
