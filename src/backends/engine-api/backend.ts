import type {
  Backend,
  CommitOptions,
  CopyInOptions,
  CreateOptions,
  DiskUse,
  EngineInfo,
  HealthCheckOptions,
  PruneOptions,
  PruneReport,
  RemoveOptions,
  StatsOptions,
  StopOptions,
  UpdateChanges,
  WaitOptions,
} from '../../core/backend.ts';
import type { BackendCapabilities } from '../../core/capabilities.ts';
import type { BackendType } from '../../core/config.ts';
import type {
  ContainerInfo,
  ContainerStats,
  ContainerSummary,
  ListFilter,
  ProcessTable,
  WaitResult,
} from '../../core/container.ts';
import type { EngineEvent, EventOptions } from '../../core/engine-event.ts';
import type { CallOptions, Image, Images } from '../../core/image.ts';
import { type Logger, silentLogger } from '../../core/logger.ts';
import type { Networks } from '../../core/network.ts';
import { type SpecProblem, unsupportedFields } from '../../core/plan.ts';
import type { ContainerSpec } from '../../core/spec.ts';
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
} from '../../core/streams.ts';
import type { Volumes } from '../../core/volume.ts';
import { abortable } from './abortable.ts';
import { attachToContainer, resizeContainer } from './attach.ts';
import { engineCapabilities } from './capabilities.ts';
import { commitContainer } from './commit.ts';
import type { EngineConnection } from './connection.ts';
import { containerInfo } from './container-info.ts';
import { copyIn, copyOut, exportContainer } from './copy.ts';
import { createContainer, specProblems } from './create.ts';
import { type Dialect, dockerDialect } from './dialect.ts';
import { diskUse } from './disk-use.ts';
import { EngineEvents } from './events.ts';
import { execInContainer } from './exec.ts';
import { captureExec, type KillableExec } from './exec-capture.ts';
import { EngineImage } from './image.ts';
import { type ImageContext, imageContext } from './image-context.ts';
import { imageDigest } from './image-digest.ts';
import { EngineImages } from './images.ts';
import { engineInfo } from './info.ts';
import {
  containerRecord,
  killContainer,
  pauseContainer,
  removeContainer,
  renameContainer,
  restartContainer,
  resumeContainer,
  startContainer,
  stopContainer,
  updateContainer,
} from './lifecycle.ts';
import { listContainers } from './list.ts';
import { containerLogs } from './logs.ts';
import { EngineNetworks } from './networks.ts';
import { containerProcesses } from './processes.ts';
import { hasProjectQuota } from './project-quota.ts';
import { prune } from './prune.ts';
import type { ContainerRecord, SystemRecord } from './records.ts';
import { RegistryAuth } from './registry-auth.ts';
import { containerStats } from './stats.ts';
import { allStats } from './stats-all.ts';
import { EngineVolumes } from './volumes.ts';
import { waitForContainer } from './wait.ts';

export interface EngineApiBackendOptions {
  connection: EngineConnection;
  /** Default: Docker's words. */
  dialect?: Dialect;
  /** Default: the user's `config.json` and credential helpers. */
  auth?: RegistryAuth;
  /** Default: Docker's. */
  networks?: Networks;
  /** How it pulls, pushes and builds. Default: as Docker does. */
  images?: Partial<Pick<ImageContext, 'registryCalls' | 'chooseBuilder'>>;
  logger?: Logger;
}

/**
 * An engine that speaks the Docker Engine API, 1.41 to 1.56. Docker is this as it stands; an engine that differs gives
 * another `dialect` or overrides verbs.
 */
export abstract class EngineApiBackend implements Backend {
  abstract readonly type: BackendType;
  readonly images: Images;
  readonly networks: Networks;
  readonly volumes: Volumes;
  protected readonly connection: EngineConnection;
  protected readonly dialect: Dialect;
  protected readonly logger: Logger;
  readonly #imageContext: ImageContext;
  readonly #events: EngineEvents;
  #capabilities: Promise<BackendCapabilities> | undefined;

  constructor(options: EngineApiBackendOptions) {
    const { connection } = options;
    this.connection = connection;
    this.dialect = options.dialect ?? dockerDialect;
    this.logger = options.logger ?? silentLogger;
    this.images = new EngineImages(connection);
    this.networks = options.networks ?? new EngineNetworks(connection);
    this.volumes = new EngineVolumes(connection);
    this.#imageContext = imageContext(connection, options.auth ?? new RegistryAuth(), options.images);
    this.#events = new EngineEvents({
      connection,
      dialect: this.dialect,
      list: (signal) => this.list({ all: true }, { signal }),
      logger: this.logger,
    });
  }

  get address(): string {
    return this.connection.address;
  }

  async capabilities(options: CallOptions = {}): Promise<BackendCapabilities> {
    if (this.#capabilities === undefined) {
      const asked = this.readCapabilities();
      this.#capabilities = asked;
      // A failure is not kept: the engine may come back.
      asked.catch(() => {
        if (this.#capabilities === asked) this.#capabilities = undefined;
      });
    }
    return abortable(this.#capabilities, options.signal);
  }

  async healthCheck({ maxAge = 0, signal }: HealthCheckOptions = {}): Promise<void> {
    if (!this.connection.hasAnswered({ within: maxAge })) await this.connection.ping({ signal });
  }

  async info(options: CallOptions = {}): Promise<EngineInfo> {
    return engineInfo(this.connection, this.type, options);
  }

  async diskUse(options: CallOptions = {}): Promise<DiskUse> {
    return diskUse(this.connection, options);
  }

  image(ref: string): Image {
    return new EngineImage(this.#imageContext, ref);
  }

  async create(spec: ContainerSpec, options: CreateOptions = {}): Promise<string> {
    const { signal, onProgress, credentials } = options;
    const context = {
      connection: this.connection,
      capabilities: await this.#capabilitiesFor(spec, signal),
      logger: this.logger,
      dialect: this.dialect,
      apiSocket: {
        address: this.address,
        credentials: async () => (await this.#imageContext.auth.all({ signal })).byKey,
      },
      pull: (policy: 'always' | 'missing', image = spec.image) =>
        this.image(image).pull({ policy, platform: spec.platform, onProgress, credentials, signal }),
      check: () => this.checkSpec(spec, options),
    };
    return createContainer(context, spec, options);
  }

  async check(spec: ContainerSpec, { signal }: CallOptions = {}): Promise<readonly SpecProblem[]> {
    const capabilities = await this.#capabilitiesFor(spec, signal);
    return await specProblems({ connection: this.connection, capabilities, dialect: this.dialect }, spec, {
      signal,
    });
  }

  async start(id: string, options: CallOptions = {}): Promise<void> {
    await startContainer(this.connection, id, options);
  }

  async stop(id: string, options: StopOptions = {}): Promise<void> {
    await stopContainer(this.connection, id, options);
  }

  async restart(id: string, options: StopOptions = {}): Promise<void> {
    await restartContainer(this.connection, id, options);
  }

  async kill(id: string, options: CallOptions & { killSignal?: string } = {}): Promise<void> {
    await killContainer(this.connection, id, options);
  }

  async pause(id: string, options: CallOptions = {}): Promise<void> {
    await pauseContainer(this.connection, id, options);
  }

  async resume(id: string, options: CallOptions = {}): Promise<void> {
    await resumeContainer(this.connection, id, options);
  }

  async rename(id: string, name: string, options: CallOptions = {}): Promise<void> {
    await renameContainer(this.connection, id, name, options);
  }

  async update(id: string, changes: UpdateChanges, options: CallOptions = {}): Promise<void> {
    await updateContainer(this.connection, id, changes, options);
  }

  async remove(id: string, options: RemoveOptions = {}): Promise<void> {
    await removeContainer(this.connection, id, options);
  }

  async wait(id: string, options: WaitOptions = {}): Promise<WaitResult> {
    return waitForContainer(this.connection, this.dialect, id, options);
  }

  async inspect(id: string, options: CallOptions = {}): Promise<ContainerInfo> {
    const record = await containerRecord(this.connection, id, options);
    return this.readContainer(record, await imageDigest(this.connection, record, options));
  }

  async list(filter: ListFilter = {}, options: CallOptions = {}): Promise<readonly ContainerSummary[]> {
    return listContainers(this.connection, filter, options);
  }

  async processes(id: string, options: CallOptions & { psArgs?: string } = {}): Promise<ProcessTable> {
    return containerProcesses(this.connection, id, options);
  }

  logs(id: string, options: LogOptions = {}): LogStream {
    const events = (wishes: EventOptions): AsyncIterable<EngineEvent> => this.events(wishes);
    return containerLogs({ connection: this.connection, events }, id, options);
  }

  async attach(id: string, options: AttachOptions = {}): Promise<AttachedProcess> {
    return attachToContainer(this.connection, id, options);
  }

  async resize(id: string, size: TerminalSize, options: CallOptions = {}): Promise<void> {
    await resizeContainer(this.connection, id, size, options);
  }

  async exec(id: string, options: ExecOptions): Promise<ExecProcess> {
    return this.startExec(id, options);
  }

  async execCapture(id: string, options: CaptureOptions): Promise<ExecResult> {
    return captureExec((signal) => this.startExec(id, { ...options, signal }), options);
  }

  stats(id: string, options: StatsOptions = {}): AsyncIterable<ContainerStats> {
    return containerStats(this.connection, this.dialect, id, options);
  }

  statsAll(
    options: StatsOptions & { ids?: readonly string[] } = {},
  ): AsyncIterable<readonly ContainerStats[]> {
    const source = {
      stats: (id: string, statsOptions: StatsOptions) => this.stats(id, statsOptions),
      running: (callOptions: CallOptions) => this.list({ status: ['running', 'paused'] }, callOptions),
      events: (eventOptions: EventOptions) => this.events(eventOptions),
    };
    return allStats(source, options);
  }

  events(options: EventOptions = {}): AsyncIterable<EngineEvent> {
    return this.#events.subscribe(options);
  }

  async copyIn(
    id: string,
    path: string,
    archive: AsyncIterable<Uint8Array>,
    options: CopyInOptions = {},
  ): Promise<void> {
    await copyIn(this.connection, id, path, archive, options);
  }

  copyOut(id: string, path: string, options: CallOptions = {}): AsyncIterable<Uint8Array> {
    return copyOut(this.connection, id, path, options);
  }

  export(id: string, options: CallOptions = {}): AsyncIterable<Uint8Array> {
    return exportContainer(this.connection, id, options);
  }

  async commit(id: string, options: CommitOptions = {}): Promise<string> {
    return commitContainer(this.connection, id, options);
  }

  async prune(options: PruneOptions): Promise<PruneReport> {
    return prune(this.#imageContext, options);
  }

  /** Ends the event subscriptions and closes the idle connections; calls under way finish. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#events.close();
    this.connection.close();
  }

  /** For engines that take what they cannot do. Called before anything is made. */
  protected async checkSpec(_spec: ContainerSpec, _options: CreateOptions): Promise<void> {}

  /** What an engine of this API version can do whatever its machine; null when nothing is sure. */
  protected certainCapabilities(_apiVersion: string): BackendCapabilities | null {
    return null;
  }

  protected async startExec(id: string, options: ExecOptions): Promise<KillableExec> {
    return execInContainer(this.connection, this.dialect, id, options);
  }

  /** Asks the engine what it can do. */
  protected async readCapabilities(): Promise<BackendCapabilities> {
    const [system, apiVersion] = await Promise.all([
      this.connection.json<SystemRecord>({ path: '/info' }),
      this.connection.apiVersion(),
    ]);
    return engineCapabilities({
      system,
      apiVersion,
      hasProjectQuota: await hasProjectQuota(system.DockerRootDir),
    });
  }

  /** An inspect record in our words. */
  protected readContainer(record: ContainerRecord, digest: string | null): ContainerInfo {
    return containerInfo(record, digest);
  }

  /** The engine takes long to tell about its machine, and is not asked when the spec needs nothing of it. */
  async #capabilitiesFor(spec: ContainerSpec, signal: AbortSignal | undefined): Promise<BackendCapabilities> {
    if (this.#capabilities === undefined) {
      const certain = this.certainCapabilities(await this.connection.apiVersion({ signal }));
      if (certain !== null && unsupportedFields(spec, certain).length === 0) return certain;
    }
    return this.capabilities({ signal });
  }
}
