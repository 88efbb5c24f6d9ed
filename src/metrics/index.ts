export { MetricsCollector, type MetricsCollectorOptions, type QueueFigures } from './metrics-collector.ts';
