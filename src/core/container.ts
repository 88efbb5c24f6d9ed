import type { ContainerSpec, PortProtocol } from './spec.ts';

/** Where a container is in its life; the same words on every engine. A container that its engine restarts reads `starting`. */
export type ContainerStatus =
  | 'created'
  | 'starting'
  | 'running'
  | 'paused'
  | 'stopping'
  | 'exited'
  | 'dead'
  | 'unknown';

/** What the engine's own health check says; `none` when there is none. */
export type EngineHealth = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** A port as it is really published. */
export interface PublishedPort {
  /** Address that listens on the host; one entry per address. Null when the port is only exposed. */
  hostIp: string | null;
  /** Null when the port is only exposed. */
  published: number | null;
  target: number;
  protocol: PortProtocol;
}

export interface NetworkAddress {
  /** Name of the network. */
  name: string;
  networkId: string | null;
  ipv4Address: string | null;
  ipv6Address: string | null;
  gateway: string | null;
  macAddress: string | null;
  aliases: readonly string[];
}

/** What a list row tells of a container. */
export interface ContainerSummary {
  id: string;
  /** Without the leading slash that Docker puts before it. */
  name: string;
  /** The reference it was created from. */
  image: string;
  imageId: string | null;
  status: ContainerStatus;
  /** Its state and since when, in the engine's own words (`Up 3 minutes`); only in lists, and not on every engine. */
  statusText?: string;
  /** Known in lists where the engine tells, else null. */
  exitCode: number | null;
  health: EngineHealth;
  createdAt: Date;
  labels: Readonly<Record<string, string>>;
  ports: readonly PublishedPort[];
  networks: readonly NetworkAddress[];
  /** Names of the volumes that it mounts; only in lists. */
  volumes?: readonly string[];
  command: string;
  /** What is mounted; only in lists, and not on every engine. */
  mounts?: readonly MountSummary[];
}

/** What a list row tells of a mount. */
export interface MountSummary {
  /** Name of the volume; null when it is none. */
  name: string | null;
  /** Path on the engine's host; null when it is not told. */
  source: string | null;
  /** Driver of the volume; null when it is none. */
  driver: string | null;
}

/** All that is known of a container. */
export interface ContainerInfo extends ContainerSummary {
  /** Digest of the image (`sha256:…` of its manifest), null for local builds on engines that have none. */
  imageDigest: string | null;
  /** Hash of the spec that `create` was given; null for containers of others. */
  specHash: string | null;
  /** Exit code of the last run; null until the first exit and while running. */
  exitCode: number | null;
  /** Name of the signal that ended it; null where the engine does not tell (137 alone proves nothing). */
  signal: string | null;
  oomKilled: boolean;
  /** Restarts by the engine's restart policy. */
  restartCount: number;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Why the last start failed, as the engine says it; empty otherwise. */
  error: string;
  /** PID of the main process on the engine's host; null when it does not run or is not told. */
  pid: number | null;
  healthLog: readonly HealthLogEntry[];
  /** The spec in force as the engine knows it. Content of secrets is never part of it. */
  spec: ContainerSpec;
  /** The engine's own record, for what has no word here. Its shape is the engine's and may change with it. */
  raw: unknown;
}

export interface HealthLogEntry {
  startedAt: Date;
  finishedAt: Date;
  exitCode: number;
  output: string;
}

/** The end of one run of a container. */
export interface WaitResult {
  /** Which run: equal for all waiters of one run, different for the next (the engine's start time of it). */
  run: string;
  exitCode: number;
}

/** An empty list filters nothing. */
export interface ListFilter {
  /** Also those that do not run. Default: false. */
  all?: boolean;
  /** `key` or `key=value`; all must match. */
  labels?: readonly string[] | undefined;
  /** Exact names; any may match. */
  names?: readonly string[] | undefined;
  status?: readonly ContainerStatus[] | undefined;
}

/** One process in a container: columns as the engine names them (`PID`, `USER`, `COMMAND` …). */
export interface ProcessTable {
  titles: readonly string[];
  processes: readonly (readonly string[])[];
}

/** Figures of one container at one time. A figure that the engine cannot know is null, never zero. */
export interface ContainerStats {
  id: string;
  name: string;
  time: Date;
  /** Cores in use since the sample before (1.5 = one and a half cores); null on the first sample where no delta exists. */
  cpu: number | null;
  /** Cores that it may use. */
  cpuLimit: number | null;
  /** Bytes without reclaimable page cache: usage − total_inactive_file (cgroup v1) or − inactive_file (v2). */
  memory: number | null;
  /** Bytes; the host's memory where no limit is set. */
  memoryLimit: number | null;
  networkRx: number | null;
  networkTx: number | null;
  blockRead: number | null;
  blockWrite: number | null;
  pids: number | null;
}
