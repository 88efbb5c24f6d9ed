import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Event, EventBus } from '../../../src/core/index.ts';
import { connect } from '../../../src/index.ts';
import {
  type ContainerService,
  LifecycleManager,
  type LifecycleManagerOptions,
  type LifecycleState,
} from '../../../src/lifecycle/index.ts';
import { SocketProxy } from '../docker/proxy.ts';
import { onEachEngine } from './engines.ts';

const forever = 'trap "exit 0" TERM; while :; do sleep 0.1; done';
const cleanups: (() => PromiseLike<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

await onEachEngine((ground) => {
  /** A manager and all that it published. */
  function stage(options: LifecycleManagerOptions = {}): { manager: LifecycleManager; story: Event[] } {
    const events = new EventBus();
    const story: Event[] = [];
    events.subscribe({}, (event) => story.push(event));
    const manager = new LifecycleManager({ events, ...options });
    cleanups.push(() => manager[Symbol.asyncDispose]());
    return { manager, story };
  }

  function told(story: readonly Event[]): string[] {
    return story.map(({ type, name }) => `${type} ${name}`);
  }

  function service(name: string, container: string, spec: Partial<ContainerService> = {}): ContainerService {
    return { name, backend: ground.backend, container, ...spec };
  }

  /** Resolves when the service gets there. */
  async function reaches(manager: LifecycleManager, name: string, state: LifecycleState): Promise<void> {
    return new Promise((resolve) => {
      const leave = manager.observe((transition) => {
        if (transition.service !== name || transition.to !== state) return;
        leave();
        resolve();
      });
      if (manager.status(name).state !== state) return;
      leave();
      resolve();
    });
  }

  async function statusOf(id: string): Promise<string> {
    return (await ground.backend.inspect(id)).status;
  }

  test('a killed container is a crash, with its exit code and last lines, and holders of leases are told', async () => {
    const id = await ground.create(`echo ready; ${forever}`);
    const { manager, story } = stage();
    manager.register(service('db', id, { lazyBoot: true }));
    const lease = await manager.acquire('db');
    expect(manager.status('db')).toMatchObject({ state: 'running', activeUsers: 1 });
    const failed = reaches(manager, 'db', 'failed');
    await ground.backend.kill(id);
    await failed;
    expect(manager.status('db')).toMatchObject({ state: 'failed', error: { code: 'EXIT' }, activeUsers: 1 });
    expect(told(story)).toEqual([
      'boot.started db',
      'container.started db',
      'boot.completed db',
      'container.failed db',
    ]);
    expect(story.at(-1)).toMatchObject({
      error: { code: 'EXIT' },
      data: { id, exitCode: 137, oomKilled: false, lastLines: ['ready'], service: 'db' },
    });
    await lease.release();
    await using _again = await manager.acquire('db');
    expect(await statusOf(id)).toBe('running');
  });

  test('one that ends by itself with code 0 is stopped, not failed', async () => {
    const id = await ground.create('until [ -e /tmp/done ]; do sleep 0.05; done');
    const { manager, story } = stage();
    manager.register(service('job', id));
    await manager.start('job');
    const stopped = reaches(manager, 'job', 'stopped');
    await ground.backend.execCapture(id, { command: ['touch', '/tmp/done'] });
    await stopped;
    expect(told(story).at(-1)).toBe('container.stopped job');
    expect(story.at(-1)).toMatchObject({ data: { exitCode: 0 } });
  });

  test('a crash is followed by a new start where that is asked for, but not after a stop that somebody meant', async () => {
    const id = await ground.create('trap "exit 7" TERM; while :; do sleep 0.1; done');
    const { manager, story } = stage();
    manager.register(service('db', id, { restartOnCrash: true, retry: { initialDelay: 300 } }));
    await manager.start('db');
    const again = reaches(manager, 'db', 'starting').then(() => reaches(manager, 'db', 'idle'));
    await ground.backend.kill(id);
    await again;
    expect(await statusOf(id)).toBe('running');
    expect(told(story).slice(3)).toEqual([
      'container.failed db',
      'boot.started db',
      'container.started db',
      'boot.completed db',
    ]);
    // Podman tells of the end only, not of the wish for it.
    if (ground.engine.kind === 'podman') return;
    const stopped = reaches(manager, 'db', 'stopped');
    await ground.backend.stop(id, { timeout: 10_000 });
    await stopped;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await statusOf(id)).toBe('exited');
    expect(manager.status('db').state).toBe('stopped');
  });

  test('what others started is found, what they start later as well, and what they remove is a failure', async () => {
    const [early, late] = await Promise.all([ground.create(forever), ground.create(forever)]);
    await ground.backend.start(early);
    const { manager, story } = stage();
    manager.register(service('early', early)).register(service('late', late));
    expect(await manager.adopt()).toEqual(['early']);
    expect(manager.status('early')).toMatchObject({ state: 'idle' });
    expect(told(story)).toEqual([]);
    const found = reaches(manager, 'late', 'idle');
    await ground.backend.start(late);
    await found;
    expect(told(story)).toEqual(['container.started late']);
    const failed = reaches(manager, 'early', 'failed');
    await ground.backend.remove(early, { force: true });
    await failed;
    expect(told(story).at(-1)).toBe('container.failed early');
    expect((await manager.shutdown()).rows.find(({ name }) => name === 'late')?.status).toBe('stopped');
    expect(await statusOf(late)).toBe('exited');
  });

  test('an idle service really stops, and comes back for the next user', async () => {
    const id = await ground.create(forever);
    let open = 1;
    let last = 0;
    const activity = [{ active: () => open, lastActivity: () => new Date(last) }];
    const { manager, story } = stage();
    manager.register(service('web', id, { lazyBoot: true, idleTimeout: 300, activity }));
    await (await manager.acquire('web')).release();
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await statusOf(id)).toBe('running');
    const stopped = reaches(manager, 'web', 'stopped');
    [open, last] = [0, Date.now()];
    await stopped;
    expect(await statusOf(id)).toBe('exited');
    expect(told(story).slice(-3)).toEqual([
      'shutdown.started web',
      'container.stopped web',
      'shutdown.completed web',
    ]);
    await using _lease = await manager.acquire('web');
    expect(await statusOf(id)).toBe('running');
  });

  test('an idle service that only pauses is back with its memory, and a shutdown ends it for good', async () => {
    const id = await ground.create(forever);
    const { manager } = stage();
    manager.register(service('web', id, { lazyBoot: true, idleTimeout: 200, whenIdle: 'pause' }));
    await (await manager.acquire('web')).release();
    const { startedAt } = await ground.backend.inspect(id);
    await reaches(manager, 'web', 'stopped');
    expect(await statusOf(id)).toBe('paused');
    const lease = await manager.acquire('web');
    expect(await ground.backend.inspect(id)).toMatchObject({ status: 'running', startedAt });
    await lease.release();
    await reaches(manager, 'web', 'stopped');
    expect((await manager.shutdown()).ok).toBe(true);
    expect(await statusOf(id)).toBe('exited');
  });

  test('all come up in their order and go down in the reverse one', async () => {
    const [db, api, web] = await Promise.all([1, 2, 3].map(() => ground.create(forever)));
    const { manager, story } = stage();
    manager.register(service('web', web ?? '', { dependencies: ['api'] }));
    manager.register(service('api', api ?? '', { dependencies: ['db'] }));
    manager.register(service('db', db ?? ''));
    expect((await manager.startAll()).ok).toBe(true);
    expect((await manager.shutdown()).ok).toBe(true);
    const containers = told(story).filter((line) => line.startsWith('container.'));
    expect(containers).toEqual([
      'container.started db',
      'container.started api',
      'container.started web',
      'container.stopped web',
      'container.stopped api',
      'container.stopped db',
    ]);
    for (const id of [db, api, web]) expect(await statusOf(id ?? '')).toBe('exited');
  });

  test('a service is up once its health check passes; its death ends the wait', async () => {
    const healthcheck = { test: ['CMD', 'test', '-e', '/tmp/ok'], interval: 100, retries: 100 };
    const id = await ground.create(`sleep 1; touch /tmp/ok; ${forever}`, { healthcheck });
    const dying = await ground.create('echo no such database; sleep 0.5; exit 3');
    const { manager, story } = stage();
    manager.register(service('db', id));
    manager.register(
      service('bad', dying, {
        health: ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }),
    );
    await manager.start('db');
    expect((await ground.backend.inspect(id)).health).toBe('healthy');
    expect(manager.status('db').healthy).toBe(true);
    expect(story).toContainEqual(
      expect.objectContaining({
        type: 'health.changed',
        data: expect.objectContaining({ target: 'db', to: 'healthy' }),
      }),
    );
    await expect(manager.start('bad')).rejects.toMatchObject({
      code: 'EXIT',
      details: { exitCode: 3, lastLines: ['no such database'] },
    });
    expect(manager.status('bad').state).toBe('failed');
    expect(told(story).slice(-3)).toEqual([
      'container.started bad',
      'container.failed bad',
      'boot.completed bad',
    ]);
  });

  test('its restart policy brings it back: the failure is told, and it stays up', async () => {
    const id = await ground.create(forever, { restart: { name: 'always' } });
    const { manager, story } = stage();
    manager.register(service('db', id));
    await manager.start('db');
    story.length = 0;
    await ground.backend.execCapture(id, { command: ['kill', '1'] });
    await expect.poll(() => told(story), { timeout: 15_000 }).toContain('container.started db');
    expect(told(story)[0]).toBe('container.failed db');
    expect(manager.status('db').state).toBe('idle');
    const stopped = reaches(manager, 'db', 'stopped');
    await ground.backend.stop(id, { timeout: 10_000 });
    await stopped;
    expect(await statusOf(id)).toBe('exited');
  });

  test('what happens while the engine cannot be reached is noticed afterwards', async () => {
    const [dying, coming] = await Promise.all([ground.create(forever), ground.create(forever)]);
    const proxy = await SocketProxy.before(ground.engine.host);
    cleanups.push(() => proxy[Symbol.asyncDispose]());
    const backend = await connect({ type: ground.engine.kind, host: proxy.host });
    cleanups.push(() => backend[Symbol.asyncDispose]());
    const { manager, story } = stage();
    manager.register(service('dying', dying, { backend })).register(service('coming', coming, { backend }));
    await manager.start('dying');
    story.length = 0;
    const [failed, found] = [reaches(manager, 'dying', 'failed'), reaches(manager, 'coming', 'idle')];
    await proxy.close();
    await ground.backend.kill(dying);
    await ground.backend.start(coming);
    await proxy.open();
    await Promise.all([failed, found]);
    expect(told(story).filter((line) => line === 'container.failed dying')).toHaveLength(1);
  });

  test('a process that is killed leaves its services up; the next one goes on counting their idle time', async () => {
    const id = await ground.create(forever);
    const stateDirectory = await mkdtemp(join(tmpdir(), 'wherry-lifecycle-'));
    cleanups.push(() => rm(stateDirectory, { recursive: true, force: true }));
    const { kind, host } = ground.engine;
    const settings = JSON.stringify({ kind, host, id, stateDirectory, idleTimeout: 3_600_000 });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'keeper.ts'), settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanups.push(() => Promise.resolve(child.kill('SIGKILL')));
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const releasedAt = new Date(line.toString().trim());
    const written = async (): Promise<string> => {
      const [name = ''] = (await readdir(stateDirectory)).filter((file) => file.endsWith('.json'));
      return name === '' ? '' : readFile(join(stateDirectory, name), 'utf8');
    };
    await expect.poll(written, { timeout: 10_000 }).toBe(JSON.stringify({ idleSince: releasedAt }));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await statusOf(id)).toBe('running');

    const backend = await connect({ type: kind, host });
    cleanups.push(() => backend[Symbol.asyncDispose]());
    const { manager } = stage({ stateDirectory });
    manager.register({ name: 'db', backend, container: id, lazyBoot: true, idleTimeout: 3_600_000 });
    expect(await manager.adopt()).toEqual(['db']);
    expect(manager.status('db')).toMatchObject({ state: 'idle', idleSince: releasedAt });
    const third = stage({ stateDirectory });
    await manager[Symbol.asyncDispose]();
    const idleTimeout = Date.now() - releasedAt.getTime() + 500;
    third.manager.register(service('db', id, { lazyBoot: true, idleTimeout }));
    await third.manager.adopt();
    await reaches(third.manager, 'db', 'stopped');
    expect(await statusOf(id)).toBe('exited');
  });
});
