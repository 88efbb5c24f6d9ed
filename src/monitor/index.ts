export type {
  ContainerResources,
  DiskSpace,
  EngineSample,
  NetworkTraffic,
  Pressure,
  ResourceSnapshot,
  Stall,
  SystemResources,
} from '../core/index.ts';
export { type MonitorClock, systemClock } from './clock.ts';
export { type ClusterSnapshot, clusterSnapshot, type HostSnapshot } from './cluster.ts';
export type { ContainerSource } from './engine-sampler.ts';
export { type HostAccess, nodeHost } from './host-access.ts';
export type { ContainerMetric, SystemMetric } from './metric-value.ts';
export { ResourceMonitor, type ResourceMonitorOptions } from './resource-monitor.ts';
export type {
  ThresholdChange,
  ThresholdMetric,
  ThresholdOperator,
  ThresholdRule,
} from './threshold-rule.ts';
