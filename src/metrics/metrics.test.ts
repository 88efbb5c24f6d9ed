import { register as globalRegistry, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { type ContainerResources, EventBus, type ResourceSnapshot, WherryError } from '../core/index.ts';
import { MetricsCollector } from './index.ts';

const subject = { id: 'a', image: 'redis:7', project: 'shop', service: 'cache' };

test('names, labels and buckets are those that were promised', async () => {
  using metrics = await MetricsCollector.open();
  metrics.incContainerStarts('web');
  metrics.incContainerStops('web');
  metrics.incContainerFailures('web');
  metrics.observeHealthCheckDuration('web', 15);
  metrics.observeBootDuration(150);
  metrics.setContainerUp('web', { up: true });
  const text = await metrics.registry.metrics();
  expect(
    lines(text, /^containers_(starts|stops|failures|up|health_check_duration|boot_duration)/),
  ).toMatchInlineSnapshot(`
    "containers_starts_total{name="web"} 1
    containers_stops_total{name="web"} 1
    containers_failures_total{name="web"} 1
    containers_health_check_duration_seconds_bucket{le="0.01",name="web"} 0
    containers_health_check_duration_seconds_bucket{le="0.02",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="0.04",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="0.08",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="0.16",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="0.32",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="0.64",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="1.28",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="2.56",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="5.12",name="web"} 1
    containers_health_check_duration_seconds_bucket{le="+Inf",name="web"} 1
    containers_health_check_duration_seconds_sum{name="web"} 0.015
    containers_health_check_duration_seconds_count{name="web"} 1
    containers_boot_duration_seconds_bucket{le="0.1"} 0
    containers_boot_duration_seconds_bucket{le="0.2"} 1
    containers_boot_duration_seconds_bucket{le="0.4"} 1
    containers_boot_duration_seconds_bucket{le="0.8"} 1
    containers_boot_duration_seconds_bucket{le="1.6"} 1
    containers_boot_duration_seconds_bucket{le="3.2"} 1
    containers_boot_duration_seconds_bucket{le="6.4"} 1
    containers_boot_duration_seconds_bucket{le="12.8"} 1
    containers_boot_duration_seconds_bucket{le="25.6"} 1
    containers_boot_duration_seconds_bucket{le="51.2"} 1
    containers_boot_duration_seconds_bucket{le="102.4"} 1
    containers_boot_duration_seconds_bucket{le="204.8"} 1
    containers_boot_duration_seconds_bucket{le="+Inf"} 1
    containers_boot_duration_seconds_sum 0.15
    containers_boot_duration_seconds_count 1
    containers_up{name="web"} 1"
  `);
});

test('lifecycle events are counted', async () => {
  const events = new EventBus();
  using metrics = await MetricsCollector.open({ events });
  const publish = events.publish.bind(events);
  publish('container.started', 'boot', 'cache', { ...subject, name: 'c-1', startedAt: new Date() });
  publish('container.started', 'boot', 'cache', { ...subject, name: 'c-2', startedAt: new Date() });
  publish('container.stopped', 'boot', 'cache', { ...subject, name: 'c-1', exitCode: 0 });
  const failed = { ...subject, name: 'c-2', exitCode: 1, oomKilled: false, lastLines: [] };
  publish('container.failed', 'boot', 'cache', failed);
  publish('container.started', 'boot', 'cache', { ...subject, name: 'c-2', startedAt: new Date() });
  const health = { target: 'c-2', kind: 'tcp', from: 'unknown', message: '' } as const;
  publish('health.changed', 'health', 'c-2', { ...health, to: 'unhealthy' });
  const boot = { project: 'shop', counts: {}, durationMs: 1000 };
  publish('boot.completed', 'boot', 'shop', { ...boot, failed: [] });
  publish('boot.completed', 'boot', 'shop', { ...boot, failed: ['web'] });
  const rule = { rule: 'hot', metric: 'system.cpu', subject: 'system', operator: '>', threshold: 90 };
  publish('threshold.raised', 'monitor', 'system', { ...rule, value: 91 });
  const text = await metrics.registry.metrics();
  expect(
    lines(
      text,
      /^containers_(starts|stops|failures|up|healthy|boots|boot_duration_seconds_(sum|count)|threshold|events)/,
    ),
  ).toMatchInlineSnapshot(`
    "containers_starts_total{name="c-1"} 1
    containers_starts_total{name="c-2"} 2
    containers_stops_total{name="c-1"} 1
    containers_failures_total{name="c-2"} 1
    containers_healthy{name="c-2"} 0
    containers_boots_total{outcome="ok"} 1
    containers_boots_total{outcome="failed"} 1
    containers_boot_duration_seconds_sum 2
    containers_boot_duration_seconds_count 2
    containers_events_total{type="container.started"} 3
    containers_events_total{type="container.stopped"} 1
    containers_events_total{type="container.failed"} 1
    containers_events_total{type="health.changed"} 1
    containers_events_total{type="boot.completed"} 2
    containers_events_total{type="threshold.raised"} 1
    containers_threshold_raised{rule="hot",name="system"} 1
    containers_up{name="c-1"} 0
    containers_up{name="c-2"} 1"
  `);
  publish('threshold.cleared', 'monitor', 'system', { ...rule, value: 1, durationMs: 5 });
  expect(await metrics.registry.metrics()).toContain(
    'containers_threshold_raised{rule="hot",name="system"} 0',
  );
});

test('a snapshot becomes series in base units, and the unknown becomes none', async () => {
  let snapshot: ResourceSnapshot | null = null;
  using metrics = await MetricsCollector.open({ monitor: { snapshot: () => snapshot } });
  const before = await metrics.registry.metrics();
  expect(lines(before, /^containers_(host|cpu|memory|info|sample|engine)/)).toEqual('');
  snapshot = snapshotOf([container('web'), { ...container('db'), cpuSeconds: null, blockRead: null }]);
  const text = await metrics.registry.metrics();
  expect(lines(text, /^containers_/)).toMatchInlineSnapshot(`
    "containers_boot_duration_seconds_bucket{le="0.1"} 0
    containers_boot_duration_seconds_bucket{le="0.2"} 0
    containers_boot_duration_seconds_bucket{le="0.4"} 0
    containers_boot_duration_seconds_bucket{le="0.8"} 0
    containers_boot_duration_seconds_bucket{le="1.6"} 0
    containers_boot_duration_seconds_bucket{le="3.2"} 0
    containers_boot_duration_seconds_bucket{le="6.4"} 0
    containers_boot_duration_seconds_bucket{le="12.8"} 0
    containers_boot_duration_seconds_bucket{le="25.6"} 0
    containers_boot_duration_seconds_bucket{le="51.2"} 0
    containers_boot_duration_seconds_bucket{le="102.4"} 0
    containers_boot_duration_seconds_bucket{le="204.8"} 0
    containers_boot_duration_seconds_bucket{le="+Inf"} 0
    containers_boot_duration_seconds_sum 0
    containers_boot_duration_seconds_count 0
    containers_up{name="web"} 1
    containers_up{name="db"} 1
    containers_cpu_seconds_total{name="web",engine="unix:///e.sock"} 12.5
    containers_cpu_cores{name="web",engine="unix:///e.sock"} 0.5
    containers_cpu_cores{name="db",engine="unix:///e.sock"} 0.5
    containers_cpu_limit_cores{name="web",engine="unix:///e.sock"} 2
    containers_cpu_limit_cores{name="db",engine="unix:///e.sock"} 2
    containers_memory_bytes{name="web",engine="unix:///e.sock"} 1024
    containers_memory_bytes{name="db",engine="unix:///e.sock"} 1024
    containers_memory_limit_bytes{name="web",engine="unix:///e.sock"} 4096
    containers_memory_limit_bytes{name="db",engine="unix:///e.sock"} 4096
    containers_network_receive_bytes_total{name="web",engine="unix:///e.sock"} 10
    containers_network_receive_bytes_total{name="db",engine="unix:///e.sock"} 10
    containers_network_transmit_bytes_total{name="web",engine="unix:///e.sock"} 20
    containers_network_transmit_bytes_total{name="db",engine="unix:///e.sock"} 20
    containers_block_read_bytes_total{name="web",engine="unix:///e.sock"} 30
    containers_block_write_bytes_total{name="web",engine="unix:///e.sock"} 40
    containers_block_write_bytes_total{name="db",engine="unix:///e.sock"} 40
    containers_pids{name="web",engine="unix:///e.sock"} 3
    containers_pids{name="db",engine="unix:///e.sock"} 3
    containers_restarts_total{name="web",engine="unix:///e.sock"} 1
    containers_restarts_total{name="db",engine="unix:///e.sock"} 1
    containers_info{name="web",engine="unix:///e.sock",image="redis:7",project="shop",service=""} 1
    containers_info{name="db",engine="unix:///e.sock",image="redis:7",project="shop",service=""} 1
    containers_without_series 0
    containers_engine_up{engine="unix:///e.sock",type="docker"} 1
    containers_sample_timestamp_seconds 1
    containers_host_cpu_ratio 0.25
    containers_host_cpus 2
    containers_host_load1 1
    containers_host_load5 2
    containers_host_load15 3
    containers_host_memory_size_bytes 8192
    containers_host_network_receive_bytes_total 7
    containers_host_network_transmit_bytes_total 8
    containers_host_disk_size_bytes{path="/"} 100
    containers_host_disk_used_bytes{path="/"} 40
    containers_host_disk_available_bytes{path="/"} 50
    containers_host_pressure_ratio{resource="cpu",kind="some"} 0.5
    containers_host_pressure_seconds_total{resource="cpu",kind="some"} 1.5"
  `);
});

test('what is gone has no series, and is down', async () => {
  let snapshot = snapshotOf([container('web')]);
  using metrics = await MetricsCollector.open({ monitor: { snapshot: () => snapshot } });
  await metrics.registry.metrics();
  const [engine] = snapshot.engines;
  if (engine === undefined) throw new Error('the snapshot has an engine');
  const error = new WherryError('UNAVAILABLE', 'gone');
  snapshot = { ...snapshotOf([]), engines: [{ ...engine, error }], time: new Date(2000) };
  // An engine that does not answer says nothing of its containers.
  expect(lines(await metrics.registry.metrics(), /^containers_(up|engine_up|pids)/)).toBe(
    'containers_up{name="web"} 1\ncontainers_engine_up{engine="unix:///e.sock",type="docker"} 0',
  );
  snapshot = { ...snapshotOf([]), time: new Date(3000) };
  expect(lines(await metrics.registry.metrics(), /^containers_(up|engine_up|pids)/)).toBe(
    'containers_up{name="web"} 0\ncontainers_engine_up{engine="unix:///e.sock",type="docker"} 1',
  );
});

test('an event after the snapshot is the newer word', async () => {
  const events = new EventBus({ now: () => new Date(1500) });
  const snapshot = snapshotOf([container('web')]);
  using metrics = await MetricsCollector.open({ events, monitor: { snapshot: () => snapshot } });
  events.publish('container.stopped', 'boot', 'web', { ...subject, name: 'web', exitCode: 0 });
  expect(lines(await metrics.registry.metrics(), /^containers_up/)).toBe('containers_up{name="web"} 0');
});

test('names are bounded: the idle leave with their series, the rest is other', async () => {
  using metrics = await MetricsCollector.open({ maxNames: 2 });
  metrics.incContainerStarts('one');
  metrics.incContainerStarts('two');
  metrics.incContainerStarts('one');
  metrics.observeHealthCheck({ target: 'three', healthy: false, durationMs: 20 });
  const text = await metrics.registry.metrics();
  expect(lines(text, /^containers_(starts|health_check_(failures|duration_seconds_count))/)).toBe(
    [
      'containers_starts_total{name="one"} 2',
      'containers_health_check_duration_seconds_count{name="three"} 1',
      'containers_health_check_failures_total{name="three"} 1',
    ].join('\n'),
  );
  metrics.setContainerUp('one', { up: true });
  metrics.setContainerUp('three', { up: true });
  metrics.incContainerStarts('four');
  expect(lines(await metrics.registry.metrics(), /^containers_starts/)).toBe(
    'containers_starts_total{name="one"} 2\ncontainers_starts_total{name="other"} 1',
  );
});

test('containers beyond the limit are told as a number, and none pushes out another', async () => {
  const snapshot = snapshotOf(['a', 'b', 'c'].map(container));
  using metrics = await MetricsCollector.open({ maxNames: 2, monitor: { snapshot: () => snapshot } });
  const text = await metrics.registry.metrics();
  expect(lines(text, /^containers_(pids|without|up)/)).toBe(
    [
      'containers_up{name="a"} 1',
      'containers_up{name="b"} 1',
      'containers_pids{name="a",engine="unix:///e.sock"} 3',
      'containers_pids{name="b",engine="unix:///e.sock"} 3',
      'containers_without_series 1',
    ].join('\n'),
  );
});

test('queues and leases are asked for at each scrape', async () => {
  using metrics = await MetricsCollector.open();
  let waiting = 3;
  const leave = metrics.observeQueue('db', () => ({ active: 2, waiting, max: 2 }));
  metrics.observeLeases('db', () => 5);
  waiting = 4;
  expect(lines(await metrics.registry.metrics(), /^containers_(queue|leases)/)).toBe(
    [
      'containers_queue_length{name="db"} 4',
      'containers_queue_active{name="db"} 2',
      'containers_queue_places{name="db"} 2',
      'containers_leases{name="db"} 5',
    ].join('\n'),
  );
  leave();
  expect(lines(await metrics.registry.metrics(), /^containers_queue/)).toBe('');
});

test('the registry is its own or the given one, and is left as it was', async () => {
  const registry = new Registry();
  const events = new EventBus();
  const metrics = await MetricsCollector.open({ registry, events });
  expect(metrics.registry).toBe(registry);
  await expect(MetricsCollector.open({ registry })).rejects.toThrow(/already been registered/);
  metrics[Symbol.dispose]();
  expect(await registry.metrics()).toBe('\n');
  using again = await MetricsCollector.open({ registry, events });
  events.publish('container.stopped', 'boot', 'web', { ...subject, name: 'web', exitCode: 0 });
  expect(await again.registry.metrics()).toContain('containers_stops_total{name="web"} 1');
  expect(await globalRegistry.metrics()).toBe('\n');
});

test('this process is measured under the names that everybody uses', async () => {
  using metrics = await MetricsCollector.open();
  const text = await metrics.registry.metrics();
  const value = (name: string): number => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(10 * 2 ** 20);
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(Math.abs(value('process_start_time_seconds') * 1000 - performance.timeOrigin)).toBeLessThan(1000);
});

function lines(text: string, pattern: RegExp): string {
  return text
    .split('\n')
    .filter((line) => pattern.test(line))
    .join('\n');
}

function container(name: string): ContainerResources {
  return {
    id: `id-${name}`,
    name,
    time: new Date(1000),
    engine: 'unix:///e.sock',
    image: 'redis:7',
    project: 'shop',
    service: null,
    cpu: 0.5,
    cpuPercent: 50,
    cpuSeconds: 12.5,
    cpuLimit: 2,
    memory: 1024,
    memoryLimit: 4096,
    memoryPercent: 25,
    networkRx: 10,
    networkTx: 20,
    networkRxRate: 1,
    networkTxRate: 2,
    blockRead: 30,
    blockWrite: 40,
    blockReadRate: 3,
    blockWriteRate: 4,
    pids: 3,
    restartCount: 1,
  };
}

function snapshotOf(containers: readonly ContainerResources[]): ResourceSnapshot {
  const stall = { avg10: 50, avg60: 0, avg300: 0, total: 1500 };
  return {
    time: new Date(1000),
    containers,
    engines: [{ type: 'docker', address: 'unix:///e.sock', source: 'cgroup', error: null }],
    system: {
      time: new Date(1000),
      cpus: 2,
      cpuPercent: 25,
      load: [1, 2, 3],
      memoryTotal: 8192,
      memoryUsed: null,
      memoryPercent: null,
      disks: [{ path: '/', total: 100, used: 40, available: 50, percent: 44 }],
      diskPercent: 44,
      network: { rx: 7, tx: 8, rxRate: null, txRate: null },
      pressure: { cpu: { some: stall, full: null }, memory: null, io: null },
    },
  };
}
