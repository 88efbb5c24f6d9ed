import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { EventBus, type Lease, WherryError } from '../core/index.ts';
import { FakeClock, settle } from './fake-clock.test-support.ts';
import { LifecycleManager, type LifecycleManagerOptions } from './lifecycle-manager.ts';
import type { HookedService } from './service-spec.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A manager, what its services were told in order, and what it published. */
function stage(options: LifecycleManagerOptions = {}) {
  const clock = new FakeClock();
  const events = new EventBus();
  const story: string[] = [];
  events.subscribe({}, ({ type, name, error }) =>
    story.push(`${type} ${name}${error === null ? '' : ` ${error.code}`}`),
  );
  const manager = new LifecycleManager({ clock, events, ...options });
  const calls: string[] = [];
  const service = (name: string, spec: Partial<HookedService> = {}): HookedService => ({
    name,
    start: async () => void calls.push(`start ${name}`),
    stop: async () => void calls.push(`stop ${name}`),
    retry: { initialDelay: 0, jitter: 0 },
    ...spec,
  });
  return { clock, events, story, manager, calls, service };
}

const broken = (): Promise<never> => Promise.reject(new WherryError('EXIT', 'it exited with code 1'));

test('starts what is needed first and stops it last, all in events', async () => {
  const { manager, calls, story, service } = stage();
  manager.register(service('web', { dependencies: ['api', 'cache'] }));
  manager.register(service('api', { dependencies: ['db'] }));
  manager.register(service('cache')).register(service('db'));
  const started = await manager.startAll();
  expect(started.ok).toBe(true);
  expect(started.rows.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
    'api started',
    'cache started',
    'db started',
    'web started',
  ]);
  expect(manager.statuses().map(({ name, state, activeUsers }) => [name, state, activeUsers])).toEqual([
    ['web', 'idle', 0],
    ['api', 'running', 1],
    ['cache', 'running', 1],
    ['db', 'running', 1],
  ]);
  expect([story[0], story.at(-1)]).toEqual(['boot.started all', 'boot.completed all']);
  expect(story.indexOf('boot.completed db')).toBeLessThan(story.indexOf('boot.started api'));
  expect((await manager.startAll()).rows.map(({ status }) => status)).toEqual(Array(4).fill('running'));
  calls.length = 0;
  story.length = 0;
  expect((await manager.shutdown()).rows.every(({ status }) => status === 'stopped')).toBe(true);
  expect(calls[0]).toBe('stop web');
  expect(calls.indexOf('stop api')).toBeLessThan(calls.indexOf('stop db'));
  expect(calls).toHaveLength(4);
  expect([story[0], story.at(-1)]).toEqual(['shutdown.started all', 'shutdown.completed all']);
  expect(() => manager.register(service('late'))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  await expect(manager.acquire('web')).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('one that fails takes along only what needs it, each with its reason', async () => {
  const { manager, calls, service, story } = stage();
  manager.register(service('db', { start: broken })).register(service('api', { dependencies: ['db'] }));
  manager.register(service('web', { dependencies: ['api'] })).register(service('cache'));
  const { ok, rows } = await manager.startAll();
  expect(ok).toBe(false);
  const outcome = Object.fromEntries(
    rows.map(({ name, status, error }) => [name, [status, error?.code, error?.details.dependency]]),
  );
  expect(outcome).toEqual({
    db: ['failed', 'EXIT', undefined],
    api: ['failed', 'DEPENDENCY', 'db'],
    web: ['failed', 'DEPENDENCY', 'api'],
    cache: ['started', undefined, undefined],
  });
  expect(calls).toEqual(['start cache', 'stop db']);
  expect(manager.status('db')).toMatchObject({ state: 'failed', error: { code: 'EXIT' } });
  expect(story).toContain('boot.completed db EXIT');
  await expect(manager.start('web')).rejects.toMatchObject({
    code: 'DEPENDENCY',
    details: { dependency: 'api' },
  });
  expect(calls).toEqual(['start cache', 'stop db', 'stop db']);
});

test('a lazy one starts with what it needs at the first acquire, and lets go of it when nobody uses it', async () => {
  const { manager, calls, clock, service } = stage();
  manager.register(service('db', { lazyBoot: true, idleTimeout: 60_000 }));
  manager.register(service('api', { lazyBoot: true, idleTimeout: 10_000, dependencies: ['db'] }));
  expect((await manager.startAll()).rows).toEqual([]);
  const leases = await Promise.all(Array.from({ length: 1000 }, () => manager.acquire('api')));
  expect(calls).toEqual(['start db', 'start api']);
  await clock.advance(600_000);
  expect(calls).toHaveLength(2);
  for (const lease of leases) await lease.release();
  expect(manager.status('api')).toMatchObject({ activeUsers: 0, stopsAt: new Date(clock.now() + 10_000) });
  await clock.advance(10_000);
  expect(calls.slice(2)).toEqual(['stop api']);
  await clock.advance(60_000);
  expect(calls.slice(2)).toEqual(['stop api', 'stop db']);
  await using _lease = await manager.lazy('api').acquire();
  expect(calls.slice(4)).toEqual(['start db', 'start api']);
});

test('one that is not lazy has to be up to be acquired', async () => {
  const { manager, service } = stage();
  manager.register(service('db'));
  await expect(manager.acquire('db')).rejects.toMatchObject({ code: 'CONFLICT', message: 'db is stopped' });
  await manager.start('db');
  const lease = await manager.acquire('db');
  expect(manager.status('db')).toMatchObject({ state: 'running', activeUsers: 1 });
  await lease.release();
  await manager.stop('db');
  await expect(manager.acquire('db')).rejects.toMatchObject({
    hint: 'start db before, or register it with lazyBoot',
  });
});

test('at most so many use it at a time, and the queue is told', async () => {
  const { manager, service } = stage();
  manager.register(service('gpu', { lazyBoot: true, maxConcurrent: 2 }));
  const [first] = await Promise.all([manager.acquire('gpu'), manager.acquire('gpu')]);
  const scope = new AbortController();
  const third = manager.acquire('gpu');
  const fourth = manager.acquire('gpu', { signal: scope.signal });
  await settle();
  expect(manager.status('gpu')).toMatchObject({ activeUsers: 4, queue: { active: 2, waiting: 2 } });
  scope.abort();
  await expect(fourth).rejects.toMatchObject({ code: 'CANCELLED' });
  await first?.release();
  await first?.release();
  await (await third).release();
  expect(manager.status('gpu')).toMatchObject({ activeUsers: 1, queue: { active: 1, waiting: 0 } });
});

test('what others need is not stopped under them', async () => {
  const { manager, calls, service } = stage();
  manager.register(service('db')).register(service('api', { dependencies: ['db'] }));
  await manager.startAll();
  await expect(manager.stop('db')).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { neededBy: ['api'] },
  });
  await manager.stop('api');
  await manager.stop('db');
  expect(calls.slice(2)).toEqual(['stop api', 'stop db']);
});

test('circles, strangers, doubles and idle times that nothing would end are refused', async () => {
  const { manager, service } = stage();
  manager.register(service('a', { dependencies: ['b'] })).register(service('b', { dependencies: ['c'] }));
  expect(() => manager.register(service('c', { dependencies: ['a'] }))).toThrow(/c → a → b → c/);
  await expect(manager.start('a')).rejects.toMatchObject({ code: 'INVALID', details: { dependency: 'c' } });
  expect(() => manager.register(service('a'))).toThrow(expect.objectContaining({ code: 'ALREADY_EXISTS' }));
  expect(() => manager.register(service('d', { idleTimeout: 5 }))).toThrow(/nothing would start it again/);
  expect(() => manager.register(service('../etc'))).toThrow(expect.objectContaining({ code: 'INVALID' }));
  expect(() => manager.status('nobody')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
});

test('a health hook gates the start, and is told', async () => {
  const { manager, events, service } = stage();
  const changes: unknown[] = [];
  events.subscribe({ types: ['health.changed'] }, ({ data }) => changes.push(data));
  let healthy = false;
  const health = async (): Promise<void> => {
    if (!healthy) throw new Error('no answer on port 5432');
  };
  manager.register(service('db', { health, lazyBoot: true }));
  await expect(manager.start('db')).rejects.toMatchObject({
    code: 'UNHEALTHY',
    message: 'db is not healthy: no answer on port 5432',
  });
  healthy = true;
  await manager.start('db');
  expect(manager.status('db').healthy).toBe(true);
  const common = { target: 'db', kind: 'custom' };
  expect(changes).toEqual([
    { ...common, from: 'unknown', to: 'unhealthy', message: 'db is not healthy: no answer on port 5432' },
    { ...common, from: 'unknown', to: 'healthy', message: 'it answers as it should' },
  ]);
});

test('the more urgent starts sooner and stops later, whatever the order of registration', async () => {
  const { manager, calls, service } = stage();
  manager.register(service('late', { priority: 5 })).register(service('soon', { priority: -5 }));
  manager.register(service('middle'));
  await manager.startAll();
  await manager.shutdown();
  expect(calls).toEqual([
    'start soon',
    'start middle',
    'start late',
    'stop late',
    'stop middle',
    'stop soon',
  ]);
});

test('a shutdown waits for those who use a service, as long as it may', async () => {
  const { manager, calls, clock, service } = stage();
  manager.register(service('db', { lazyBoot: true }));
  const lease = await manager.acquire('db');
  const first = manager.shutdown({ drain: 5000 });
  await clock.advance(4999);
  expect(calls).toEqual(['start db']);
  await clock.advance(1);
  await first;
  expect(calls).toEqual(['start db', 'stop db']);
  await lease.release();
});

test('a shutdown goes on when one cannot be stopped', async () => {
  const { manager, calls, service } = stage();
  manager.register(service('db')).register(service('api', { dependencies: ['db'], stop: broken }));
  await manager.startAll();
  const { ok, rows } = await manager.shutdown();
  expect(ok).toBe(false);
  expect(rows.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(['api failed', 'db stopped']);
  expect(calls.at(-1)).toBe('stop db');
});

test('the next process adopts what runs, and goes on counting its idle time', async () => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'wherry-lifecycle-'));
  folders.push(stateDirectory);
  const since = new Date(Date.UTC(2025, 0, 1));
  const options = { lazyBoot: true, idleTimeout: 60_000, runningSince: async () => since };
  const first = stage({ stateDirectory });
  first.manager.register(first.service('db', options));
  await (await first.manager.acquire('db')).release();
  await first.clock.advance(25_000);
  await first.manager[Symbol.asyncDispose]();
  expect(first.calls).toEqual(['start db']);

  const second = stage({ stateDirectory });
  second.manager.register(second.service('db', options)).register(second.service('down'));
  await second.clock.advance(25_000);
  expect(await second.manager.adopt()).toEqual(['db']);
  expect(await second.manager.adopt()).toEqual([]);
  const idleSince = new Date(second.clock.now() - 25_000);
  expect(second.manager.status('db')).toMatchObject({ state: 'idle', idleSince });
  await second.clock.advance(34_999);
  expect(second.calls).toEqual([]);
  await second.clock.advance(1);
  expect(second.calls).toEqual(['stop db']);
  await second.manager[Symbol.asyncDispose]();
});

test('a dependency that fails while another is still starting leaves no lease behind', async () => {
  const { manager, service } = stage();
  const slow = Promise.withResolvers<void>();
  manager.register(service('slow', { start: () => slow.promise, lazyBoot: true, whenAbandoned: 'finish' }));
  manager.register(service('bad', { start: broken, lazyBoot: true }));
  manager.register(service('api', { dependencies: ['slow', 'bad'], lazyBoot: true }));
  await expect(manager.acquire('api')).rejects.toMatchObject({
    code: 'DEPENDENCY',
    details: { dependency: 'bad' },
  });
  slow.resolve();
  await settle();
  expect(manager.status('slow')).toMatchObject({ state: 'idle', activeUsers: 0 });
});

test('observers see every transition of every service', async () => {
  const { manager, service } = stage();
  manager.register(service('a')).register(service('b'));
  const seen: string[] = [];
  const leave = manager.observe(({ service: name, to }) => seen.push(`${name} ${to}`));
  await manager.startAll();
  leave();
  await manager.shutdown();
  expect(seen.toSorted()).toEqual(['a idle', 'a running', 'a starting', 'b idle', 'b running', 'b starting']);
  expect(manager.history('a').at(-1)).toMatchObject({ to: 'stopped' });
});

test('leases are exact under many users', async () => {
  const { manager, service } = stage();
  manager.register(service('db', { lazyBoot: true, maxConcurrent: 7 }));
  const users = Array.from({ length: 300 }, async (_, index) => {
    const lease: Lease = await manager.acquire('db');
    expect(manager.status('db').queue?.active).toBeLessThanOrEqual(7);
    if (index % 3 === 0) await settle();
    await lease.release();
  });
  await Promise.all(users);
  expect(manager.status('db')).toMatchObject({
    activeUsers: 0,
    queue: { active: 0, waiting: 0 },
    state: 'idle',
  });
});
