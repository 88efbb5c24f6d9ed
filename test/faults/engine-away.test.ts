import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultRegistry } from '../../src/backends/index.ts';
import { prepareFixtures } from '../../src/conformance/index.ts';
import type { Backend } from '../../src/core/index.ts';
import { Directory, wherry } from '../e2e/cli.ts';
import { freePort } from '../integration/boot/stack.ts';
import { OwnDocker } from './own-docker.ts';
import { OwnPodman } from './own-podman.ts';
import { Running } from './running.ts';

const own = await OwnDocker.start();
const writes = ['sh', '-c', 'trap "exit 0" TERM; i=0; while :; do echo line $((i++)); sleep 0.2; done'];
const silent = /warning: the engine at unix:\S+ has not answered since \d\d:\d\d:\d\d/;
const lost =
  /error: the engine at unix:\S+ has not answered for \d+ s\n {2}why: .+\n {2}fix: look into the log/;

describe.skipIf(own === undefined)(
  `an engine that goes away${own ? '' : ': SKIPPED, no dockerd can be started here'}`,
  { timeout: 180_000 },
  () => {
    const engine = own as OwnDocker;
    let backend: Backend;
    let directory: Directory;

    beforeAll(async () => {
      backend = await defaultRegistry().get('docker').open({ type: 'docker', host: engine.host }, {});
      const { shell: image } = await prepareFixtures(backend);
      const service = { image, network_mode: 'none', stop_grace_period: '0s' };
      const healthcheck = { test: ['CMD', 'test', '-e', '/ok'], interval: '200ms', retries: 10_000 };
      directory = await Directory.make(backend, {
        services: {
          db: { ...service, command: writes, healthcheck },
          web: { ...service, command: writes, depends_on: { db: { condition: 'service_healthy' } } },
        },
      });
    }, 60_000);

    afterAll(async () => {
      engine.thaw();
      await directory[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    });

    const begin = (args: string[], env?: Record<string, string>): Running =>
      new Running(directory.path, ['-H', engine.host, ...args], env);
    const run = (...args: string[]): ReturnType<typeof wherry> =>
      wherry(['-H', engine.host, ...args], { cwd: directory.path });

    it('says nothing any more: what waits tells it, and goes on when it answers again', async () => {
      const up = begin(['up', '-d']);
      await up.says(/db-1: started/);
      engine.freeze();
      await up.says(silent);
      engine.thaw();
      await up.says(/the engine at \S+ answers again, after/);
      expect(await run('exec', '-T', 'db', 'touch', '/ok')).toMatchObject({ code: 0 });
      expect(await up.ended, up.told).toBe(0);
    });

    it('and stays so: what follows or waits ends with an error, and what is to go on does', async () => {
      const commands = [
        ['logs', '-f'],
        ['wait', 'db'],
        ['exec', '-T', 'db', 'sleep', '600'],
        ['stats', '--format', 'json'],
        ['up'],
      ];
      const following = commands.map((args) => begin(args, { WHERRY_ENGINE_TIMEOUT: '4s' }));
      const events = begin(['events'], { WHERRY_ENGINE_TIMEOUT: '4s' });
      await Promise.all([following[0]?.says(/line \d/), following[4]?.says(/line \d/)]);
      // What has nothing to say has begun to ask by then.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      engine.freeze();
      for (const one of following) {
        expect(await one.ended, one.told).toBe(1);
        expect(one.told).toMatch(silent);
        expect(one.told).toMatch(lost);
      }
      await events.says(silent);
      engine.thaw();
      await events.says(/answers again/);
      events.child.kill('SIGINT');
      expect(await events.ended).toBe(130);
    });
  },
);

/** The engine of each version, started only when its turn comes. */
const killed = [
  ['Docker', 'docker', () => OwnDocker.start()],
  ['the newest Docker', 'docker', () => OwnDocker.start({ version: 'newest' })],
  ['Podman', 'podman', () => OwnPodman.start()],
  ['Podman of Debian 13', 'podman', () => OwnPodman.start('debian-13')],
] as const;

describe.each(killed)('%s killed in the middle of up', (_name, type, start) => {
  it('ends it soon, says why, and the next up and down leave nothing', { timeout: 180_000 }, async (test) => {
    await using engine = await start();
    if (engine === undefined) return test.skip('it cannot be started here');
    await using backend = await defaultRegistry().get(type).open({ type, host: engine.host }, {});
    const { shell: image } = await prepareFixtures(backend);
    const service = { image, network_mode: 'none', stop_grace_period: '0s', command: writes };
    const healthcheck = { test: ['CMD', 'test', '-e', '/ok'], interval: '200ms', retries: 10_000 };
    const depends_on = { db: { condition: 'service_healthy' } };
    await using directory = await Directory.make(backend, {
      services: { db: { ...service, healthcheck }, web: { ...service, depends_on } },
    });
    const options = ['--backend', type, '-H', engine.host];
    const begin = (args: string[]): Running =>
      new Running(directory.path, [...options, ...args], { WHERRY_ENGINE_TIMEOUT: '5s' });
    const events = begin(['events']);
    const up = begin(['up', '-d']);
    await up.says(/db-1: started/);
    await engine.kill();
    expect(await up.ended).toBe(1);
    expect(up.told).toMatch(silent);
    expect(up.told).toMatch(lost);
    expect(await engine.up()).toBe(true);
    await events.says(/resync events may be missing; \d+ containers now/);
    events.child.kill('SIGINT');
    expect(await events.ended).toBe(130);
    const next = begin(['up', '-d']);
    await next.says(/db-1: (started|waiting|.*ready)|web-1: waiting/);
    const run = (...args: string[]): ReturnType<typeof wherry> =>
      wherry([...options, ...args], { cwd: directory.path });
    expect(await run('exec', '-T', 'db', 'touch', '/ok')).toMatchObject({ code: 0 });
    expect(await next.ended, next.told).toBe(0);
    expect(await run('down', '-t', '0')).toMatchObject({ code: 0 });
    expect(await backend.list({ all: true })).toEqual([]);
    if (!(engine instanceof OwnPodman)) return;
    // Killed while it makes a container, Podman leaves its name in the storage: the next up takes it.
    expect(await run('create', 'db')).toMatchObject({ code: 0 });
    expect(await engine.forget()).toBe(true);
    expect(await backend.list({ all: true })).toEqual([]);
    expect(await run('up', '-d', 'db')).toMatchObject({ code: 0 });
    expect(await backend.list()).toHaveLength(1);
  });
});

describe('Docker killed under a serve', () => {
  it('is waited for, and what clients want then boots again', { timeout: 180_000 }, async (test) => {
    await using engine = await OwnDocker.start();
    if (engine === undefined) return test.skip('it cannot be started here');
    await using backend = await defaultRegistry()
      .get('docker')
      .open({ type: 'docker', host: engine.host }, {});
    const { shell: image } = await prepareFixtures(backend);
    const port = await freePort();
    const healthcheck = { test: ['CMD', 'true'], interval: '200ms' };
    const zero = { 'x-wherry': { scale_to_zero: { idle: '2s', max_wait: '20s' } }, stop_grace_period: '0s' };
    const web = { image, command: writes, healthcheck, ports: [`127.0.0.1:${port}:7`], ...zero };
    await using directory = await Directory.make(backend, { services: { web } });
    const serve = new Running(directory.path, ['-H', engine.host, 'serve']);
    // Its boot is all that is wanted: the ports of the engine are in another network namespace.
    const visit = (): void => {
      const client = connect(port, '127.0.0.1').on('error', () => undefined);
      client.setTimeout(1000, () => client.destroy());
    };
    await serve.says(/web: listens on/);
    visit();
    await serve.says(/web: up after/);
    await engine.kill();
    await serve.says(silent);
    // It cannot be stopped now, and a client is turned away instead of held for ever.
    await serve.says(/web: failed: .*(refused|does not exist|hung up)/);
    visit();
    await serve.says(/web: turned a client away/);
    expect(await engine.up()).toBe(true);
    await serve.says(/answers again/);
    visit();
    await serve.says(/answers again.*web: (up after|runs).*web: stopped/s);
    serve.child.kill('SIGINT');
    expect(await serve.ended, serve.told).toBe(0);
    expect((await backend.list({ all: true })).map(({ status }) => status)).toEqual(['exited']);
  });
});
