/**
 * The engine's records, as far as we read them (Engine API 1.41 to 1.56). Everything is optional that some engine or
 * version leaves out; what the engine writes as null reads the same as what it does not write.
 */
type Maybe<T> = T | null | undefined;

export interface ContainerRecord {
  Id: string;
  Name: string;
  Created: string;
  Path?: string;
  Args?: Maybe<readonly string[]>;
  /** Id of the image. */
  Image: string;
  ImageManifestDescriptor?: Maybe<{ digest?: string }>;
  Platform?: string;
  RestartCount?: number;
  State: StateRecord;
  Config: ConfigRecord;
  HostConfig?: Maybe<HostConfigRecord>;
  NetworkSettings?: Maybe<NetworkSettingsRecord>;
  Mounts?: Maybe<readonly MountRecord[]>;
}

export interface StateRecord {
  Status: string;
  Running?: boolean;
  Paused?: boolean;
  OOMKilled?: boolean;
  Pid?: number;
  ExitCode?: number;
  Error?: string;
  StartedAt?: string;
  FinishedAt?: string;
  Health?: Maybe<HealthRecord>;
}

export interface HealthRecord {
  Status?: string;
  Log?: Maybe<readonly { Start: string; End: string; ExitCode: number; Output: string }[]>;
}

export interface HealthcheckRecord {
  Test?: Maybe<readonly string[]>;
  /** Nanoseconds, as all times here. */
  Interval?: number;
  Timeout?: number;
  Retries?: number;
  StartPeriod?: number;
  StartInterval?: number;
}

export interface ConfigRecord {
  Image?: string;
  Hostname?: string;
  Domainname?: string;
  User?: string;
  Env?: Maybe<readonly string[]>;
  Cmd?: Maybe<readonly string[]>;
  Entrypoint?: Maybe<readonly string[]>;
  WorkingDir?: string;
  Labels?: Maybe<Readonly<Record<string, string>>>;
  ExposedPorts?: Maybe<Readonly<Record<string, object>>>;
  Tty?: boolean;
  OpenStdin?: boolean;
  StdinOnce?: boolean;
  StopSignal?: string;
  /** Seconds. */
  StopTimeout?: number;
  Healthcheck?: Maybe<HealthcheckRecord>;
  /** Before API 1.44; later it is a property of each network. */
  MacAddress?: string;
}

export interface HostConfigRecord {
  NetworkMode?: string;
  Binds?: Maybe<readonly string[]>;
  Links?: Maybe<readonly string[]>;
  VolumesFrom?: Maybe<readonly string[]>;
  Mounts?: Maybe<readonly MountSpecRecord[]>;
  Tmpfs?: Maybe<Readonly<Record<string, string>>>;
  PortBindings?: Maybe<Readonly<Record<string, Maybe<readonly PortBindingRecord[]>>>>;
  RestartPolicy?: Maybe<{ Name?: string; MaximumRetryCount?: number }>;
  LogConfig?: Maybe<{ Type?: string; Config?: Maybe<Readonly<Record<string, string>>> }>;
  Annotations?: Maybe<Readonly<Record<string, string>>>;
  Memory?: number;
  MemorySwap?: number;
  MemoryReservation?: number;
  MemorySwappiness?: Maybe<number>;
  NanoCpus?: number;
  CpuQuota?: number;
  CpuPeriod?: number;
  CpuShares?: number;
  CpusetCpus?: string;
  PidsLimit?: Maybe<number>;
  BlkioWeight?: number;
  BlkioWeightDevice?: Maybe<readonly { Path: string; Weight: number }[]>;
  BlkioDeviceReadBps?: Maybe<readonly RateRecord[]>;
  BlkioDeviceWriteBps?: Maybe<readonly RateRecord[]>;
  BlkioDeviceReadIOps?: Maybe<readonly RateRecord[]>;
  BlkioDeviceWriteIOps?: Maybe<readonly RateRecord[]>;
  /** Microseconds, as is the runtime. */
  CpuRealtimePeriod?: number;
  CpuRealtimeRuntime?: number;
  ShmSize?: number;
  StorageOpt?: Maybe<Readonly<Record<string, string>>>;
  Ulimits?: Maybe<readonly { Name: string; Soft: number; Hard: number }[]>;
  AutoRemove?: boolean;
  Init?: Maybe<boolean>;
  CapAdd?: Maybe<readonly string[]>;
  CapDrop?: Maybe<readonly string[]>;
  Privileged?: boolean;
  ReadonlyRootfs?: boolean;
  SecurityOpt?: Maybe<readonly string[]>;
  Devices?: Maybe<readonly { PathOnHost: string; PathInContainer?: string; CgroupPermissions?: string }[]>;
  DeviceCgroupRules?: Maybe<readonly string[]>;
  DeviceRequests?: Maybe<readonly DeviceRequestRecord[]>;
  Sysctls?: Maybe<Readonly<Record<string, string>>>;
  PidMode?: string;
  IpcMode?: string;
  UTSMode?: string;
  UsernsMode?: string;
  CgroupnsMode?: string;
  CgroupParent?: string;
  Runtime?: string;
  OomKillDisable?: Maybe<boolean>;
  OomScoreAdj?: number;
  Dns?: Maybe<readonly string[]>;
  DnsSearch?: Maybe<readonly string[]>;
  DnsOptions?: Maybe<readonly string[]>;
  ExtraHosts?: Maybe<readonly string[]>;
  GroupAdd?: Maybe<readonly string[]>;
  /** From API 1.56. */
  Umask?: Maybe<number>;
}

export interface RateRecord {
  Path: string;
  Rate: number;
}

interface DeviceRequestRecord {
  Driver?: string;
  Count?: number;
  DeviceIDs?: Maybe<readonly string[]>;
  Capabilities?: Maybe<readonly (readonly string[])[]>;
  Options?: Maybe<Readonly<Record<string, string>>>;
}

export interface PortBindingRecord {
  HostIp?: string;
  HostPort?: string;
}

/** A mount as asked for. */
export interface MountSpecRecord {
  Type: 'bind' | 'volume' | 'tmpfs' | 'image' | (string & {});
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  BindOptions?: Maybe<BindOptionsRecord>;
  VolumeOptions?: Maybe<VolumeOptionsRecord>;
  TmpfsOptions?: Maybe<TmpfsOptionsRecord>;
  /** From API 1.48. */
  ImageOptions?: Maybe<{ Subpath?: string }>;
}

export interface TmpfsOptionsRecord {
  SizeBytes?: number;
  Mode?: number;
  /** Flags, and pairs of a key and a value. Older engines take them as a line of text only. */
  Options?: string[][];
}

export interface BindOptionsRecord {
  Propagation?: string;
  /** From API 1.42. */
  CreateMountpoint?: boolean;
  NonRecursive?: boolean;
  /** From API 1.44, as is the next. */
  ReadOnlyNonRecursive?: boolean;
  ReadOnlyForceRecursive?: boolean;
}

export interface VolumeOptionsRecord {
  NoCopy?: boolean;
  /** From API 1.45. */
  Subpath?: string;
  Labels?: Maybe<Readonly<Record<string, string>>>;
}

/** A mount as made. */
export interface MountRecord {
  Type: string;
  Name?: string;
  /** Of a volume. */
  Driver?: string;
  Source?: string;
  Destination: string;
  RW?: boolean;
  Mode?: string;
  Propagation?: string;
}

export interface EndpointRecord {
  NetworkID?: string;
  IPAddress?: string;
  Gateway?: string;
  GlobalIPv6Address?: string;
  MacAddress?: string;
  Aliases?: Maybe<readonly string[]>;
  /** `container:alias`. */
  Links?: Maybe<readonly string[]>;
  IPAMConfig?: Maybe<{ IPv4Address?: string; IPv6Address?: string; LinkLocalIPs?: Maybe<readonly string[]> }>;
  DriverOpts?: Maybe<Readonly<Record<string, string>>>;
  GwPriority?: number;
}

export interface NetworkSettingsRecord {
  Ports?: Maybe<Readonly<Record<string, Maybe<readonly PortBindingRecord[]>>>>;
  Networks?: Maybe<Readonly<Record<string, EndpointRecord>>>;
}

/** A row of the list of containers. */
export interface ContainerRow {
  Id: string;
  Names: Maybe<readonly string[]>;
  Image: string;
  ImageID?: string;
  Command?: string;
  /** Seconds since the epoch. */
  Created: number;
  State: string;
  /** For people: `Exited (137) 2 hours ago`, `Up 3 minutes (healthy)`. */
  Status?: string;
  /** From API 1.52. */
  Health?: Maybe<{ Status?: string }>;
  Labels?: Maybe<Readonly<Record<string, string>>>;
  Ports?: Maybe<readonly { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }[]>;
  NetworkSettings?: Maybe<{ Networks?: Maybe<Readonly<Record<string, EndpointRecord>>> }>;
  Mounts?: Maybe<readonly MountRecord[]>;
}

export interface EventRecord {
  Type?: string;
  Action?: string;
  Actor?: Maybe<{ ID?: string; Attributes?: Maybe<Readonly<Record<string, string>>> }>;
  /** Seconds since the epoch. */
  time?: number;
  timeNano?: number;
  /** Podman's place for the result of a health check. */
  HealthStatus?: string;
}

export interface StatsRecord {
  read?: string;
  preread?: string;
  id?: string;
  name?: string;
  cpu_stats?: Maybe<CpuStatsRecord>;
  precpu_stats?: Maybe<CpuStatsRecord>;
  memory_stats?: Maybe<{
    usage?: number;
    limit?: number;
    stats?: Maybe<Readonly<Record<string, number>>>;
  }>;
  networks?: Maybe<Readonly<Record<string, { rx_bytes?: number; tx_bytes?: number }>>>;
  blkio_stats?: Maybe<{
    io_service_bytes_recursive?: Maybe<readonly { op?: string; value?: number }[]>;
  }>;
  pids_stats?: Maybe<{ current?: number }>;
}

export interface CpuStatsRecord {
  cpu_usage?: Maybe<{ total_usage?: number; percpu_usage?: Maybe<readonly number[]> }>;
  system_cpu_usage?: number;
  online_cpus?: number;
}

export interface ExecRecord {
  ID?: string;
  Running?: boolean;
  ExitCode?: Maybe<number>;
  Pid?: number;
}

/** What `GET /info` tells of the machine and the engine's ways. */
export interface SystemRecord {
  Driver?: string;
  DriverStatus?: Maybe<readonly (readonly [string, string])[]>;
  DockerRootDir?: string;
  MemoryLimit?: boolean;
  SwapLimit?: boolean;
  CpuCfsPeriod?: boolean;
  CpuCfsQuota?: boolean;
  CPUShares?: boolean;
  CPUSet?: boolean;
  PidsLimit?: boolean;
  CgroupDriver?: string;
  CgroupVersion?: string;
  SecurityOptions?: Maybe<readonly string[]>;
  Runtimes?: Maybe<Readonly<Record<string, unknown>>>;
  DiscoveredDevices?: Maybe<readonly unknown[]>;
  InitBinary?: string;
  ExperimentalBuild?: boolean;
  NCPU?: number;
}
