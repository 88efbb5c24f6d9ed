import { describe, expect, test, vi } from 'vitest';
import { consoleLogger, EventBus, type ResourceSnapshot } from '../core/index.ts';
import { FakeEngine } from './fake-engine.test-support.ts';
import { FakeClock, fakeHost } from './fake-host.test-support.ts';
import { clusterSnapshot, ResourceMonitor, type ResourceMonitorOptions } from './index.ts';
import { StatsFeed } from './stats-feed.ts';

function setUp(options: ResourceMonitorOptions = {}): {
  files: Record<string, string>;
  clock: FakeClock;
  engine: FakeEngine;
  monitor: ResourceMonitor;
} {
  const files: Record<string, string> = {
    '/proc/self/mountinfo': '29 22 0:26 / /cg rw - cgroup2 cgroup2 rw\n',
    '/proc/7/cgroup': '0::/id-web\n',
    '/proc/8/cgroup': '0::/id-db\n',
    '/cg/id-web/memory.current': '100\n',
    '/cg/id-web/cpu.stat': 'usage_usec 0\n',
    '/cg/id-db/memory.current': '200\n',
    '/proc/meminfo': 'MemTotal: 1 kB\nMemAvailable: 0 kB\n',
  };
  const clock = new FakeClock();
  const engine = new FakeEngine();
  const host = fakeHost(files);
  const monitor = new ResourceMonitor({ backends: [engine.backend], host, clock, disks: [], ...options });
  return { files, clock, engine, monitor };
}

const names = ({ containers }: ResourceSnapshot): string[] => containers.map(({ name }) => name);

describe('containers of this machine', () => {
  test('are read from files, with cores and rates since the sample before', async () => {
    const { files, clock, engine, monitor } = setUp();
    await using _ = monitor;
    const labels = { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' };
    engine.start('web', { labels, restartCount: 2 });
    const first = await monitor.sample();
    expect(first.engines).toEqual([
      { type: 'docker', address: engine.address, source: 'cgroup', error: null },
    ]);
    expect(first.containers).toMatchObject([
      { name: 'web', project: 'shop', service: 'web', restartCount: 2, cpu: null, memory: 100 },
    ]);
    clock.pass(10_000);
    files['/cg/id-web/cpu.stat'] = 'usage_usec 5000000\n';
    const second = await monitor.sample();
    expect(second.containers).toMatchObject([{ cpu: 0.5, cpuPercent: 50, cpuSeconds: 5, memoryLimit: 1024 }]);
    expect(monitor.snapshot()).toBe(second);
  });

  test('come, go, restart and are renamed through events, each inspected once', async () => {
    const { files, clock, engine, monitor } = setUp();
    await using _ = monitor;
    engine.start('web');
    expect(names(await monitor.sample())).toEqual(['web']);
    engine.start('db', { pid: 8 });
    await expect.poll(async () => names(await monitor.sample())).toEqual(['web', 'db']);
    expect(engine.inspections).toBe(2);
    engine.rename('db', 'database');
    await expect.poll(async () => names(await monitor.sample())).toEqual(['web', 'database']);
    engine.end('db');
    await expect.poll(async () => names(await monitor.sample())).toEqual(['web']);
    // The next run of the same container counts from zero: that is no rate below zero.
    files['/proc/9/cgroup'] = '0::/id-web\n';
    files['/cg/id-web/cpu.stat'] = 'usage_usec 9\n';
    await monitor.sample();
    engine.start('web', { pid: 9, restartCount: 1 });
    files['/cg/id-web/cpu.stat'] = 'usage_usec 1\n';
    clock.pass(1000);
    await expect.poll(async () => (await monitor.sample()).containers[0]?.restartCount).toBe(1);
    expect(engine.listeners).toBe(1);
  });

  test('one that ended since is left out', async () => {
    const { files, engine, monitor } = setUp();
    await using _ = monitor;
    engine.start('web');
    await monitor.sample();
    delete files['/cg/id-web/memory.current'];
    delete files['/cg/id-web/cpu.stat'];
    expect(names(await monitor.sample())).toEqual([]);
  });
});

describe('containers elsewhere', () => {
  test('are read from the stream', async () => {
    const { engine, monitor } = setUp();
    await using _ = monitor;
    engine.start('far', { pid: 12_345 });
    engine.stats({ id: 'id-far', time: new Date(1000), networkRx: 10 });
    const first = await monitor.sample();
    expect(first.engines).toMatchObject([{ source: 'engine', error: null }]);
    expect(first.containers).toMatchObject([{ name: 'far', networkRx: 10, networkRxRate: null }]);
    engine.stats({ id: 'id-far', time: new Date(3000), networkRx: 40, memory: 5, memoryLimit: 10 });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await monitor.sample()).containers).toMatchObject([
      { name: 'far', cpuSeconds: null, networkRx: 40, networkRxRate: 15, memoryPercent: 50 },
    ]);
  });

  test('use as many cores as the mean since the sample before', async () => {
    const stop = new AbortController();
    const engine = new FakeEngine();
    for (const cpu of [null, 0.5, 1]) engine.stats({ id: 'a', cpu });
    const feed = new StatsFeed(engine.backend, stop.signal);
    await feed.ready;
    await new Promise((resolve) => setImmediate(resolve));
    expect(feed.take().get('a')?.cpu).toBe(0.75);
    // Nothing new: the last word stands.
    expect(feed.take().get('a')?.cpu).toBe(1);
    stop.abort();
  });
});

test('an engine that fails is part of the sample, and is tried again with the next', async () => {
  const { engine, monitor } = setUp();
  await using _ = monitor;
  engine.failure = new Error('refused');
  engine.start('web');
  const failed = await monitor.sample();
  expect(failed.containers).toEqual([]);
  expect(failed.engines).toMatchObject([{ error: { message: 'refused' } }]);
  expect(failed.system?.memoryTotal).toBe(1024);
  engine.failure = undefined;
  expect(names(await monitor.sample())).toEqual(['web']);
});

test('a slow engine does not hold up the sample for good, and goes on with what it has begun', async () => {
  const { clock, engine, monitor } = setUp();
  await using _ = monitor;
  engine.start('web');
  const answer = Promise.withResolvers<void>();
  engine.answering = answer.promise;
  const sampling = monitor.sample();
  await expect.poll(() => clock.due).toEqual([5000]);
  clock.pass(5000);
  expect((await sampling).engines).toMatchObject([{ error: { code: 'TIMEOUT' } }]);
  answer.resolve();
  expect(names(await monitor.sample())).toEqual(['web']);
  expect(engine.lists).toBe(1);
});

test('a stream that ends is told, and is opened anew with the next sample', async () => {
  const { engine, monitor } = setUp({ source: 'engine' });
  await using _ = monitor;
  engine.start('web');
  engine.endStats = true;
  expect((await monitor.sample()).engines).toMatchObject([{ error: { code: 'STREAM_CUT' } }]);
  engine.endStats = false;
  engine.stats({ id: 'id-web', memory: 7 });
  expect((await monitor.sample()).containers).toMatchObject([{ name: 'web', memory: 7 }]);
});

describe('the loop', () => {
  test('samples at once and at every interval, with one timer for everything', async () => {
    const { clock, engine, monitor } = setUp({ interval: 1000 });
    await using _ = monitor;
    engine.start('web');
    engine.start('db', { pid: 8 });
    monitor.start();
    monitor.start();
    for (const due of [1000, 2000, 3000]) {
      await expect.poll(() => clock.due).toEqual([due]);
      clock.pass(1000);
    }
  });

  test('ticks that a long sample missed are left out, and the beat stays', async () => {
    const { clock, monitor } = setUp({ interval: 1000, backends: [] });
    await using _ = monitor;
    monitor.start();
    await expect.poll(() => clock.due).toEqual([1000]);
    clock.pass(3300);
    await expect.poll(() => clock.due).toEqual([4000]);
  });

  test('ends with the monitor, which lets go of the engine', async () => {
    const { clock, engine, monitor } = setUp({ interval: 1000 });
    engine.start('web');
    monitor.start();
    await expect.poll(() => clock.due).toEqual([1000]);
    await monitor[Symbol.asyncDispose]();
    expect([clock.due, engine.listeners]).toEqual([[], 0]);
    expect(() => monitor.start()).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    await expect(monitor.sample()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a slow reader gets the newest; leaving the loop, a signal and the end let it go', async () => {
    const { clock, monitor } = setUp({ backends: [] });
    const stop = new AbortController();
    const aborted = monitor.snapshots({ signal: stop.signal });
    const reader = monitor.snapshots();
    for (const time of [1, 2, 3]) {
      clock.pass(1);
      expect((await monitor.sample()).time.getTime()).toBe(time);
    }
    expect((await reader.next()).value?.time.getTime()).toBe(3);
    stop.abort();
    expect((await aborted.next()).value?.time.getTime()).toBe(3);
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    const waiting = reader.next();
    await monitor[Symbol.asyncDispose]();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await monitor.snapshots().next()).toEqual({ done: true, value: undefined });
  });

  test.each([0, -1, Number.NaN, 2 ** 31])('an interval of %s is refused', (interval) => {
    expect(() => new ResourceMonitor({ interval })).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});

test('rules become events and actions; what an action throws is logged', async () => {
  const events = new EventBus();
  const lines: string[] = [];
  const told: unknown[] = [];
  events.subscribe({}, ({ type, source, name, data }) => told.push([type, source, name, data]));
  const action = vi.fn(() => {
    throw new Error('no hands');
  });
  const { files, clock, monitor } = setUp({
    events,
    backends: [],
    logger: consoleLogger({ write: (line) => lines.push(line) }),
    rules: [{ name: 'full', metric: 'system.memory', operator: '>=', threshold: 90, clearAt: 50, action }],
  });
  await using _ = monitor;
  await monitor.sample();
  await monitor.sample();
  clock.pass(5000);
  files['/proc/meminfo'] = 'MemTotal: 100 kB\nMemAvailable: 60 kB\n';
  await monitor.sample();
  const what = { rule: 'full', metric: 'system.memory', subject: 'system', operator: '>=', threshold: 90 };
  expect(told).toEqual([
    ['threshold.raised', 'monitor', 'system', { ...what, value: 100 }],
    ['threshold.cleared', 'monitor', 'system', { ...what, value: 40, durationMs: 5000 }],
  ]);
  expect(action).toHaveBeenCalledTimes(2);
  expect(lines.join('')).toContain('no hands');
  monitor.removeRule('full');
  monitor.addRule({ metric: 'system.memory', operator: '<', threshold: 50 });
  await monitor.sample();
  expect(told).toHaveLength(3);
});

test('a cluster counts every machine once, the local one too, and the unknown not at all', async () => {
  const { files, clock, monitor } = setUp({ backends: [] });
  await using _ = monitor;
  files['/proc/stat'] = 'cpu  0 0 0 0 0 0 0 0\ncpu0 1\ncpu1 1\n';
  await monitor.sample();
  files['/proc/stat'] = 'cpu  30 0 0 70 0 0 0 0\ncpu0 1\ncpu1 1\n';
  const local = await monitor.sample();
  const { system } = local;
  if (system === null) throw new Error('there is a system');
  const remote = {
    ...local,
    system: { ...system, cpus: 6, cpuPercent: 70, memoryTotal: 3072, memoryUsed: 0, memoryPercent: 0 },
  };
  const silent = { ...local, system: { ...system, cpus: 8, cpuPercent: null, memoryUsed: null } };
  const cluster = clusterSnapshot(
    [
      { host: 'local', snapshot: local },
      { host: 'h1', snapshot: remote },
      { host: 'h2', snapshot: silent },
      { host: 'h3', snapshot: null },
    ],
    clock.now(),
  );
  expect(cluster).toMatchObject({
    hostCount: 4,
    knownHosts: 3,
    cpus: 16,
    // Two cores at 30 % and six at 70 %; those that do not tell are not idle.
    cpuPercent: 60,
    memoryTotal: 5120,
    memoryUsed: 1024,
    memoryPercent: 25,
    diskTotal: null,
    containers: 0,
  });
  expect(clusterSnapshot([])).toMatchObject({
    hostCount: 0,
    cpus: null,
    cpuPercent: null,
    memoryTotal: null,
  });
});
