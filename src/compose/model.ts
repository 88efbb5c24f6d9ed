import type { CanonicalStruct } from './canonical/value.ts';
import type {
  BlockIo,
  CredentialSpec,
  DeviceRequest,
  Hook,
  JobTriggers,
  LanguageModel,
  ModelUse,
  Placement,
  Provider,
  Reservations,
  UpdateConfig,
  WatchTrigger,
} from './model-parts.ts';
import type { ProbeFiles } from './probe-files.ts';

export type * from './model-parts.ts';

/**
 * The Compose project as Wherry works with it: every short form expanded, every default filled in, every path absolute.
 * Field names are the Compose spec's in camelCase; sizes are bytes, durations are milliseconds. A scalar that is
 * undefined was not declared (the image's or the engine's own value holds); collections are never undefined.
 */
export interface Project {
  name: string;
  /** What joins the parts of the names of its containers and images. */
  nameSeparator: '-' | '_';
  /** Absolute; relative paths of the files are resolved against it. */
  workingDirectory: string;
  /** Absolute paths of the files that were merged, in order; `-` is standard input. */
  files: string[];
  /** Profiles that were switched on. */
  profiles: string[];
  /** Absolute paths of the env files that were asked for (a `.env` that was merely found is not among them). */
  environmentFiles: string[];
  /** What variables were taken from: the environment over the .env files. */
  environment: Record<string, string>;
  /** The services that take part, by name. */
  services: Record<string, Service>;
  /** Services that are declared but take no part: no active profile, or not among those asked for. */
  disabledServices: Record<string, Service>;
  networks: Record<string, Network>;
  volumes: Record<string, Volume>;
  configs: Record<string, FileResource>;
  secrets: Record<string, FileResource>;
  models: Record<string, LanguageModel>;
  /** Jobs whose profiles are active. */
  jobs: Record<string, Job>;
  extensions: Extensions;
  /** What the files say in the peer's form, without the services. */
  canonical: CanonicalStruct;
}

/** `x-` keys, as plain data. */
export type Extensions = Record<`x-${string}`, unknown>;

/** Where something was written. Lines and columns count from 1. */
export interface Origin {
  file: string;
  line: number;
  column: number;
}

export interface Service {
  name: string;
  origin: Origin;
  /** Where those keys were written that not every engine carries out, by their path below the service. */
  keyOrigins: Record<string, Origin>;
  image?: string;
  build?: Build;
  /** Undefined: the image's own. Empty: none. */
  command?: string[];
  /** Undefined: the image's own. Empty: the image's is cleared. */
  entrypoint?: string[];
  /** env_file under environment; null removes a variable that the image sets. */
  environment: Record<string, string | null>;
  envFiles: EnvFile[];
  /** Files that `x-wherry.probe` names. */
  probeFiles?: ProbeFiles;
  labels: Record<string, string>;
  labelFiles: string[];
  annotations: Record<string, string>;
  containerName?: string;
  /** How many containers; `scale` or `deploy.replicas`. Default 1. */
  scale: number;
  dependsOn: Record<string, Dependency>;
  healthcheck?: Healthcheck;
  /** Default `no`. */
  restart: RestartPolicy;
  profiles: string[];
  pullPolicy?: PullPolicy;
  platform?: string;

  user?: string;
  workingDir?: string;
  hostname?: string;
  domainname?: string;
  init?: boolean;
  stdinOpen: boolean;
  tty: boolean;
  stopSignal?: string;
  /** Milliseconds. The engine's default is 10 s. */
  stopGracePeriod?: number;
  /** False: output is not shown by an attached `up`. Default true. */
  attach: boolean;
  runtime?: string;

  ports: Port[];
  /** Container ports as `8080/tcp`, announced and not published. */
  expose: string[];
  /** `host`, `none`, `bridge`, `service:NAME`, `container:NAME`; undefined when networks are used. */
  networkMode?: string;
  networks: Record<string, ServiceNetwork>;
  macAddress?: string;
  dns: string[];
  dnsSearch: string[];
  dnsOpt: string[];
  /** Addresses by host name. */
  extraHosts: Record<string, string[]>;
  /** Services that are reached by other names too: `service[:alias]`. */
  links: string[];
  /** Containers of others: `name[:alias]`. */
  externalLinks: string[];

  volumes: Mount[];
  /** Paths with options, as `/run:size=64m`. */
  tmpfs: string[];
  secrets: FileReference[];
  configs: FileReference[];
  devices: Device[];
  /** As `c 1:3 mr`. */
  deviceCgroupRules: string[];
  gpus: DeviceRequest[];
  /** `service[:ro|rw]` or `container:NAME[:ro|rw]`, whose volumes are mounted too. */
  volumesFrom: string[];

  capAdd: string[];
  capDrop: string[];
  groupAdd: string[];
  privileged: boolean;
  readOnly: boolean;
  securityOpt: string[];
  sysctls: Record<string, string>;
  ulimits: Record<string, Ulimit>;
  usernsMode?: string;
  /** Bits that new files do not get. */
  umask?: number;
  isolation?: string;
  credentialSpec?: CredentialSpec;
  ipc?: string;
  pid?: string;
  uts?: string;
  cgroup?: 'host' | 'private';
  cgroupParent?: string;

  /** Limits of both the service level and `deploy.resources`. */
  resources: Resources;
  blockIo?: BlockIo;
  logging?: Logging;
  deploy?: Deploy;
  /** What happens when files change. */
  watch: WatchTrigger[];
  preStart: Hook[];
  postStart: Hook[];
  preStop: Hook[];
  provider?: Provider;
  models: Record<string, ModelUse>;
  /** The engine's socket and the user's credentials are there in the container. */
  useApiSocket: boolean;
  extensions: Extensions;
  /** What the files say in the peer's form: the config hash is made of it. */
  canonical: CanonicalStruct;
}

/** A container that runs to its end when something triggers it. */
export interface Job {
  name: string;
  triggers: JobTriggers;
  /** The container. */
  service: Service;
}

export interface EnvFile {
  /** Absolute. */
  path: string;
  required: boolean;
  /** `env` (interpolated, the default) or `raw` (every line literal). */
  format: 'env' | 'raw';
}

export type DependencyCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

export interface Dependency {
  condition: DependencyCondition;
  /** Restart this service when the other one is updated. */
  restart: boolean;
  /** False: only a warning when the other one is absent or fails. */
  required: boolean;
}

export interface Healthcheck {
  /** The image's check is switched off. */
  disable: boolean;
  /** `['CMD', …]`, `['CMD-SHELL', line]`; undefined: the image's own test. */
  test?: string[];
  /** Milliseconds, as are all times here. */
  interval?: number;
  timeout?: number;
  retries?: number;
  startPeriod?: number;
  startInterval?: number;
}

export interface RestartPolicy {
  name: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  /** Only with `on-failure`; undefined: no limit. */
  maximumRetryCount?: number;
}

export type PullPolicy =
  | { when: 'always' | 'never' | 'missing' | 'build' }
  /** Pull again when the image is older than `every` milliseconds. */
  | { when: 'refresh'; every: number };

export interface Port {
  name?: string;
  target: number;
  /** The host port, or the range from which the engine picks one; undefined: any free port. */
  published?: { from: number; to: number };
  hostIp?: string;
  protocol: 'tcp' | 'udp' | 'sctp';
  mode: 'ingress' | 'host';
  appProtocol?: string;
}

export interface ServiceNetwork {
  aliases: string[];
  ipv4Address?: string;
  ipv6Address?: string;
  linkLocalIps: string[];
  macAddress?: string;
  interfaceName?: string;
  /** Higher is connected first. Default 0. */
  priority: number;
  /** The highest one is the default gateway. Default 0. */
  gwPriority: number;
  driverOpts: Record<string, string>;
  /** False: the service's name is no alias here. Default true. */
  useServiceNameAlias: boolean;
}

export interface Mount {
  type: 'bind' | 'volume' | 'tmpfs' | 'image' | 'npipe' | 'cluster';
  /** A path of the host (absolute), a key of the project's volumes or an image; undefined: anonymous. */
  source?: string;
  target: string;
  readOnly: boolean;
  bind?: {
    propagation?: string;
    createHostPath: boolean;
    selinux?: 'z' | 'Z';
    recursive?: 'disabled' | 'enabled' | 'readonly' | 'writable';
  };
  volume?: { nocopy: boolean; subpath?: string; labels?: Record<string, string> };
  tmpfs?: { size?: number; mode?: number };
  image?: { subpath?: string };
  consistency?: string;
}

export interface Device {
  source: string;
  target: string;
  /** Letters of `rwm`. Default `rwm`. */
  permissions: string;
}

export interface Ulimit {
  soft: number;
  hard: number;
}

export interface Resources {
  /** Bytes, as all memory here. */
  memory?: number;
  memoryReservation?: number;
  /** Memory and swap together; -1: no limit. */
  memorySwap?: number;
  memorySwappiness?: number;
  /** Cores, may be a fraction. */
  cpus?: number;
  cpuShares?: number;
  /** Microseconds. */
  cpuQuota?: number;
  /** Microseconds. */
  cpuPeriod?: number;
  /** Cores by number, as `0-3,5`. */
  cpuset?: string;
  /** -1: no limit. */
  pids?: number;
  shmSize?: number;
  /** Size of the container's writable layer. */
  storage?: number;
  oomKillDisable?: boolean;
  oomScoreAdj?: number;
  /** Windows: cores of the host. */
  cpuCount?: number;
  /** Windows: share of the host's cores, in percent. */
  cpuPercent?: number;
  /** Microseconds, as is the runtime. */
  cpuRealtimePeriod?: number;
  cpuRealtimeRuntime?: number;
}

export interface Logging {
  driver?: string;
  options: Record<string, string>;
}

export interface Deploy {
  mode: 'replicated' | 'global' | 'replicated-job' | 'global-job';
  /** Labels of the service as a whole; containers do not get them. */
  labels: Record<string, string>;
  endpointMode?: string;
  updateConfig?: UpdateConfig;
  rollbackConfig?: UpdateConfig;
  placement?: Placement;
  reservations?: Reservations;
  /** Between a restart and the next, and after which it counts as a success; the policy itself is the service's. */
  restart?: { delay?: number; window?: number };
}

export interface Build {
  /** An absolute path or a URL. */
  context: string;
  /** Relative to the context, or absolute. Default `Dockerfile`; undefined when the text is inline. */
  dockerfile?: string;
  dockerfileInline?: string;
  args: Record<string, string>;
  target?: string;
  labels: Record<string, string>;
  network?: string;
  /** Bytes. */
  shmSize?: number;
  secrets: FileReference[];
  cacheFrom: string[];
  noCache: boolean;
  pull: boolean;
  platforms: string[];
  tags: string[];
  extraHosts: Record<string, string[]>;
  ulimits: Record<string, Ulimit>;
  /** Further contexts by name: absolute paths, URLs, `docker-image://…` or `service:NAME`. */
  additionalContexts: Record<string, string>;
  cacheTo: string[];
  /** Stages that are built anew. */
  noCacheFilter: string[];
  entitlements: string[];
  /** Paths of agents or keys by id; empty: the user's agent. */
  ssh: Record<string, string>;
  isolation?: string;
  privileged: boolean;
  provenance?: string;
  sbom?: string;
}

/** A secret or config that a service or a build uses. */
export interface FileReference {
  /** A key of the project's secrets or configs. */
  source: string;
  /** Absolute path in the container (for a build: the id). */
  target: string;
  /** Default 0. */
  uid?: number;
  /** Default 0. */
  gid?: number;
  /** Permission bits. The default is 0o444. */
  mode?: number;
}

/** A secret or config of the project. Exactly one of `file`, `environment` and `content` is there. */
export interface FileResource {
  key: string;
  /** The name on the engine. */
  name: string;
  origin: Origin;
  /** Absolute path of the file that holds it. */
  file?: string;
  /** Name of the variable that holds it. */
  environment?: string;
  content?: string;
  /** The engine keeps it: Swarm only. */
  external: boolean;
  driver?: string;
  driverOpts: Record<string, string>;
  templateDriver?: string;
  labels: Record<string, string>;
  extensions: Extensions;
}

export interface Network {
  /** The key in the file. */
  key: string;
  /** The name on the engine: `project_key` unless declared or external. */
  name: string;
  origin?: Origin;
  driver?: string;
  driverOpts: Record<string, string>;
  external: boolean;
  internal: boolean;
  attachable: boolean;
  enableIpv4?: boolean;
  enableIpv6?: boolean;
  ipam: Ipam;
  labels: Record<string, string>;
  extensions: Extensions;
  canonical: CanonicalStruct;
}

export interface Ipam {
  driver?: string;
  config: IpamPool[];
  options: Record<string, string>;
}

export interface IpamPool {
  subnet?: string;
  ipRange?: string;
  gateway?: string;
  auxAddresses: Record<string, string>;
}

export interface Volume {
  /** The key in the file. */
  key: string;
  /** The name on the engine: `project_key` unless declared or external. */
  name: string;
  origin?: Origin;
  driver?: string;
  driverOpts: Record<string, string>;
  external: boolean;
  labels: Record<string, string>;
  extensions: Extensions;
  canonical: CanonicalStruct;
}
