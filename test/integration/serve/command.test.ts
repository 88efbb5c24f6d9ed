import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { observe } from '../../../src/boot/index.ts';
import { benchOn, enginesUnderTest, Stack } from '../boot/stack.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const [id = ''] = enginesUnderTest;
const bench = await benchOn(id);
if (bench === undefined) console.warn(`\nSKIPPED: wherry serve: the lab has no ${id}\n`);

describe.skipIf(bench === undefined)('wherry serve', { timeout: 90_000 }, () => {
  if (bench === undefined) return;
  afterAll(() => bench.backend[Symbol.asyncDispose]());

  async function served(stack: Stack): Promise<{ serve: Serving; port: number }> {
    const port = await freePort();
    const web = {
      command: ['nc', '-ll', '-p', '7', '-e', 'cat'],
      ports: [`127.0.0.1:${port}:7`],
      'x-wherry': { scale_to_zero: '1m' },
    };
    await stack.load({ services: { web } });
    const { kind, host } = bench?.engine ?? { kind: '', host: '' };
    const file = join(await stack.directory(), 'compose.yaml');
    const serve = new Serving(['--backend', kind, '-H', host, '-p', stack.name, '-f', file, 'serve']);
    await serve.says(`web: listens on 127.0.0.1:${port} for 7/tcp`);
    return { serve, port };
  }

  test('says what it does, and at Ctrl-C waits for clients to leave', async () => {
    await using stack = new Stack(bench);
    const { serve, port } = await served(stack);
    const client = await connected(port);
    await serve.says('web: up after');
    serve.interrupt();
    await serve.says('1 client is connected');
    client.write('still there');
    expect(String((await once(client, 'data'))[0])).toBe('still there');
    client.end();
    expect(await serve.code).toBe(0);
    expect(serve.text).toContain('web: stopped');
    expect((await stack.containers()).map(({ status }) => status)).toEqual(['exited']);
  });

  test('meanwhile ps and port tell of the port that clients use, also at zero', async () => {
    await using stack = new Stack(bench);
    const { serve, port } = await served(stack);
    const { kind, host } = bench.engine;
    const globals = ['--backend', kind, '-H', host, '-p', stack.name, '-f'];
    const file = join(await stack.directory(), 'compose.yaml');
    const wherry = (...words: string[]): string =>
      execFileSync(process.execPath, [main, ...globals, file, ...words], { encoding: 'utf8' });
    const told = `127.0.0.1:${port}->7/tcp`;
    expect(wherry('port', 'web', '7')).toBe(`127.0.0.1:${port}\n`);
    const client = await connected(port);
    expect(wherry('port', `${stack.name}-web-1`)).toBe(`7/tcp -> 127.0.0.1:${port}\n`);
    expect(wherry('ps')).toContain(told);
    expect(wherry('ps', '--format', '{{.Ports}}')).toBe(`${told}\n`);
    client.destroy();
    await bench.backend.stop(`${stack.name}-web-1`, { timeout: 0 });
    const held = { hostIp: '127.0.0.1', published: port, target: 7, protocol: 'tcp' };
    expect(await observe(bench.backend, stack.name)).toMatchObject([{ status: 'exited', ports: [held] }]);
    serve.interrupt();
    expect(await serve.code).toBe(0);
    expect(await observe(bench.backend, stack.name)).toMatchObject([{ ports: [] }]);
  });

  test('at the second Ctrl-C cuts them', async () => {
    await using stack = new Stack(bench);
    const { serve, port } = await served(stack);
    const client = await connected(port);
    const cut = new Promise((resolve) => client.once('close', resolve));
    serve.interrupt();
    await serve.says('1 client is connected');
    await new Promise((resolve) => setTimeout(resolve, 600));
    serve.interrupt();
    await cut;
    expect(await serve.code).toBe(130);
    expect((await stack.containers()).map(({ status }) => status)).toEqual(['exited']);
  });
});

/** A `wherry serve` under way. */
class Serving {
  readonly code: Promise<number | null>;
  text = '';
  readonly #child: ChildProcess;

  constructor(args: readonly string[]) {
    const env = { ...process.env, NO_COLOR: '1' };
    this.#child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.text += data;
      });
    }
    this.code = once(this.#child, 'close').then(([code]) => code);
  }

  async says(words: string): Promise<void> {
    while (!this.text.includes(words)) {
      if (this.#child.exitCode !== null)
        throw new Error(`it ended and did not say "${words}":\n${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }
}

/** A client that has been answered once. */
async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write('hello');
  await once(socket, 'data');
  return socket;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
