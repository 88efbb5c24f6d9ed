import type { PortProtocol } from '../core/index.ts';
import type { DnsRecord } from './dns.ts';
import type { PortSelection } from './ports.ts';

interface TargetBase {
  /** ms. Default: that of the `Discoverer`. */
  timeout?: number | undefined;
}

/** Every port of these that accepts connections. */
export interface TcpDiscoveryTarget extends TargetBase {
  kind: 'tcp';
  /** What the services are called. Default: `tcp`. */
  name?: string | undefined;
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  ports: PortSelection;
}

/** What DNS has under a name. */
export interface DnsDiscoveryTarget extends TargetBase {
  kind: 'dns';
  /** The name that is asked for; for SRV with service and protocol: `_http._tcp.example.com`. */
  host: string;
  /** What the services are called. Default: `host`. */
  name?: string | undefined;
  /** Default: A and AAAA. */
  record?: DnsRecord | undefined;
  /** Default: those of the `Discoverer`, else the system's. */
  servers?: readonly string[] | undefined;
  /** Port of the service; SRV tells its own. Default: none. */
  port?: number | undefined;
  /** Default: tcp; SRV tells its own. */
  protocol?: PortProtocol | undefined;
}

/** Ports of running containers with labels. */
export interface EngineDiscoveryTarget extends TargetBase {
  kind: 'engine';
  /** `key` or `key=value`; all must match. Default: every container. */
  labels?: readonly string[] | undefined;
  /** What the services are called. Default: the Compose service, else the container. */
  name?: string | undefined;
}

/** Ports of running services of compose projects, whichever tool started them. */
export interface ComposeDiscoveryTarget extends TargetBase {
  kind: 'compose';
  /** Default: every project. */
  project?: string | undefined;
  /** Default: every service. */
  service?: string | undefined;
}

/** Where to look. */
export type DiscoveryTarget =
  | TcpDiscoveryTarget
  | DnsDiscoveryTarget
  | EngineDiscoveryTarget
  | ComposeDiscoveryTarget;
