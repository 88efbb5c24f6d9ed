import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EventBus } from '../../../src/core/index.ts';
import { HealthChecker } from '../../../src/health/index.ts';
import { MetricsCollector } from '../../../src/metrics/index.ts';
import { ResourceMonitor } from '../../../src/monitor/index.ts';
import { serveMetrics } from '../../../src/server/index.ts';
import { onEachEngine } from '../monitor/engines.ts';
import { PrometheusServer, prometheusPrograms } from './prometheus.ts';

const programs = await prometheusPrograms();

if ('reason' in programs) {
  describe.skip(`Prometheus: SKIPPED, ${programs.reason}`, () => {});
} else {
  const { folder } = programs;
  await onEachEngine(['docker-20.10', 'podman-4.3'], (engine) => {
    test('promtool finds no fault, and a real Prometheus scrapes and answers', async () => {
      await using bench = await engine.open();
      const events = new EventBus();
      await using monitor = new ResourceMonitor({ backends: [bench.backend], events, interval: 500 });
      using metrics = await MetricsCollector.open({ events, monitor });
      await using server = await serveMetrics({ listen: ':0', registry: metrics.registry });
      const id = await bench.start({
        entrypoint: ['sh', '-c', 'while :; do :; done'],
        resources: { cpus: 0.2 },
        labels: { 'com.docker.compose.project': 'a "quoted"\\project' },
      });
      const { name } = await bench.backend.inspect(id);
      const checker = new HealthChecker({ onResult: metrics.observeHealthCheck });
      await checker.check({ kind: 'tcp', name, port: server.address.port });
      metrics.observeQueue('q', () => ({ active: 1, waiting: 2, max: 1 }));
      metrics.incContainerStarts(name);
      monitor.start();
      await expect.poll(() => monitor.snapshot()?.containers.some((one) => one.name === name)).toBe(true);

      const text = await (await fetch(`${server.url}/metrics`)).text();
      expect(text).toContain('project="a \\"quoted\\"\\\\project"');
      const checked = spawnSync(join(folder, 'promtool'), ['check', 'metrics'], {
        input: text,
        encoding: 'utf8',
      });
      expect({ status: checked.status, said: checked.stdout + checked.stderr }).toEqual({
        status: 0,
        said: '',
      });

      const { host, port } = server.address;
      await using prometheus = await PrometheusServer.start(folder, `${host}:${port}`);
      const about = `name="${name}"`;
      const value = async (expression: string): Promise<number | undefined> =>
        (await prometheus.query(expression))[name];
      await expect.poll(() => value(`containers_up{${about}}`), { timeout: 20_000 }).toBe(1);
      expect(await value(`containers_health_check_duration_seconds_count{${about}}`)).toBe(1);
      expect(await value(`containers_starts_total{${about}}`)).toBe(1);
      expect(await value(`containers_memory_bytes{${about}}`)).toBeGreaterThan(0);
      expect(await prometheus.query('containers_queue_length')).toEqual({ q: 2 });
      // Counters grow as rates: a container that may use a fifth of a core uses about that.
      await expect
        .poll(() => value(`rate(containers_cpu_seconds_total{${about}}[10s])`), { timeout: 20_000 })
        .toBeGreaterThan(0.05);
      expect(await value(`rate(containers_cpu_seconds_total{${about}}[10s])`)).toBeLessThan(0.5);

      await bench.backend.remove(id, { force: true });
      await expect.poll(() => value(`containers_up{${about}}`), { timeout: 20_000 }).toBe(0);
      expect(await value(`containers_memory_bytes{${about}}`)).toBeUndefined();
    }, 90_000);
  });
}
