import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Directory, firstEngine, launcher, plainEnvironment, wherry } from './cli.ts';

const under = await firstEngine();
if (under === undefined) console.warn('\nSKIPPED: restarts by up and serve: the lab has no engine\n');

describe.skipIf(under === undefined)('restart_on_unhealthy on the command line', { timeout: 120_000 }, () => {
  if (under === undefined) return;
  afterAll(() => under.backend[Symbol.asyncDispose]());

  it('an attached up restarts, says so, goes on, and writes it down; serve does the same', async () => {
    const counts = 'n=$$(($$(cat /n 2>/dev/null || echo 0) + 1)); echo $$n > /n; echo run $$n';
    await using directory = await Directory.make(under.backend, {
      services: {
        web: {
          image: under.image,
          stop_grace_period: '0s',
          command: ['sh', '-c', `${counts}; while :; do sleep 0.1; done`],
          healthcheck: {
            test: ['CMD-SHELL', '! test -e /sick && test $$(cat /n) -ge 2'],
            interval: '300ms',
            retries: 1,
          },
          'x-wherry': { restart_on_unhealthy: { backoff: '100ms', max: 2 } },
        },
      },
    });
    const history = join(directory.path, 'history.ndjson');
    const run = (args: readonly string[]): Running =>
      new Running([...under.options, ...args, '--history', history], directory.path);
    const w = (args: readonly string[]) => wherry([...under.options, ...args], { cwd: directory.path });

    const up = run(['up', '--abort-on-container-exit']);
    await up.says('web-1 was unhealthy (its health check fails): restarted, 1 of 2');
    await up.says('run 2');
    expect(await up.end()).toBe(130);

    await w(['start', '--wait']);
    const serve = run(['serve']);
    await serve.says('restarted when unhealthy: web');
    await w(['exec', 'web', 'touch', '/sick']);
    await serve.says('is still unhealthy after 2 restarts (its health check fails): it is left alone');
    expect(await serve.end()).toBe(0);

    const { stdout } = await w(['events', '--history', history, '--json']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const told = events
      .filter(({ type }) => type !== 'health.changed')
      .map(({ type, data }) => [type, data.attempt ?? data.attempts].join(' ').trim());
    expect(told).toEqual([
      ...['boot.started', 'container.started', 'boot.completed'],
      ...['container.restarted 1', 'container.stopped'],
      ...['container.restarted 1', 'container.restarted 2', 'container.abandoned 2'],
    ]);
    const gaveUp = events.at(-1);
    const later = await w(['events', '--history', history, '--json', '--since', gaveUp.time]);
    expect(JSON.parse(later.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      type: 'container.abandoned',
      name: 'web',
      error: { code: 'UNHEALTHY' },
    });
  });
});

/** A command under way. */
class Running {
  readonly #child;
  readonly #closed: Promise<unknown[]>;
  #text = '';

  constructor(args: readonly string[], cwd: string) {
    this.#child = spawn(process.execPath, [launcher, ...args], {
      cwd,
      env: plainEnvironment(),
      stdio: 'pipe',
    });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.on('data', (data: Buffer) => {
        this.#text += data;
      });
  }

  async says(words: string): Promise<void> {
    for (; !this.#text.includes(words); ) {
      if (this.#child.exitCode !== null) throw new Error(`it ended without "${words}":\n${this.#text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async end(): Promise<unknown> {
    this.#child.kill('SIGINT');
    return (await this.#closed)[0];
  }
}
