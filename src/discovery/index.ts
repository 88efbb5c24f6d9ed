export { type PortProbe, type PortState, type ProbeOptions, probePort } from '../transport/port-probe.ts';
export { Discoverer, type DiscovererOptions, type Discovery } from './discoverer.ts';
export { type DnsAnswer, type DnsQuery, type DnsRecord, resolveDns } from './dns.ts';
export { type PortSelection, portsOf } from './ports.ts';
export { type ProbePortsOptions, probePorts } from './probe-ports.ts';
export { type RegistryFilter, ServiceRegistry, type ServiceRegistryOptions } from './registry.ts';
export type { RegistryChange } from './registry-changes.ts';
export type { RegisteredService } from './registry-entry.ts';
export type { RegistryRecovery } from './registry-file.ts';
export {
  type DiscoveredService,
  type DiscoverySource,
  freshnessOf,
  serviceAddress,
  serviceId,
} from './service.ts';
export type { Sighting } from './sighting.ts';
export type {
  ComposeDiscoveryTarget,
  DiscoveryTarget,
  DnsDiscoveryTarget,
  EngineDiscoveryTarget,
  TcpDiscoveryTarget,
} from './target.ts';
