import type {
  CreateOptions,
  RemoveOptions,
  StatsOptions,
  StopOptions,
  UpdateChanges,
  WaitOptions,
} from '../../core/backend.ts';
import type { BackendCapabilities } from '../../core/capabilities.ts';
import type {
  ContainerInfo,
  ContainerStats,
  ContainerSummary,
  ListFilter,
  ProcessTable,
  WaitResult,
} from '../../core/container.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import type { AttachedProcess, AttachOptions } from '../../core/streams.ts';
import { readAhead } from '../../transport/read-ahead.ts';
import { EngineApiBackend, type EngineApiBackendOptions } from '../engine-api/backend.ts';
import { imageDigest } from '../engine-api/image-digest.ts';
import { containerRecord, removeContainer } from '../engine-api/lifecycle.ts';
import { attachWithLogs } from './attach.ts';
import { checkBindSources } from './bind-sources.ts';
import { type LibpodInfo, podmanCapabilities } from './capabilities.ts';
import { checkPlatform } from './check-platform.ts';
import { checkTarget } from './copy-target.ts';
import { podmanDialect } from './dialect.ts';
import { HealthDriver } from './health-driver.ts';
import { podmanImageDifferences } from './image-differences.ts';
import { hasInit } from './init-binary.ts';
import { removeLeftStorage } from './left-storage.ts';
import { withHealthLog } from './libpod-health.ts';
import { listDetails, withDetails } from './list-details.ts';
import { Walls } from './network-walls.ts';
import { PodmanNetworks } from './networks.ts';
import { podmanContainer } from './read-container.ts';
import { podmanRemoval } from './removal.ts';
import type { PodmanService } from './service.ts';
import { podmanStats } from './stats-all.ts';
import { updatePodman } from './update.ts';
import { isOlder } from './version.ts';
import { waitUntilRemoved } from './wait-removed.ts';

export interface PodmanBackendOptions extends Omit<EngineApiBackendOptions, 'dialect' | 'images'> {
  /** A service that ends with the backend. */
  service: PodmanService | null;
  /** Podman's version, such as `4.3.1`. */
  version: string;
  /** Whether the engine's files are those of this machine. */
  isLocal: boolean;
}

/** Podman, over its Docker-compatible API where that is right, and over its own (libpod) where that is better. */
export class PodmanBackend extends EngineApiBackend {
  readonly type = 'podman' as const;
  readonly #service: PodmanService | null;
  readonly #version: string;
  readonly #isLocal: boolean;
  readonly #health: HealthDriver;
  readonly #walls: Walls;

  constructor(options: PodmanBackendOptions) {
    const walls = new Walls(options.connection);
    super({
      ...options,
      dialect: podmanDialect(options.version),
      images: podmanImageDifferences(options.version),
      networks: new PodmanNetworks(options.connection, walls),
    });
    this.#walls = walls;
    this.#service = options.service;
    this.#version = options.version;
    this.#isLocal = options.isLocal;
    this.#health = new HealthDriver(options.connection, options.version, this.logger);
  }

  override async create(spec: ContainerSpec, options: CreateOptions = {}): Promise<string> {
    try {
      return await super.create(spec, options);
    } catch (error) {
      if (!isWherryError(error, 'ALREADY_EXISTS') || spec.name === undefined) throw error;
      if (!(await removeLeftStorage(this.connection, spec.name, options))) throw error;
      this.logger.warn('what a killed Podman left of a container was removed', { name: spec.name });
      return super.create(spec, options);
    }
  }

  override async start(id: string, options: CallOptions = {}): Promise<void> {
    await super.start(id, options);
    await this.#watchHealth(id, options);
  }

  override async stop(id: string, options: StopOptions = {}): Promise<void> {
    await this.#thawed(id, () => super.stop(id, options), options);
  }

  override async restart(id: string, options: StopOptions = {}): Promise<void> {
    await this.#thawed(id, () => super.restart(id, options), options);
    await this.#watchHealth(id, options);
  }

  /** Podman refuses to end what is paused. */
  async #thawed(id: string, end: () => Promise<void>, options: CallOptions): Promise<void> {
    try {
      await end();
    } catch (error) {
      if (!isWherryError(error, 'CONFLICT')) throw error;
      const { State: state } = await containerRecord(this.connection, id, options);
      if (state.Paused !== true) throw error;
      await this.resume(id, options);
      await end();
    }
  }

  override async remove(id: string, options: RemoveOptions = {}): Promise<void> {
    await removeContainer(this.connection, id, options, podmanRemoval);
  }

  override async wait(id: string, options: WaitOptions = {}): Promise<WaitResult> {
    if (options.condition !== 'removed' || !isOlder(this.#version, [5, 0])) return super.wait(id, options);
    return waitUntilRemoved((name, wishes) => super.wait(name, wishes), id, options);
  }

  override async inspect(id: string, options: CallOptions = {}): Promise<ContainerInfo> {
    const plain = await containerRecord(this.connection, id, options);
    this.#health.watch(plain);
    const record = await withHealthLog(this.connection, plain, options);
    return podmanContainer(this.readContainer(record, await imageDigest(this.connection, record, options)));
  }

  override async list(
    filter: ListFilter = {},
    options: CallOptions = {},
  ): Promise<readonly ContainerSummary[]> {
    const all = filter.all === true || (filter.status ?? []).length > 0;
    const [rows, details] = await Promise.all([
      super.list(filter, options),
      listDetails(this.connection, { ...options, all }),
    ]);
    return withDetails(rows, details);
  }

  override async update(id: string, changes: UpdateChanges, options: CallOptions = {}): Promise<void> {
    const { update } = await this.capabilities(options);
    if (!update.supported)
      throw new WherryError('UNSUPPORTED', `container ${id} cannot be updated: ${update.reason}`);
    await updatePodman(this.connection, id, changes, options);
  }

  override async processes(
    id: string,
    options: CallOptions & { psArgs?: string } = {},
  ): Promise<ProcessTable> {
    try {
      return await super.processes(id, options);
    } catch (error) {
      // Podman answers with nothing at all when the container does not run.
      if (!isWherryError(error, 'PROTOCOL')) throw error;
      throw new WherryError('CONFLICT', `container ${id} is not running`, { cause: error });
    }
  }

  override async attach(id: string, options: AttachOptions = {}): Promise<AttachedProcess> {
    if (options.logs !== true) return super.attach(id, options);
    const follow = () => this.logs(id, { follow: true, signal: options.signal });
    return attachWithLogs(this.connection, id, options, follow);
  }

  override async copyIn(
    id: string,
    path: string,
    archive: AsyncIterable<Uint8Array>,
    options: CallOptions = {},
  ): Promise<void> {
    const source = readAhead(archive);
    try {
      await checkTarget(this.connection, id, path, options);
      await super.copyIn(id, path, source, options);
    } finally {
      await source.return?.();
    }
  }

  override statsAll(
    options: StatsOptions & { ids?: readonly string[] } = {},
  ): AsyncIterable<readonly ContainerStats[]> {
    return podmanStats(this.connection, this.#version, options);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#health.close();
    await super[Symbol.asyncDispose]();
    await this.#service?.[Symbol.asyncDispose]();
  }

  protected override async readCapabilities(): Promise<BackendCapabilities> {
    const [docker, info, init, strictWalls] = await Promise.all([
      super.readCapabilities(),
      this.connection.json<LibpodInfo>({ path: '/v4.0.0/libpod/info', versioned: false }),
      hasInit(this.connection),
      this.#walls.areStrict(),
    ]);
    const facts = { info, version: this.#version, isLocal: this.#isLocal, hasInit: init, strictWalls };
    return podmanCapabilities(docker, facts);
  }

  protected override async checkSpec(spec: ContainerSpec, options: CreateOptions): Promise<void> {
    if (this.#isLocal) await checkBindSources(spec);
    await checkPlatform(this.image(spec.image), spec, options);
  }

  async #watchHealth(id: string, options: CallOptions): Promise<void> {
    this.#health.watch(await containerRecord(this.connection, id, options));
  }
}
