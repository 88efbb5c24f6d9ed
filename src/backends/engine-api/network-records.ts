import type { NetworkInfo } from '../../core/network.ts';
import { engineTime } from './status.ts';

/** `GET /networks/{id}` and the rows of `GET /networks`. */
export interface NetworkRecord {
  Name: string;
  Id: string;
  Created?: string;
  Scope?: string;
  Driver?: string;
  EnableIPv6?: boolean;
  Internal?: boolean;
  Attachable?: boolean;
  IPAM?: {
    Config?: readonly { Subnet?: string; Gateway?: string; IPRange?: string }[] | null;
  } | null;
  Options?: Readonly<Record<string, string>> | null;
  Labels?: Readonly<Record<string, string>> | null;
  Containers?: Readonly<Record<string, unknown>> | null;
}

export function networkInfo(record: NetworkRecord): NetworkInfo {
  return {
    id: record.Id,
    name: record.Name,
    driver: record.Driver ?? '',
    scope: record.Scope || 'local',
    internal: record.Internal ?? false,
    attachable: record.Attachable ?? false,
    enableIpv6: record.EnableIPv6 ?? false,
    labels: record.Labels ?? {},
    driverOpts: record.Options ?? {},
    subnets: (record.IPAM?.Config ?? []).map((pool) => ({
      subnet: pool.Subnet || null,
      gateway: pool.Gateway || null,
      ipRange: pool.IPRange || null,
    })),
    createdAt: engineTime(record.Created),
    // Docker lists an endpoint without a container as `ep-…`.
    containers: Object.keys(record.Containers ?? {}).filter((id) => !id.startsWith('ep-')),
  };
}
