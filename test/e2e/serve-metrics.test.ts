import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labEngines } from '../lab/engines.ts';
import { Directory, type EngineUnderTest, firstEngine, launcher, plainEnvironment, wherry } from './cli.ts';

const { engines } = await labEngines();

/** A `wherry serve` that runs until it is disposed. */
class Serving implements AsyncDisposable {
  readonly #child: ReturnType<typeof spawn>;
  readonly #ended: Promise<number | null>;
  output = '';

  constructor(args: readonly string[], cwd: string) {
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd,
      env: plainEnvironment(),
      stdio: 'pipe',
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) => {
        this.output += data.toString();
      });
    this.#ended = once(child, 'exit').then(([code]) => code as number | null);
  }

  /** What it says that matches. */
  async says(pattern: RegExp): Promise<string> {
    await expect.poll(() => this.output, { timeout: 60_000 }).toMatch(pattern);
    return pattern.exec(this.output)?.[1] ?? '';
  }

  interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT');
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

describe.skipIf(engines.length === 0)('serve --metrics', { timeout: 120_000 }, () => {
  let under: EngineUnderTest;
  let directory: Directory;

  beforeAll(async () => {
    const engine = await firstEngine();
    if (engine === undefined) throw new Error('the lab has no engine');
    under = engine;
    directory = await Directory.make(under.backend, {
      services: {
        echo: {
          image: under.image,
          // Answers any number of clients: the look whether it listens is one, too.
          command: ['nc', '-ll', '-p', '7000', '-e', 'echo', 'ahoy'],
          init: true,
          stop_grace_period: '1s',
          ports: ['127.0.0.1::7000'],
          'x-wherry': { scale_to_zero: { idle: '1h' } },
        },
      },
    });
  });
  afterAll(async () => {
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  const scrape = async (url: string): Promise<string> => (await fetch(url)).text();

  it('serves the figures of the engine where no service scales to zero, until Ctrl-C', async () => {
    const id = await under.backend.create({ image: under.image, entrypoint: ['sleep', '600'] });
    try {
      await under.backend.start(id);
      const { name } = await under.backend.inspect(id);
      const args = [...under.options, '--engine', 'serve', '--metrics', ':0'];
      await using serving = new Serving(args, directory.path);
      const url = await serving.says(/metrics: (http:\/\/127\.0\.0\.1:\d+\/metrics)/);
      await expect
        .poll(() => scrape(url), { timeout: 30_000 })
        .toMatch(new RegExp(`^containers_memory_bytes\\{name="${name}",.*\\} [1-9]`, 'm'));
      expect(await serving.interrupt()).toBe(0);
      await expect(fetch(url)).rejects.toThrow();
    } finally {
      await under.backend.remove(id, { force: true });
    }
  });

  it('counts the boots and the clients of services that scale to zero', async () => {
    // So that the start is one of this run, also when the test is tried again.
    await wherry([...under.options, 'down'], { cwd: directory.path });
    const args = [...under.options, '--json', 'serve', '--metrics', '127.0.0.1:0'];
    await using serving = new Serving(args, directory.path);
    const url = await serving.says(/"kind":"metrics","url":"([^"]+)"/);
    const port = Number(await serving.says(/"kind":"listening".*"number":(\d+)/));
    await expect.poll(() => scrape(url)).toContain('containers_leases{name="echo"} 0');
    const client = connect(port, '127.0.0.1').on('error', () => undefined);
    const [answer] = await once(client, 'data');
    expect(String(answer)).toBe('ahoy\n');
    const text = await scrape(url);
    expect(text).toContain('containers_leases{name="echo"} 1');
    expect(text).toContain('containers_queue_length{name="echo"} 0');
    expect(text).toContain(`containers_starts_total{name="${directory.project}-echo-1"} 1`);
    expect(text).toMatch(/^containers_boots_total\{outcome="ok"\} 1$/m);
    client.destroy();
    expect(await serving.interrupt()).toBe(0);
  });

  it('refuses what is no address, and names a port that is taken', async () => {
    const run = (address: string): ReturnType<typeof wherry> =>
      wherry([...under.options, '--engine', 'serve', '--metrics', address]);
    expect(await run('nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/"nowhere" is not an address[\s\S]*fix: write :9464/),
    });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await run(`:${port}`)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`127.0.0.1:${port}`),
      });
    } finally {
      server.close();
    }
  });
});
