import { EventBus } from 'wherry';
import { HealthChecker } from 'wherry/health';
import { MetricsCollector } from 'wherry/metrics';
import { ResourceMonitor } from 'wherry/monitor';
import { serveMetrics } from 'wherry/server';

// Give the bus to `up`, `BootManager` and the other rooms: what they publish is counted.
const events = new EventBus();
await using monitor = new ResourceMonitor({ events }).start();
using metrics = await MetricsCollector.open({ events, monitor });
await using server = await serveMetrics({ listen: ':0', registry: metrics.registry });

const checker = new HealthChecker({ onResult: metrics.observeHealthCheck });
await checker.check({ kind: 'http', name: 'metrics', url: `${server.url}/healthz` });

const text = await (await fetch(`${server.url}/metrics`)).text();
console.log(
  text.split('\n').find((line) => line.startsWith('containers_health_check_duration_seconds_count')),
);
