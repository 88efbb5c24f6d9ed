import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { type ServeEvent, serve, up } from '../../../src/boot/index.ts';
import { isWherryError } from '../../../src/core/index.ts';
import { benchOn, enginesUnderTest, type Model, Stack } from '../boot/stack.ts';

/** A web server that says its version, and is healthy only some time after it started. */
function web(version: string, more: object = {}): object {
  const page = `mkdir /www; echo ${version} >/www/index.html; sleep 0.5; touch /tmp/ok; exec httpd -f -p 80 -h /www`;
  return {
    command: ['sh', '-c', page],
    healthcheck: { test: ['CMD', 'test', '-f', '/tmp/ok'], interval: '200ms', retries: 50 },
    deploy: { update_config: { order: 'start-first' } },
    ...more,
  };
}

/** It runs, and its health check gives up soon. */
const broken: object = { healthcheck: { test: ['CMD', 'false'], interval: '100ms', retries: 2 } };

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: start-first on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`order: start-first on ${id}`, { timeout: 120_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    test('the new container is healthy before the old one leaves', async () => {
      await using stack = new Stack(bench);
      await up(backend, await stack.load(model(web('v1'))), { wait: true });
      const [old] = await stack.containers();
      const began = new Date();
      await up(backend, await stack.load(model(web('v2'))), {});
      const [fresh, ...more] = await stack.containers();
      expect(more).toEqual([]);
      expect(fresh?.name).toBe(old?.name);
      expect(fresh?.id).not.toBe(old?.id);
      const happened: string[] = [];
      const labels = [`com.docker.compose.project=${stack.name}`];
      for await (const event of backend.events({ labels, since: began, until: new Date() })) {
        if (event.type === 'resync') continue;
        const which = event.subject.id === fresh?.id ? 'new' : 'old';
        happened.push(event.type === 'health' ? `${which} ${event.health}` : `${which} ${event.type}`);
      }
      const told = happened.filter((what) => ['new started', 'new healthy', 'old died'].includes(what));
      // An eager gate may open before the engine's own check does.
      expect(told.filter((what) => what !== 'new healthy')).toEqual(['new started', 'old died']);
    });

    test('one that does not become healthy is removed, and the old one stays', async () => {
      await using stack = new Stack(bench);
      await up(backend, await stack.load(model(web('v1'))), { wait: true });
      const [old] = await stack.containers();
      const summary = await up(backend, await stack.load(model(web('v2', broken))), {});
      expect(summary.ok).toBe(false);
      expect(isWherryError(summary.rows[0]?.error, 'UNHEALTHY')).toBe(true);
      expect(summary.rows[0]?.error?.message).toContain('gave way to the old one');
      const after = await stack.containers();
      expect(after).toMatchObject([{ id: old?.id, name: old?.name, status: 'running' }]);
    });

    test('a port that the engine publishes stands in the way, and the plan says so', async () => {
      await using stack = new Stack(bench);
      const ports = { ports: [`127.0.0.1:${await freePort()}:80`] };
      await up(backend, await stack.load(model(web('v1', ports))), {});
      const summary = await up(backend, await stack.load(model(web('v2', ports))), {});
      expect(summary.ok).toBe(true);
      expect(summary.warnings).toEqual([expect.stringContaining('wherry serve can hold it')]);
    });

    test('with serve, a client never misses a request while `up` replaces the service', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const ports = { ports: [`127.0.0.1:${port}:80`] };
      const events: ServeEvent[] = [];
      const project = await stack.load(model(web('v1', ports)));
      await using _server = await serve(backend, project, { onServe: (event) => events.push(event) });
      const client = new Client(port);
      await client.until('v1');
      const { ok, rows } = await up(backend, await stack.load(model(web('v2', ports))), {});
      // The URL is where clients go, not what is behind the proxy.
      expect([ok, rows[0]?.url]).toEqual([true, `http://127.0.0.1:${port}`]);
      await client.until('v2');
      const summary = await up(backend, await stack.load(model(web('v3', { ...ports, ...broken }))), {});
      expect(summary.ok).toBe(false);
      const seen = client.answers.length;
      await client.more(seen + 20);
      await client.stop();
      expect(client.failures).toEqual([]);
      expect([...new Set(client.answers)]).toEqual(['v1', 'v2']);
      expect(client.answers.slice(seen)).not.toContain('v1');
      expect(events.filter(({ kind }) => kind === 'replaced')).toHaveLength(1);
      expect(await stack.containers()).toHaveLength(1);
    });

    test('with serve, clients of a rollout that is rolled back are with the old containers again', async () => {
      await using stack = new Stack(bench);
      const port = await freePort();
      const two = (version: string, more: object = {}): Model => {
        const update = { order: 'start-first', failure_action: 'rollback', parallelism: 1 };
        const deploy = { replicas: 2, update_config: update };
        const ports = [`127.0.0.1:${port}:80`];
        return {
          services: { web: { ...web(version, { ports, ...more }), deploy, volumes: ['one:/one'] } },
          volumes: { one: {} },
        };
      };
      await using _server = await serve(backend, await stack.load(two('v1')));
      const client = new Client(port);
      await client.until('v1');
      const before = await stack.containers();
      // The first of the new ones becomes healthy, the second one does not.
      const firstOnly = {
        test: ['CMD-SHELL', 'test -f /tmp/ok && { [ -f /tmp/me ] || mkdir /one/taken; } && touch /tmp/me'],
        interval: '100ms',
        retries: 20,
      };
      const summary = await up(backend, await stack.load(two('v2', { healthcheck: firstOnly })), {});
      expect(summary.ok).toBe(false);
      const seen = client.answers.length;
      await client.more(seen + 20);
      await client.stop();
      expect(client.failures).toEqual([]);
      expect([...new Set(client.answers.slice(seen + 6))]).toEqual(['v1']);
      expect(client.answers).toContain('v2');
      expect((await stack.containers()).map(({ id }) => id).sort()).toEqual(
        before.map(({ id }) => id).sort(),
      );
    });

    test('only one serve holds a project', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(model(web('v1', { ports: ['127.0.0.1::80'] })));
      await using _server = await serve(backend, project);
      await expect(serve(backend, project)).rejects.toMatchObject({ code: 'CONFLICT' });
    });
  });
}

function model(service: object): Model {
  return { services: { web: service } };
}

/** Asks again and again, each time on a new connection, several at once. */
class Client {
  readonly answers: string[] = [];
  readonly failures: string[] = [];
  readonly #port: number;
  readonly #running: Promise<unknown>;
  #stopped = false;

  constructor(port: number) {
    this.#port = port;
    this.#running = Promise.all([this.#run(), this.#run(), this.#run()]);
  }

  async until(answer: string): Promise<void> {
    while (this.answers.at(-1) !== answer) await pause(20);
  }

  async more(count: number): Promise<void> {
    while (this.answers.length < count) await pause(20);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        this.answers.push(await this.#ask());
      } catch (error) {
        this.failures.push(String(error));
      }
      await pause(5);
    }
  }

  async #ask(): Promise<string> {
    const [response] = await once(get({ host: '127.0.0.1', port: this.#port, agent: false }), 'response');
    return (await response.toArray()).join('').trim();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
