import type { ProjectServer } from '../../boot/index.ts';
import type { Backend } from '../../core/backend.ts';
import type { EventBus } from '../../core/event-bus.ts';
import type { Logger } from '../../core/logger.ts';

/** The metrics of one `wherry serve`, while they are served. */
export interface ServedMetrics extends AsyncDisposable {
  /** Where they are scraped. */
  url: string;
  /** Counts the clients of the services too: those that are served, and those that wait for their service. */
  observe(server: ProjectServer): void;
}

/** Serves the metrics of this machine, of the engine's containers and of what is published on `events`. `INVALID`, `PORT_TAKEN`. */
export async function openMetrics(
  listen: string,
  { backend, events, logger }: { backend: Backend; events: EventBus; logger: Logger },
): Promise<ServedMetrics> {
  const [{ MetricsCollector }, { ResourceMonitor }, { serveMetrics }] = await Promise.all([
    import('../../metrics/index.ts'),
    import('../../monitor/index.ts'),
    import('../../server/index.ts'),
  ]);
  const monitor = new ResourceMonitor({ backends: [backend], events, logger });
  const metrics = await MetricsCollector.open({ events, monitor });
  const server = await serveMetrics({ listen, registry: metrics.registry, logger });
  monitor.start();
  return {
    url: `${server.url}/metrics`,
    observe: (project) => {
      for (const { name, ports } of project.services()) {
        const clients = (what: 'open' | 'held'): number =>
          ports.reduce((sum, { proxy }) => sum + proxy.activity[what], 0);
        metrics.observeQueue(name, () => ({
          active: clients('open') - clients('held'),
          waiting: clients('held'),
        }));
        metrics.observeLeases(name, () => clients('open'));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      metrics[Symbol.dispose]();
      await monitor[Symbol.asyncDispose]();
    },
  };
}
