import type { ContainerSpec, HealthCheckSpec, PortMapping } from '../../core/spec.ts';
import { mountFields } from './create-mounts.ts';
import { networkLayout } from './create-networks.ts';
import { endpointSettings, linkLines } from './network-endpoint.ts';
import { present } from './present.ts';
import type {
  ConfigRecord,
  EndpointRecord,
  HealthcheckRecord,
  HostConfigRecord,
  PortBindingRecord,
} from './records.ts';
import { resourceFields } from './resources.ts';

/** The body of `POST /containers/create`. */
export interface CreateBody extends ConfigRecord {
  Volumes?: Record<string, object>;
  /** Podman's. */
  UnsetEnv?: readonly string[];
  HostConfig: HostConfigRecord;
  NetworkingConfig?: { EndpointsConfig: Record<string, EndpointRecord> };
}

export interface CreateFacts {
  /** Whether the engine takes all networks at create (API ≥ 1.44), or one and the others afterwards. */
  takesAllNetworks: boolean;
  /** Labels of ours, put over those of the spec. */
  labels: Readonly<Record<string, string>>;
  /** The image's own entrypoint; only needed for a spec with an empty `command`. */
  imageEntrypoint?: readonly string[] | undefined;
}

const NANOSECONDS = 1e6;

/** The spec in the Engine API's words. Nothing is added that the spec does not say: what is left out is the image's or the engine's own. */
export function createBody(spec: ContainerSpec, facts: CreateFacts): CreateBody {
  const layout = networkLayout(spec);
  const { mounts, binds, volumes } = mountFields(spec);
  const atCreate = facts.takesAllNetworks ? layout.attachments : layout.attachments.slice(0, 1);
  const endpoints = Object.fromEntries(
    atCreate.map(({ name, attachment }) => [
      name,
      endpointSettings(
        spec.macAddress === undefined ? attachment : { macAddress: spec.macAddress, ...attachment },
        spec.links,
      ),
    ]),
  );
  // Before API 1.44 the container has one, which is that of its first network.
  const macAddress = layout.attachments[0]?.attachment.macAddress ?? spec.macAddress;
  return {
    Image: spec.image,
    ...argv(spec, facts.imageEntrypoint),
    // A name alone takes away the image's variable.
    Env: Object.entries(spec.environment ?? {}).map(([key, value]) =>
      value === null ? key : `${key}=${value}`,
    ),
    WorkingDir: spec.workingDir ?? '',
    User: spec.user ?? '',
    Hostname: spec.hostname ?? '',
    Domainname: spec.domainname ?? '',
    Labels: { ...spec.labels, ...facts.labels },
    ExposedPorts: exposedPorts(spec),
    Tty: spec.tty ?? false,
    OpenStdin: spec.stdinOpen ?? false,
    // Without it the end of an attached client's input would never reach the process. A terminal ends its input by a character.
    StdinOnce: spec.stdinOpen === true && spec.tty !== true,
    ...(spec.stopSignal === undefined ? {} : { StopSignal: spec.stopSignal }),
    ...(spec.stopGracePeriod === undefined ? {} : { StopTimeout: Math.ceil(spec.stopGracePeriod / 1000) }),
    ...(spec.healthcheck === undefined ? {} : { Healthcheck: healthcheckRecord(spec.healthcheck) }),
    ...(macAddress === undefined || facts.takesAllNetworks ? {} : { MacAddress: macAddress }),
    ...(volumes.length === 0 ? {} : { Volumes: Object.fromEntries(volumes.map((path) => [path, {}])) }),
    HostConfig: {
      ...hostConfig(spec),
      ...(layout.mode === undefined ? {} : { NetworkMode: layout.mode }),
      // Outside of user-defined networks links are of the old kind.
      ...(spec.links?.length && atCreate.length === 0 ? { Links: linkLines(spec.links) } : {}),
      ...(mounts.length === 0 ? {} : { Mounts: mounts }),
      ...(binds.length === 0 ? {} : { Binds: binds }),
    },
    ...(atCreate.length === 0 ? {} : { NetworkingConfig: { EndpointsConfig: endpoints } }),
  };
}

/**
 * The engine takes an empty list for "not given", so removing the image's part needs another form: `[""]` as entrypoint,
 * and for an empty command the image's entrypoint written out.
 */
function argv(
  spec: ContainerSpec,
  imageEntrypoint: readonly string[] | undefined,
): Pick<CreateBody, 'Entrypoint' | 'Cmd'> {
  const entrypoint = spec.entrypoint?.length === 0 ? [''] : spec.entrypoint;
  const dropsCommand = spec.command?.length === 0 && entrypoint === undefined;
  return {
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
    ...(dropsCommand && imageEntrypoint?.length ? { Entrypoint: imageEntrypoint } : {}),
    ...(spec.command === undefined || spec.command.length === 0 ? {} : { Cmd: spec.command }),
  };
}

function hostConfig(spec: ContainerSpec): HostConfigRecord {
  return present({
    ...resourceFields(spec.resources ?? {}),
    PortBindings: portBindings(spec.ports ?? []),
    RestartPolicy:
      spec.restart === undefined
        ? undefined
        : { Name: spec.restart.name, MaximumRetryCount: spec.restart.maximumRetryCount ?? 0 },
    LogConfig:
      spec.logging === undefined
        ? undefined
        : { Type: spec.logging.driver ?? '', Config: spec.logging.options ?? {} },
    Annotations: spec.annotations,
    Umask: spec.umask,
    VolumesFrom: spec.volumesFrom,
    DeviceCgroupRules: spec.deviceCgroupRules,
    AutoRemove: spec.autoRemove,
    Init: spec.init,
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    Privileged: spec.privileged,
    ReadonlyRootfs: spec.readOnly,
    SecurityOpt: spec.securityOpt,
    Devices: spec.devices?.map((device) => ({
      PathOnHost: device.source,
      PathInContainer: device.target ?? device.source,
      CgroupPermissions: device.permissions ?? 'rwm',
    })),
    DeviceRequests: spec.gpus?.map((request) =>
      present({
        Driver: request.driver,
        Count: request.count,
        DeviceIDs: request.deviceIds,
        Capabilities: request.capabilities,
        Options: request.options,
      }),
    ),
    Sysctls: spec.sysctls,
    PidMode: spec.pid === 'private' ? undefined : spec.pid,
    IpcMode: spec.ipc,
    UTSMode: spec.uts === 'private' ? undefined : spec.uts,
    UsernsMode: spec.usernsMode,
    CgroupnsMode: spec.cgroup,
    CgroupParent: spec.cgroupParent,
    Runtime: spec.runtime,
    OomKillDisable: spec.oomKillDisable,
    OomScoreAdj: spec.oomScoreAdj,
    Dns: spec.dns,
    DnsSearch: spec.dnsSearch,
    DnsOptions: spec.dnsOpt,
    ExtraHosts: Object.entries(spec.extraHosts ?? {}).flatMap(([name, addresses]) =>
      addresses.map((address) => `${name}:${address}`),
    ),
    GroupAdd: spec.groupAdd,
  });
}

function exposedPorts(spec: ContainerSpec): Record<string, object> {
  const keys = [
    ...(spec.ports ?? []).map(portKey),
    ...(spec.expose ?? []).map((port) => (port.includes('/') ? port : `${port}/tcp`)),
  ];
  return Object.fromEntries(keys.map((key) => [key, {}]));
}

function portBindings(ports: readonly PortMapping[]): Record<string, PortBindingRecord[]> {
  const bindings: Record<string, PortBindingRecord[]> = {};
  for (const port of ports) {
    const binding = { HostIp: port.hostIp ?? '', HostPort: port.published ? String(port.published) : '' };
    bindings[portKey(port)] = [...(bindings[portKey(port)] ?? []), binding];
  }
  return bindings;
}

function portKey(port: PortMapping): string {
  return `${port.target}/${port.protocol ?? 'tcp'}`;
}

/** Milliseconds to nanoseconds; the engine takes at least a millisecond, and 0 as "the default". */
function healthcheckRecord(check: HealthCheckSpec): HealthcheckRecord {
  const ns = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : Math.round(ms * NANOSECONDS);
  return present({
    Test: check.test,
    Interval: ns(check.interval),
    Timeout: ns(check.timeout),
    Retries: check.retries,
    StartPeriod: ns(check.startPeriod),
    StartInterval: ns(check.startInterval),
  });
}
