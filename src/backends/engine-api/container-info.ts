import type {
  ContainerInfo,
  ContainerSummary,
  MountSummary,
  NetworkAddress,
  PublishedPort,
} from '../../core/container.ts';
import { label } from '../../core/labels.ts';
import { containerSpec } from './container-spec.ts';
import { parsePortKey, portProtocol } from './port-key.ts';
import type { ContainerRecord, ContainerRow, EndpointRecord, NetworkSettingsRecord } from './records.ts';
import { containerStatus, engineHealth, engineTime } from './status.ts';

/** Docker's word for all addresses of the host; Podman says nothing there. */
const everyAddress = '0.0.0.0';

/** All that an inspect record tells. `imageDigest` is not in the record of older engines, so the caller gives it. */
export function containerInfo(record: ContainerRecord, imageDigest: string | null): ContainerInfo {
  const { State: state, Config: config } = record;
  const labels = config.Labels ?? {};
  const status = containerStatus(state.Status);
  const finishedAt = engineTime(state.FinishedAt);
  const isRunning = status === 'running' || status === 'paused';
  return {
    id: record.Id,
    name: record.Name.replace(/^\//, ''),
    image: config.Image ?? record.Image,
    imageId: record.Image || null,
    imageDigest,
    status,
    exitCode: isRunning || finishedAt === null ? null : (state.ExitCode ?? null),
    signal: null,
    oomKilled: state.OOMKilled ?? false,
    health: engineHealth(state.Health?.Status),
    healthLog: (state.Health?.Log ?? []).map((entry) => ({
      startedAt: new Date(entry.Start),
      finishedAt: new Date(entry.End),
      exitCode: entry.ExitCode,
      output: entry.Output,
    })),
    createdAt: new Date(record.Created),
    startedAt: engineTime(state.StartedAt),
    finishedAt,
    restartCount: record.RestartCount ?? 0,
    error: state.Error ?? '',
    pid: state.Pid || null,
    labels,
    specHash: labels[label.specHash] ?? null,
    ports: publishedPorts(record.NetworkSettings),
    networks: networkAddresses(record.NetworkSettings?.Networks),
    command: [record.Path ?? '', ...(record.Args ?? [])].join(' ').trim(),
    spec: containerSpec(record),
    raw: record,
  };
}

/** All that a row of the list tells. */
export function containerSummary(row: ContainerRow): ContainerSummary {
  const status = containerStatus(row.State);
  return {
    id: row.Id,
    name: rowName(row),
    image: row.Image,
    imageId: row.ImageID || null,
    status,
    ...(row.Status ? { statusText: row.Status } : {}),
    exitCode: status === 'exited' || status === 'dead' ? exitCodeOf(row.Status) : null,
    health: engineHealth(row.Health?.Status ?? healthOf(row.Status)),
    createdAt: new Date(row.Created * 1000),
    labels: row.Labels ?? {},
    ports: (row.Ports ?? []).map((port) => ({
      hostIp: port.PublicPort ? port.IP || everyAddress : null,
      published: port.PublicPort || null,
      target: port.PrivatePort,
      protocol: portProtocol(port.Type),
    })),
    networks: networkAddresses(row.NetworkSettings?.Networks),
    volumes: (row.Mounts ?? []).flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : [])),
    command: row.Command ?? '',
    ...(row.Mounts ? { mounts: mountSummaries(row.Mounts) } : {}),
  };
}

function mountSummaries(mounts: NonNullable<ContainerRow['Mounts']>): MountSummary[] {
  return mounts.map(({ Name, Source, Driver }) => ({
    name: Name || null,
    source: Source || null,
    driver: Driver || null,
  }));
}

/** Legacy links add names with a slash inside (`/other/alias`); the container's own name has none. */
function rowName(row: ContainerRow): string {
  const names = (row.Names ?? []).map((name) => name.replace(/^\//, ''));
  return names.find((name) => !name.includes('/')) ?? names[0] ?? '';
}

function exitCodeOf(status: string | undefined): number | null {
  const match = /^Exited \((-?\d+)\)/.exec(status ?? '');
  return match?.[1] === undefined ? null : Number(match[1]);
}

function healthOf(status: string | undefined): string | undefined {
  return /\((?:health: )?(starting|healthy|unhealthy)\)/.exec(status ?? '')?.[1];
}

function publishedPorts(settings: NetworkSettingsRecord | null | undefined): PublishedPort[] {
  return Object.entries(settings?.Ports ?? {}).flatMap(([key, bindings]): PublishedPort[] => {
    const { target, protocol } = parsePortKey(key);
    if (bindings === null || bindings === undefined || bindings.length === 0) {
      return [{ hostIp: null, published: null, target, protocol }];
    }
    return bindings.map((binding) => ({
      hostIp: binding.HostIp || everyAddress,
      published: Number(binding.HostPort),
      target,
      protocol,
    }));
  });
}

function networkAddresses(
  networks: Readonly<Record<string, EndpointRecord>> | null | undefined,
): NetworkAddress[] {
  return Object.entries(networks ?? {}).map(([name, endpoint]) => ({
    name,
    networkId: endpoint.NetworkID || null,
    ipv4Address: endpoint.IPAddress || null,
    ipv6Address: endpoint.GlobalIPv6Address || null,
    gateway: endpoint.Gateway || null,
    macAddress: endpoint.MacAddress || null,
    aliases: endpoint.Aliases ?? [],
  }));
}
