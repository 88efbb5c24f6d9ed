import type { CallOptions } from './image.ts';
import type { NetworkAttachment } from './spec.ts';

export interface NetworkSpec {
  name: string;
  /** Default: the engine's (`bridge`). */
  driver?: string;
  driverOpts?: Readonly<Record<string, string>>;
  /** No way out of the network. Default: false. */
  internal?: boolean;
  attachable?: boolean;
  enableIpv4?: boolean;
  enableIpv6?: boolean;
  /** Bytes. */
  mtu?: number;
  ipam?: IPConfig;
  labels?: Readonly<Record<string, string>>;
}

/** Address management of a network. */
export interface IPConfig {
  driver?: string;
  options?: Readonly<Record<string, string>>;
  pools?: readonly {
    subnet?: string;
    ipRange?: string;
    gateway?: string;
    auxAddresses?: Readonly<Record<string, string>>;
  }[];
}

export interface NetworkInfo {
  id: string;
  name: string;
  driver: string;
  scope: string;
  internal: boolean;
  attachable: boolean;
  enableIpv6: boolean;
  labels: Readonly<Record<string, string>>;
  driverOpts: Readonly<Record<string, string>>;
  subnets: readonly { subnet: string | null; gateway: string | null; ipRange: string | null }[];
  createdAt: Date | null;
  /** Ids of the containers on it. Lists of networks leave it empty where the engine tells only on inspect. */
  containers: readonly string[];
}

/** User-defined networks of an engine. */
export interface Networks {
  create(spec: NetworkSpec, options?: CallOptions): Promise<NetworkInfo>;
  /** By exact name or id. */
  inspect(nameOrId: string, options?: CallOptions): Promise<NetworkInfo>;
  list(options?: CallOptions & { labels?: readonly string[] }): Promise<readonly NetworkInfo[]>;
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
  connect(
    nameOrId: string,
    container: string,
    options?: CallOptions & { attachment?: NetworkAttachment },
  ): Promise<void>;
  disconnect(nameOrId: string, container: string, options?: CallOptions & { force?: boolean }): Promise<void>;
}
