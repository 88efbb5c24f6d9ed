// A process of its own, so that memory and CPU are its alone: supervise-child.ts KIND PORT ENDPOINTS INTERVAL SECONDS
import type { HealthTarget } from '../src/health/index.ts';
import { residentMemory } from './follow.ts';

const [kind = '', ...numbers] = process.argv.slice(2);
const [port = 0, endpoints = 0, interval = 0, seconds = 0] = numbers.map(Number);
const count = { checks: 0, failed: 0 };

if (kind !== 'idle') await supervise();

const before = process.cpuUsage();
const began = performance.now();
const checksBefore = count.checks;
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const { user, system } = process.cpuUsage(before);
const cpu = ((user + system) / 1000 / (performance.now() - began)) * 100;
const checks = count.checks - checksBefore;
process.stdout.write(JSON.stringify({ rss: residentMemory(), cpu, checks, failed: count.failed }));
process.exit(0);

/** Everything that `wherry serve --metrics` has at work, resolved when each endpoint was checked once. */
async function supervise(): Promise<void> {
  const { EventBus } = await import('../src/core/index.ts');
  const { HealthChecker, HealthMonitor } = await import('../src/health/index.ts');
  const { MetricsCollector } = await import('../src/metrics/index.ts');
  const { ResourceMonitor } = await import('../src/monitor/index.ts');
  const { serveMetrics } = await import('../src/server/index.ts');
  const events = new EventBus();
  const monitor = new ResourceMonitor({ events, interval }).start();
  const metrics = await MetricsCollector.open({ events, monitor, maxNames: endpoints });
  const server = await serveMetrics({ listen: ':0', registry: metrics.registry });
  const first = Promise.withResolvers<void>();
  const checker = new HealthChecker({
    onResult: (result) => {
      metrics.observeHealthCheck(result);
      count.checks += 1;
      if (!result.healthy) count.failed += 1;
      if (count.checks === endpoints) first.resolve();
    },
  });
  const health = new HealthMonitor({ checker, events, interval });
  for (let index = 0; index < endpoints; index += 1) health.add(target(`endpoint-${index}`));
  await first.promise;
  process.stdout.write(`${server.url}/metrics\n`);
}

function target(name: string): HealthTarget {
  if (kind === 'http') return { kind: 'http', name, url: `http://127.0.0.1:${port}/` };
  return { kind: 'tcp', name, port };
}
