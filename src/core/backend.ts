import type { BackendCapabilities } from './capabilities.ts';
import type { BackendType } from './config.ts';
import type {
  ContainerInfo,
  ContainerStats,
  ContainerSummary,
  ListFilter,
  ProcessTable,
  WaitResult,
} from './container.ts';
import type { EngineEvent, EventOptions } from './engine-event.ts';
import type { CallOptions, Image, Images, PullOptions } from './image.ts';
import type { Networks } from './network.ts';
import type { SpecProblem } from './plan.ts';
import type { ContainerSpec, ResourceLimits, RestartPolicy } from './spec.ts';
import type {
  AttachedProcess,
  AttachOptions,
  CaptureOptions,
  ExecOptions,
  ExecProcess,
  ExecResult,
  LogOptions,
  LogStream,
  TerminalSize,
} from './streams.ts';
import type { Volumes } from './volume.ts';

export interface HealthCheckOptions extends CallOptions {
  /** ms for which an answer to an earlier check, such as that of finding the engine, still counts. Default: 0, ask now. */
  maxAge?: number | undefined;
}

/**
 * One container engine. Every verb takes our id, the engine's id (or an unambiguous prefix of it) or an exact name, and
 * fails with a `WherryError`: `NOT_FOUND` for what is not there, `UNAVAILABLE` when the engine does not answer,
 * `CANCELLED` when `signal` fired, `UNSUPPORTED` for what its capabilities deny. Streams are returned at once; their
 * errors surface on the first `next()`.
 */
export interface Backend extends AsyncDisposable {
  readonly type: BackendType;
  /** Where the engine is, for people: `unix:///var/run/docker.sock`. */
  readonly address: string;

  /** What it can do here; asked once, then cached. */
  capabilities(options?: CallOptions): Promise<BackendCapabilities>;
  /** Resolves when the engine answers; else `UNAVAILABLE`, `PERMISSION`, `TIMEOUT` (it hangs) or `PROTOCOL` (it is none). */
  healthCheck(options?: HealthCheckOptions): Promise<void>;
  info(options?: CallOptions): Promise<EngineInfo>;
  /** Can take long on a full engine: it walks its disk. */
  diskUse(options?: CallOptions): Promise<DiskUse>;

  image(ref: string): Image;
  readonly images: Images;
  /** Undefined where the engine has no such thing. */
  readonly networks?: Networks;
  readonly volumes?: Volumes;

  /**
   * Checks everything, pulls the image by `pullPolicy`, reserves what can be reserved and runs nothing of the user's.
   * Resolves to the id. Leaves nothing behind when it fails or is aborted. `INVALID` or `UNSUPPORTED` list every problem.
   */
  create(spec: ContainerSpec, options?: CreateOptions): Promise<string>;
  /** Every field for which `create` would refuse the spec here; empty: none. Makes nothing. */
  check?(spec: ContainerSpec, options?: CallOptions): Promise<readonly SpecProblem[]>;
  /** Resolves when the user's process runs. A running one is left alone; an exited one runs again. */
  start(id: string, options?: CallOptions): Promise<void>;
  /** Stop signal, grace, kill; resolves when the process is gone. A stopped one is left alone. */
  stop(id: string, options?: StopOptions): Promise<void>;
  restart(id: string, options?: StopOptions): Promise<void>;
  /** One signal to the main process, no waiting. `CONFLICT` when it does not run. Default: SIGKILL. */
  kill(id: string, options?: CallOptions & { killSignal?: string }): Promise<void>;
  pause(id: string, options?: CallOptions): Promise<void>;
  resume(id: string, options?: CallOptions): Promise<void>;
  rename(id: string, name: string, options?: CallOptions): Promise<void>;
  /** Changes limits and restart policy of an existing container. */
  update(id: string, changes: UpdateChanges, options?: CallOptions): Promise<void>;
  /** Record, logs, anonymous volumes and all that was made for it. A running one needs `force` (`CONFLICT` otherwise). */
  remove(id: string, options?: RemoveOptions): Promise<void>;

  /**
   * Resolves once per run with its exit code, for any number of waiters, also after the exit. On a created container it
   * waits for the next run; `onSubscribed` is called when no exit from then on can be missed.
   */
  wait(id: string, options?: WaitOptions): Promise<WaitResult>;
  inspect(id: string, options?: CallOptions): Promise<ContainerInfo>;
  list(filter?: ListFilter, options?: CallOptions): Promise<readonly ContainerSummary[]>;
  processes(id: string, options?: CallOptions & { psArgs?: string }): Promise<ProcessTable>;

  logs(id: string, options?: LogOptions): LogStream;
  attach(id: string, options?: AttachOptions): Promise<AttachedProcess>;
  /** Resizes the terminal of the container's main process. */
  resize(id: string, size: TerminalSize, options?: CallOptions): Promise<void>;
  /** Starts a process in a running container; `CONFLICT` when it does not run. */
  exec(id: string, options: ExecOptions): Promise<ExecProcess>;
  /** Runs a process to its end and keeps its output. A non-zero exit code is a result, not an error. */
  execCapture(id: string, options: CaptureOptions): Promise<ExecResult>;

  /** Figures of one container about once a second until it ends or the loop is left; once with `once`. */
  stats(id: string, options?: StatsOptions): AsyncIterable<ContainerStats>;
  /** Figures of all running containers (or of `ids`), one batch about every second. */
  statsAll(options?: StatsOptions & { ids?: readonly string[] }): AsyncIterable<readonly ContainerStats[]>;
  /** Reconnects by itself; every gap ends with a `resync`. */
  events(options?: EventOptions): AsyncIterable<EngineEvent>;

  /** Unpacks a tar stream below `path`, with its owners, modes and links. */
  copyIn(
    id: string,
    path: string,
    archive: AsyncIterable<Uint8Array>,
    options?: CopyInOptions,
  ): Promise<void>;
  /** `path` as a tar stream; a directory with all below it. */
  copyOut(id: string, path: string, options?: CallOptions): AsyncIterable<Uint8Array>;

  /** The whole file system of a container as a tar stream, volumes left out; it may run. */
  export(id: string, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Makes an image of a container's file system and settings, volumes left out; resolves to the image's id. */
  commit(id: string, options?: CommitOptions): Promise<string>;

  /** Removes what nothing uses. Only what matches `labels`, when given. */
  prune(options: PruneOptions): Promise<PruneReport>;
}

export interface CopyInOptions extends CallOptions {
  /**
   * What happens to a file or a link where the stream has a directory: `replace` (default) puts the directory in its
   * place, `fail` fails, and may leave what came before it in the stream.
   */
  inTheWay?: 'replace' | 'fail' | undefined;
}

export interface CreateOptions extends CallOptions {
  onProgress?: PullOptions['onProgress'];
  credentials?: PullOptions['credentials'];
}

export interface StopOptions extends CallOptions {
  /** ms until the kill. Default: the container's own grace, else 10 000. */
  timeout?: number | undefined;
  /** Default: the container's own stop signal. */
  stopSignal?: string | undefined;
}

export interface CommitOptions extends CallOptions {
  /** What the image is called, `repository[:tag]`. Default: it has no name. */
  name?: string | undefined;
  author?: string | undefined;
  message?: string | undefined;
  /** Instructions of a Dockerfile that change the image's settings: `ENV A=b`, `CMD ["sh"]`. */
  changes?: readonly string[] | undefined;
  /** Freeze the container meanwhile, so that its files agree with each other. Default: true. */
  pause?: boolean | undefined;
}

export interface RemoveOptions extends CallOptions {
  /** Kill it first when it runs. Default: false. */
  force?: boolean;
  /** Keep its anonymous volumes. Default: false. */
  keepVolumes?: boolean;
}

export interface WaitOptions extends CallOptions {
  /** `exit` waits for the end of this or the last run; `next-exit` for the first end from now on; `removed` until it is gone. */
  condition?: 'exit' | 'next-exit' | 'removed';
  onSubscribed?: (() => void) | undefined;
}

export interface StatsOptions extends CallOptions {
  /** One sample (with a CPU figure where the engine can take the delta), then end. Default: false. */
  once?: boolean;
}

export interface UpdateChanges {
  resources?: ResourceLimits;
  restart?: RestartPolicy;
}

export interface PruneOptions extends CallOptions {
  what: readonly ('containers' | 'images' | 'networks' | 'volumes' | 'buildCache')[];
  /** `key`, `key=value`, `key!=value`. */
  labels?: readonly string[];
  /** Images: also those that have a name. Volumes: also named ones. Default: false. */
  all?: boolean;
  /** Only what was made before. */
  until?: Date;
}

export interface PruneReport {
  containers: readonly string[];
  images: readonly string[];
  networks: readonly string[];
  volumes: readonly string[];
  /** Bytes. */
  spaceReclaimed: number;
}

export interface EngineInfo {
  type: BackendType;
  /** Version of the engine's program. */
  version: string;
  /** Version of the protocol in use, null where it has none. */
  apiVersion: string | null;
  os: string;
  architecture: string;
  kernel: string | null;
  cpus: number | null;
  /** Bytes. */
  memory: number | null;
  cgroupVersion: 1 | 2 | null;
  rootless: boolean;
  storageDriver: string | null;
  containers: { running: number; paused: number; stopped: number } | null;
  images: number | null;
  warnings: readonly string[];
  raw: unknown;
}

/** Bytes on disk by kind, as the engine counts them. */
export interface DiskUse {
  images: DiskUseRow;
  containers: DiskUseRow;
  volumes: DiskUseRow;
  buildCache: DiskUseRow;
}

export interface DiskUseRow {
  count: number;
  active: number;
  /** Bytes. */
  size: number;
  /** Bytes that a prune would free. */
  reclaimable: number;
}
