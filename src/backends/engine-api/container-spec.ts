import { label } from '../../core/labels.ts';
import type {
  ContainerSpec,
  HealthCheckSpec,
  LinkSpec,
  NetworkAttachment,
  PortMapping,
  VolumeMount,
} from '../../core/spec.ts';
import { parseTmpfsOptions } from '../../core/tmpfs-options.ts';
import { parsePortKey } from './port-key.ts';
import { filled, filledMap, present } from './present.ts';
import type {
  ContainerRecord,
  EndpointRecord,
  HealthcheckRecord,
  HostConfigRecord,
  MountRecord,
} from './records.ts';
import { resourceLimits } from './resources.ts';

const NANOSECONDS = 1e6;

/**
 * The spec in force, read back from an inspect record: what the image added is in it, what is the engine's default is
 * left out. Secrets and configs are files on the container's disk to the engine, so they are not in it.
 */
export function containerSpec(record: ContainerRecord): ContainerSpec {
  const { Config: config } = record;
  const host = record.HostConfig ?? {};
  return present<ContainerSpec>({
    name: record.Name.replace(/^\//, ''),
    image: config.Image ?? record.Image,
    entrypoint: filled(config.Entrypoint),
    command: filled(config.Cmd),
    environment: environment(config.Env),
    workingDir: config.WorkingDir || undefined,
    user: config.User || undefined,
    groupAdd: filled(host.GroupAdd),
    // Without one, the engine takes the beginning of the id.
    hostname: record.Id.startsWith(config.Hostname ?? '') ? undefined : config.Hostname,
    domainname: config.Domainname || undefined,
    labels: filledMap(givenLabels(config.Labels ?? {})),
    annotations: filledMap(host.Annotations),
    umask: host.Umask ?? undefined,
    volumes: filled(volumes(record)),
    volumesFrom: filled(host.VolumesFrom),
    networkMode: networkMode(host.NetworkMode),
    networks: filledMap(networks(record)),
    ports: filled(ports(host)),
    expose: filled(exposed(record)),
    dns: filled(host.Dns),
    dnsSearch: filled(host.DnsSearch),
    dnsOpt: filled(host.DnsOptions),
    extraHosts: filledMap(extraHosts(host.ExtraHosts)),
    links: filled(links(record)),
    macAddress: config.MacAddress || undefined,
    resources: filledMap(resourceLimits(host)),
    restart: restart(host),
    healthcheck: healthcheck(config.Healthcheck),
    logging: logging(host),
    autoRemove: host.AutoRemove || undefined,
    init: host.Init ?? undefined,
    stdinOpen: config.OpenStdin || undefined,
    tty: config.Tty || undefined,
    stopSignal: config.StopSignal || undefined,
    stopGracePeriod: config.StopTimeout === undefined ? undefined : config.StopTimeout * 1000,
    capAdd: filled(host.CapAdd),
    capDrop: filled(host.CapDrop),
    privileged: host.Privileged || undefined,
    readOnly: host.ReadonlyRootfs || undefined,
    securityOpt: filled(host.SecurityOpt),
    devices: filled(
      host.Devices?.map((device) =>
        present({
          source: device.PathOnHost,
          target: device.PathInContainer || undefined,
          permissions: device.CgroupPermissions || undefined,
        }),
      ),
    ),
    deviceCgroupRules: filled(host.DeviceCgroupRules),
    gpus: filled(
      host.DeviceRequests?.map((request) =>
        present({
          driver: request.Driver || undefined,
          count: request.Count || undefined,
          deviceIds: filled(request.DeviceIDs),
          capabilities: filled(request.Capabilities),
          options: filledMap(request.Options),
        }),
      ),
    ),
    sysctls: filledMap(host.Sysctls),
    pid: host.PidMode || undefined,
    ipc: host.IpcMode || undefined,
    uts: host.UTSMode || undefined,
    usernsMode: host.UsernsMode || undefined,
    cgroup: host.CgroupnsMode || undefined,
    cgroupParent: host.CgroupParent || undefined,
    runtime: host.Runtime || undefined,
    oomKillDisable: host.OomKillDisable || undefined,
    oomScoreAdj: host.OomScoreAdj || undefined,
  });
}

/** Without those that create adds by itself. */
function givenLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const { [label.owner]: _owner, [label.specHash]: _specHash, ...given } = labels;
  return given;
}

function environment(list: readonly string[] | null | undefined): Record<string, string | null> | undefined {
  const entries = (list ?? []).map((line): [string, string | null] => {
    const equals = line.indexOf('=');
    return equals < 0 ? [line, null] : [line.slice(0, equals), line.slice(equals + 1)];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** `default` is the engine's word for not having been told. */
function networkMode(mode: string | undefined): string | undefined {
  return mode === undefined || mode === '' || mode === 'default' ? undefined : mode;
}

function networks(record: ContainerRecord): Record<string, NetworkAttachment> {
  const own: Record<string, NetworkAttachment> = {};
  for (const [name, endpoint] of Object.entries(record.NetworkSettings?.Networks ?? {})) {
    if (name === 'bridge' || name === 'host' || name === 'none') continue;
    own[name] = attachment(endpoint, record.Id);
  }
  return own;
}

function attachment(endpoint: EndpointRecord, containerId: string): NetworkAttachment {
  // Docker adds the short id as an alias of its own.
  const aliases = (endpoint.Aliases ?? []).filter((alias) => !containerId.startsWith(alias));
  return present({
    aliases: filled(aliases),
    ipv4Address: endpoint.IPAMConfig?.IPv4Address || undefined,
    ipv6Address: endpoint.IPAMConfig?.IPv6Address || undefined,
    linkLocalIps: filled(endpoint.IPAMConfig?.LinkLocalIPs),
    driverOpts: filledMap(endpoint.DriverOpts),
    gwPriority: endpoint.GwPriority || undefined,
  });
}

function ports(host: HostConfigRecord): PortMapping[] {
  return Object.entries(host.PortBindings ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? []).map((binding) =>
      present({
        ...parsePortKey(key),
        hostIp: binding.HostIp || undefined,
        published: Number(binding.HostPort || 0) || undefined,
      }),
    ),
  );
}

function exposed(record: ContainerRecord): string[] {
  const bindings = record.HostConfig?.PortBindings ?? {};
  return Object.keys(record.Config.ExposedPorts ?? {}).filter((key) => !bindings[key]?.length);
}

/** The same on every network: create puts them there. */
function links(record: ContainerRecord): LinkSpec[] {
  const lines = Object.values(record.NetworkSettings?.Networks ?? {}).flatMap(({ Links }) => Links ?? []);
  return [...new Set(lines)].map((line) => {
    const [container = line, alias = container] = line.split(':');
    return { container, alias };
  });
}

/** `name:address` lines; an address may hold colons itself, a host name does not. */
function extraHosts(lines: readonly string[] | null | undefined): Record<string, string[]> {
  const hosts: Record<string, string[]> = {};
  for (const line of lines ?? []) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    hosts[name] = [...(hosts[name] ?? []), line.slice(colon + 1)];
  }
  return hosts;
}

function volumes(record: ContainerRecord): VolumeMount[] {
  const host = record.HostConfig ?? {};
  const mounts = (record.Mounts ?? []).filter((mount) => mount.Type !== 'tmpfs').flatMap(mountOf);
  for (const mount of host.Mounts ?? []) {
    if (mount.Type !== 'tmpfs') continue;
    mounts.push(
      present({
        type: 'tmpfs' as const,
        target: mount.Target,
        readOnly: mount.ReadOnly || undefined,
        size: mount.TmpfsOptions?.SizeBytes || undefined,
        mode: mount.TmpfsOptions?.Mode || undefined,
        options: mount.TmpfsOptions?.Options?.map((option) => option.join('=')),
      }),
    );
  }
  for (const [target, options] of Object.entries(host.Tmpfs ?? {})) mounts.push(tmpfsOf(target, options));
  return mounts;
}

function tmpfsOf(target: string, line: string): VolumeMount {
  const { readOnly, size, mode, others } = parseTmpfsOptions(line);
  return present({
    type: 'tmpfs' as const,
    target,
    readOnly: readOnly || undefined,
    size: size || undefined,
    mode,
    options: others.length === 0 ? undefined : others,
  });
}

function mountOf(mount: MountRecord): VolumeMount[] {
  const readOnly = mount.RW === false ? true : undefined;
  if (mount.Type === 'volume') {
    return [present({ type: 'volume' as const, source: mount.Name, target: mount.Destination, readOnly })];
  }
  if (mount.Type === 'image')
    return [{ type: 'image', source: mount.Name ?? mount.Source ?? '', target: mount.Destination }];
  if (mount.Type !== 'bind') return [];
  const propagation = mount.Propagation === 'rprivate' ? undefined : mount.Propagation || undefined;
  const source = mount.Source ?? '';
  return [present({ type: 'bind' as const, source, target: mount.Destination, readOnly, propagation })];
}

function restart(host: HostConfigRecord): ContainerSpec['restart'] {
  const { Name: name, MaximumRetryCount: maximumRetryCount } = host.RestartPolicy ?? {};
  switch (name) {
    case 'no':
    case 'always':
    case 'unless-stopped':
      return { name };
    case 'on-failure':
      return present({ name, maximumRetryCount: maximumRetryCount || undefined });
    default:
      return undefined;
  }
}

/** The engine's record of a health check in our units; undefined when it says nothing. */
export function healthcheck(record: HealthcheckRecord | null | undefined): HealthCheckSpec | undefined {
  if (record === null || record === undefined) return undefined;
  const ms = (nanoseconds: number | undefined): number | undefined =>
    nanoseconds ? nanoseconds / NANOSECONDS : undefined;
  return present({
    test: filled(record.Test),
    interval: ms(record.Interval),
    timeout: ms(record.Timeout),
    retries: record.Retries || undefined,
    startPeriod: ms(record.StartPeriod),
    startInterval: ms(record.StartInterval),
  });
}

function logging(host: HostConfigRecord): ContainerSpec['logging'] {
  const { Type: driver, Config: options } = host.LogConfig ?? {};
  if (driver === undefined || driver === '') return undefined;
  return present({ driver, options: filledMap(options) });
}
