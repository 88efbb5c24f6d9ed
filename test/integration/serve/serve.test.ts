import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { type ServeEvent, serve, up } from '../../../src/boot/index.ts';
import { udpEchoPort } from '../../../src/conformance/fixtures/images.ts';
import { prepareFixtures } from '../../../src/conformance/index.ts';
import type { ContainerStatus } from '../../../src/core/index.ts';
import { benchOn, enginesUnderTest, Stack } from '../boot/stack.ts';

/** Answers HTTP/1.1 requests with `ok`, any number on one connection. */
const answer =
  'while read -r line; do [ "$$line" = "$$(printf "\\r")" ] && printf "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"; done';
const httpServer = ['nc', '-ll', '-p', '80', '-e', 'sh', '-c', answer];
/** Answers one request on each connection with the page `ok`. */
const pageServer = 'mkdir /www; printf ok >/www/index.html; exec httpd -f -p 80 -h /www';
const echoServer = ['nc', '-ll', '-p', '7', '-e', 'cat'];

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: serve on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`scale to zero on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const zero = (settings: object): object => ({ 'x-wherry': { scale_to_zero: settings } });
    const statusOf = async (stack: Stack, service: string): Promise<ContainerStatus | undefined> =>
      (await stack.containers()).find(({ name }) => name.includes(`-${service}-`))?.status;
    const statusBecomes = async (stack: Stack, service: string, status: ContainerStatus): Promise<void> => {
      while ((await statusOf(stack, service)) !== status) await pause(50);
    };

    test('boots on the first connection, serves HTTP keep-alive, and stops when nobody is there', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const web = { command: httpServer, ports: [`127.0.0.1:${port}:80`], ...zero({ idle: '300ms' }) };
      await using server = await serve(backend, await stack.load({ services: { web } }));
      expect(await stack.containers()).toEqual([]);

      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      expect([await get(port, agent), await get(port, agent)]).toEqual(['ok', 'ok']);
      await pause(700);
      expect(await statusOf(stack, 'web')).toBe('running');
      expect(await get(port, agent)).toBe('ok');
      const [tcp] = server.services()[0]?.ports ?? [];
      expect(tcp?.proxy.activity).toMatchObject({ accepted: 1, open: 1 });
      agent.destroy();
      await statusBecomes(stack, 'web', 'exited');

      expect(await get(port)).toBe('ok');
      await statusBecomes(stack, 'web', 'exited');
    });

    test('waits until the health check passes, and boots once for many clients', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const events: ServeEvent[] = [];
      const web = {
        command: ['sh', '-c', `sleep 0.5; touch /tmp/ok; ${pageServer}`],
        healthcheck: { test: ['CMD', 'test', '-f', '/tmp/ok'], interval: '200ms', retries: 50 },
        ports: [`127.0.0.1:${port}:80`],
        ...zero({ idle: '1m' }),
      };
      const project = await stack.load({ services: { web } });
      await using _server = await serve(backend, project, { onServe: (event) => events.push(event) });
      const pages = await Promise.all(Array.from({ length: 50 }, () => get(port)));
      expect(pages).toEqual(pages.map(() => 'ok'));
      expect(
        events.filter((event) => event.kind === 'changed' && event.transition.to === 'starting'),
      ).toHaveLength(1);
      expect(events.filter(({ kind }) => kind === 'refused')).toEqual([]);
    });

    test('the first datagram boots a UDP service', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const { bare } = await prepareFixtures(backend);
      const dns = {
        image: bare,
        entrypoint: ['/udp-echo'],
        ports: [`127.0.0.1:${port}:${udpEchoPort}/udp`],
        ...zero({}),
      };
      await using _server = await serve(backend, await stack.load({ services: { dns } }));
      const client = createSocket('udp4');
      try {
        // As clients of UDP do, it asks again until it is answered.
        const asking = setInterval(() => client.send('question', port, '127.0.0.1'), 500);
        client.send('question', port, '127.0.0.1');
        const [answer] = await once(client, 'message').finally(() => clearInterval(asking));
        expect(String(answer)).toBe('question');
      } finally {
        client.close();
      }
      expect(await statusOf(stack, 'dns')).toBe('running');
    });

    test('what it depends on comes first and goes last', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const stays = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];
      const project = await stack.load({
        services: {
          web: {
            command: echoServer,
            ports: [`127.0.0.1:${port}:7`],
            depends_on: ['db'],
            ...zero({ idle: '500ms' }),
          },
          db: { command: stays, ...zero({ idle: '200ms' }) },
          other: { command: stays },
        },
      });
      await using server = await serve(backend, project);
      const client = connect({ port, host: '127.0.0.1' });
      client.write('x');
      await once(client, 'data');
      await pause(600);
      expect([await statusOf(stack, 'web'), await statusOf(stack, 'db')]).toEqual(['running', 'running']);
      expect(await statusOf(stack, 'other')).toBeUndefined();
      client.destroy();
      await statusBecomes(stack, 'web', 'exited');
      await statusBecomes(stack, 'db', 'exited');
      while (server.services().some(({ state }) => state !== 'stopped')) await pause(20);
    });

    test('a service that a running one depends on is not stopped under it', async () => {
      await using stack = new Stack(bench);
      const stays = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];
      const project = await stack.load({
        services: {
          worker: { command: stays, depends_on: ['db'] },
          db: { command: echoServer, ports: ['127.0.0.1::7'], ...zero({ idle: '3s' }) },
        },
      });
      await using server = await serve(backend, project);
      const [listening] = server.services()[0]?.ports ?? [];
      expect(await echo(listening?.proxy.address.port ?? 0, 'hello')).toBe('hello');
      await up(backend, project, { services: ['worker'], noDeps: true });
      await pause(4000);
      expect(await statusOf(stack, 'db')).toBe('running');
      const worker = (await stack.containers()).find(({ name }) => name.includes('-worker-'));
      await backend.stop(worker?.id ?? '');
      await statusBecomes(stack, 'db', 'exited');
    });

    test('a container that ends at once closes its clients and says why; the next one tries again', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const events: ServeEvent[] = [];
      const web = { command: ['sh', '-c', 'echo no; exit 3'], ports: [`127.0.0.1:${port}:7`], ...zero({}) };
      const project = await stack.load({ services: { web } });
      await using _server = await serve(backend, project, { onServe: (event) => events.push(event) });
      expect(await echo(port, 'x')).toBe('');
      expect(await echo(port, 'x')).toBe('');
      const refusals = events.flatMap((event) => (event.kind === 'refused' ? [event.reason] : []));
      expect(refusals).toMatchObject([
        { code: 'EXIT', details: { exitCode: 3 } },
        { code: 'EXIT', details: { exitCode: 3 } },
      ]);
    });

    test('a container that dies is booted by the next connection', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const web = { command: echoServer, ports: [`127.0.0.1:${port}:7`], ...zero({ idle: '1m' }) };
      await using server = await serve(backend, await stack.load({ services: { web } }));
      expect(await echo(port, 'one')).toBe('one');
      const [container] = await stack.containers();
      await backend.kill(container?.id ?? '');
      while (server.services()[0]?.state !== 'failed') await pause(20);
      expect(await echo(port, 'two')).toBe('two');
    });

    test('takes over from `up`, and stops what it served when it ends', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const web = { command: echoServer, ports: [`127.0.0.1:${port}:7`], ...zero({ idle: '1m' }) };
      const project = await stack.load({ services: { web } });
      await up(backend, project, {});
      const events: ServeEvent[] = [];
      const server = await serve(backend, project, { onServe: (event) => events.push(event) });
      expect(events.map(({ kind }) => kind)).toEqual(['taken-over', 'listening']);
      expect(await statusOf(stack, 'web')).toBe('exited');
      expect(await echo(port, 'hello')).toBe('hello');
      await server.close();
      expect(await statusOf(stack, 'web')).toBe('exited');
      await expect(open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });

    test('with action: pause the container is frozen and thawed', async (context) => {
      if (!(await backend.capabilities()).pause.supported) context.skip();
      await using stack = new Stack(bench);
      const port = await freePort();
      const settings = zero({ idle: '200ms', action: 'pause' });
      const web = { command: echoServer, ports: [`127.0.0.1:${port}:7`], ...settings };
      await using server = await serve(backend, await stack.load({ services: { web } }));
      expect(await echo(port, 'one')).toBe('one');
      await statusBecomes(stack, 'web', 'paused');
      const [before] = await stack.containers();
      expect(await echo(port, 'two')).toBe('two');
      const [after] = await stack.containers();
      expect(after?.id).toBe(before?.id);
      await statusBecomes(stack, 'web', 'paused');
      await server.close();
      expect(await statusOf(stack, 'web')).toBe('exited');
    });

    test('faults of the file and of the machine are told before anything is done', async () => {
      await using stack = new Stack(bench);
      const nothing = await stack.load({ services: { web: { command: echoServer } } });
      await expect(serve(backend, nothing)).rejects.toMatchObject({ code: 'INVALID' });
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const web = { command: echoServer, ports: [`127.0.0.1:${port}:7`], ...zero({}) };
      const project = await stack.load({ services: { web } });
      const holder = expect.stringContaining(`(pid ${process.pid})`);
      await expect(serve(backend, project)).rejects.toMatchObject({
        ...{ code: 'PORT_TAKEN', details: { port, holder } },
      });
      taken.close();
      expect(await stack.containers()).toEqual([]);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function get(port: number, agent?: Agent): Promise<string> {
  const options = { host: '127.0.0.1', port, ...(agent === undefined ? {} : { agent }) };
  const [response] = await once(request(options).end(), 'response');
  return (await response.toArray()).join('');
}

async function open(port: number): Promise<ReturnType<typeof connect>> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  return socket;
}

/** What comes back for the text: the same, or less when the other side ends before. */
async function echo(port: number, text: string): Promise<string> {
  const socket = await open(port);
  socket.write(text);
  let back = '';
  for await (const chunk of socket) {
    back += chunk;
    if (back.length >= text.length) break;
  }
  return back;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
