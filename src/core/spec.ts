import type { Secret } from './secret.ts';
/**
 * What to run, in the words of the Compose specification (camelCase; OCI's words where Compose has none).
 * Sizes are bytes, durations are milliseconds. A field that is left out means "the image's or the engine's own".
 * An engine that cannot honour a field refuses it: `plan()` reports every such field before anything is made.
 */
export interface ContainerSpec {
  /** Name of the container, unique on its engine. Default: an id of Wherry's (`wherry-…`). */
  name?: string;
  /** Image reference: `name[:tag][@digest]` or an image id. */
  image: string;
  /** Replaces the image's ENTRYPOINT. Undefined keeps it; an empty array removes it. */
  entrypoint?: readonly string[];
  /** Replaces the image's CMD. Undefined keeps it, unless `entrypoint` is given (then there is none, as in OCI). */
  command?: readonly string[];
  /** Added to the image's environment; null takes away what the image sets. */
  environment?: Readonly<Record<string, string | null>>;
  workingDir?: string;
  /** `user`, `uid`, `user:group` or `uid:gid`. */
  user?: string;
  /** Additional groups, by name or gid. */
  groupAdd?: readonly string[];
  hostname?: string;
  domainname?: string;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
  /** Bits that new files do not get, e.g. 0o077. Default: the engine's. */
  umask?: number;

  volumes?: readonly VolumeMount[];
  /** Containers whose volumes and bind mounts are mounted too, by name or id: `NAME`, `NAME:ro`. Mounts of its own win. */
  volumesFrom?: readonly string[];
  /** Files with secret content, copied into the created container before its start. They lie on its disk. */
  secrets?: readonly FileMount[];
  /** Files with configuration, copied in like `secrets`. */
  configs?: readonly FileMount[];

  /** How the container is connected. Default: `bridge`, or the first of `networks` when that is given. */
  networkMode?: NetworkMode;
  /** User-defined networks by name, with how this container appears on each. */
  networks?: Readonly<Record<string, NetworkAttachment>>;
  ports?: readonly PortMapping[];
  /** Ports that are documented but not published: `8080` or `8080/udp`. */
  expose?: readonly string[];
  /** Name servers, as IP addresses. */
  dns?: readonly string[];
  dnsSearch?: readonly string[];
  dnsOpt?: readonly string[];
  /** Host name → addresses, added to /etc/hosts. `host-gateway` is the engine's word for its host. */
  extraHosts?: Readonly<Record<string, readonly string[]>>;
  /** Names under which this container alone finds others, on the networks that they share. */
  links?: readonly LinkSpec[];
  macAddress?: string;

  resources?: ResourceLimits;
  restart?: RestartPolicy;
  /** The engine removes it, with its anonymous volumes, once it has ended. Excludes a restart policy. Default: false. */
  autoRemove?: boolean;
  healthcheck?: HealthCheckSpec;
  logging?: LoggingSpec;

  /** Run a small init as PID 1 that forwards signals and reaps processes. */
  init?: boolean;
  stdinOpen?: boolean;
  tty?: boolean;
  /** Signal that `stop` sends. Default: the image's STOPSIGNAL, else SIGTERM. */
  stopSignal?: string;
  /** How long `stop` waits before it kills, in ms. Default: 10 000. */
  stopGracePeriod?: number;
  capAdd?: readonly string[];
  capDrop?: readonly string[];
  privileged?: boolean;
  /** Mount the root file system read-only. */
  readOnly?: boolean;
  securityOpt?: readonly string[];
  devices?: readonly DeviceMapping[];
  /** What it may do with devices beyond `devices`: `c 1:3 mr`, as in cgroup v1. */
  deviceCgroupRules?: readonly string[];
  /** GPU and other device requests, in the Engine API's words. Driver `cdi` takes CDI names as `deviceIds`. */
  gpus?: readonly DeviceRequest[];
  sysctls?: Readonly<Record<string, string>>;
  /** The engine's socket is there as /var/run/docker.sock, with the user's registry credentials. Gives root on its host. */
  useApiSocket?: boolean;
  /** `host`, `container:ID` or `private`. */
  pid?: string;
  ipc?: string;
  uts?: string;
  usernsMode?: string;
  /** Cgroup namespace: `host` or `private`. */
  cgroup?: string;
  cgroupParent?: string;
  /** OCI runtime by the engine's name for it. */
  runtime?: string;
  oomKillDisable?: boolean;
  oomScoreAdj?: number;

  /** `os/arch[/variant]`. Default: the engine's own. */
  platform?: string;
  /** When a missing image is pulled. Default: `missing`. */
  pullPolicy?: PullPolicy;
}

export type PullPolicy = 'always' | 'missing' | 'never';

/** `bridge`, `host`, `none`, `container:ID` (share another container's), or the name of a user-defined network. */
export type NetworkMode = 'bridge' | 'host' | 'none' | (string & {});

/** One mount. `bind` needs an absolute host path; `volume` without `source` is anonymous and leaves with the container. */
export type VolumeMount =
  | {
      type: 'bind';
      /** Absolute path on the engine's host. */
      source: string;
      target: string;
      readOnly?: boolean;
      propagation?: string;
      /** Make a missing source directory instead of failing. Default: false. */
      createHostPath?: boolean;
      /** SELinux relabelling: `z` shared, `Z` private. */
      selinux?: 'z' | 'Z';
      /** What becomes of mounts below `source`. Default: `enabled`. */
      recursive?: BindRecursion;
    }
  | {
      type: 'volume';
      /** Name of a volume; made when it does not exist. */
      source?: string;
      target: string;
      readOnly?: boolean;
      /** Do not copy the image's content at `target` into an empty volume. */
      noCopy?: boolean;
      subpath?: string;
      /** Of the volume, where this mount makes it. */
      labels?: Readonly<Record<string, string>>;
    }
  | {
      type: 'tmpfs';
      target: string;
      readOnly?: boolean;
      /** Bytes. Default: the engine's (half of the memory on Linux). */
      size?: number;
      /** File mode bits, e.g. 0o1777. */
      mode?: number;
      /** Further options of Linux, such as `exec` or `uid=1000`. Podman knows `exec`, `suid` and `dev`. Default: none. */
      options?: readonly string[];
    }
  | {
      type: 'image';
      /** Reference of an image on the engine, whose files are there to be read. */
      source: string;
      target: string;
      /** Always so. */
      readOnly?: true;
      /** A directory of the image instead of its root. */
      subpath?: string;
    };

/**
 * `disabled`: mounts below are not there. `enabled`: they are, and as read-only as the engine can make them. `readonly`:
 * a read-only mount that cannot make them read-only too fails. `writable`: they stay writable below a read-only mount.
 */
export type BindRecursion = 'disabled' | 'enabled' | 'readonly' | 'writable';

/** Another name for a container. */
export interface LinkSpec {
  /** Name or id. */
  container: string;
  alias: string;
}

/** A file with given content inside the container. */
export interface FileMount {
  /** Absolute path inside the container. */
  target: string;
  content: string | Uint8Array | Secret;
  /** Default: 0. */
  uid?: number;
  /** Default: 0. */
  gid?: number;
  /** File mode bits. Default: 0o444. */
  mode?: number;
}

/** How one container appears on one user-defined network. */
export interface NetworkAttachment {
  aliases?: readonly string[];
  ipv4Address?: string;
  ipv6Address?: string;
  linkLocalIps?: readonly string[];
  macAddress?: string;
  /** Highest first: the order in which networks are connected. Default: 0. */
  priority?: number;
  /** Which network gives the default gateway (Engine API ≥ 1.48). */
  gwPriority?: number;
  /** Interface name inside the container (Engine API ≥ 1.49). */
  interfaceName?: string;
  /** Bytes. Engines that set the MTU per network refuse it here: see `NetworkSpec.mtu`. */
  mtu?: number;
  driverOpts?: Readonly<Record<string, string>>;
}

export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** A published port. */
export interface PortMapping {
  /** Address on the host. Default: the engine's (all addresses on Docker). */
  hostIp?: string;
  /** Port on the host; 0 or undefined lets the engine choose (read it back with `inspect`). */
  published?: number;
  /** Port in the container. */
  target: number;
  /** Default: `tcp`. */
  protocol?: PortProtocol;
}

/** Upper bounds. Undefined or 0 means none. */
export interface ResourceLimits {
  /** Bytes. */
  memory?: number;
  /** Bytes of memory and swap together; -1 is unlimited swap. */
  memorySwap?: number;
  /** Bytes below which the engine tries to keep the container under pressure. */
  memoryReservation?: number;
  /** 0 to 100. */
  memorySwappiness?: number;
  /** Cores, e.g. 1.5. Excludes `cpuQuota` and `cpuPeriod`. */
  cpus?: number;
  /** Microseconds of CPU time per period. */
  cpuQuota?: number;
  /** Microseconds. Default: 100 000. */
  cpuPeriod?: number;
  /** Relative weight; 1024 is normal. */
  cpuShares?: number;
  /** Cores by number: `0-2,4`. */
  cpuset?: string;
  /** Processes and threads. */
  pids?: number;
  /** Bytes of the writable layer. */
  storage?: number;
  /** Bytes of /dev/shm. Default: the engine's (64 MiB). */
  shmSize?: number;
  ulimits?: Readonly<Record<string, { soft: number; hard: number }>>;
  /** Share of block I/O, 10 to 1000. */
  blkioWeight?: number;
  blkioWeightDevice?: readonly { path: string; weight: number }[];
  /** Bytes a second, by device. */
  blkioReadBps?: readonly DeviceRate[];
  blkioWriteBps?: readonly DeviceRate[];
  /** Operations a second, by device. */
  blkioReadIops?: readonly DeviceRate[];
  blkioWriteIops?: readonly DeviceRate[];
  /** Microseconds in which real-time tasks get `cpuRealtimeRuntime`. Cgroup v1 only. */
  cpuRealtimePeriod?: number;
  /** Microseconds. */
  cpuRealtimeRuntime?: number;
}

/** A bound on one block device. */
export interface DeviceRate {
  /** As `/dev/sda`. */
  path: string;
  rate: number;
}

export interface RestartPolicy {
  name: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  /** Only with `on-failure`. Default: no bound. */
  maximumRetryCount?: number;
}

/** The engine's own health check, run inside the container. `{ test: ['NONE'] }` switches the image's off. */
export interface HealthCheckSpec {
  /** `['CMD', …argv]`, `['CMD-SHELL', line]` or `['NONE']`. Undefined keeps the image's test. */
  test?: readonly string[];
  /** ms. Default: 30 000. */
  interval?: number;
  /** ms. Default: 30 000. */
  timeout?: number;
  /** Failures in a row until unhealthy. Default: 3. */
  retries?: number;
  /** ms in which failures do not count. Default: 0. */
  startPeriod?: number;
  /** ms between checks within the start period (Engine API ≥ 1.44). Default: 5 000. */
  startInterval?: number;
}

export interface LoggingSpec {
  driver?: string;
  options?: Readonly<Record<string, string>>;
}

export interface DeviceMapping {
  source: string;
  /** Default: `source`. */
  target?: string;
  /** Any of r, w, m. Default: `rwm`. */
  permissions?: string;
}

export interface DeviceRequest {
  driver?: string;
  /** -1 is all. */
  count?: number;
  deviceIds?: readonly string[];
  capabilities?: readonly (readonly string[])[];
  options?: Readonly<Record<string, string>>;
}
