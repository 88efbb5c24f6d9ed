import type { MetricRegister } from './metric-register.ts';

/** This process, under the names that every Prometheus client uses. */
export function registerProcessMetrics(register: MetricRegister): void {
  const metric = (name: string, help: string, read: () => number): void =>
    register.collected(
      { name, help, type: name.endsWith('_total') ? 'counter' : 'gauge', labelNames: [] },
      () => [{ labels: {}, value: read() }],
    );
  metric('process_cpu_seconds_total', 'CPU time of this process.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metric('process_resident_memory_bytes', 'Memory of this process.', () => process.memoryUsage.rss());
  const started = performance.timeOrigin / 1000;
  metric('process_start_time_seconds', 'When this process began.', () => started);
}
