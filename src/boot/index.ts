import type { Project } from '../compose/index.ts';
import type { Backend, CallOptions, EventBus, Logger } from '../core/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import type { ProjectRow, ServiceRow } from './observed.ts';
import type {
  BootOptions,
  ChangeSummary,
  DownOptions,
  KillServicesOptions,
  RemoveServicesOptions,
  RestartServicesOptions,
  ServiceOptions,
  StartServicesOptions,
  StopServicesOptions,
  UpOptions,
  UpPlanOptions,
} from './options.ts';
import type { Plan } from './plan.ts';
import type { BootSummary } from './summary.ts';

export type * from './endpoint.ts';
export type * from './observed.ts';
export type * from './options.ts';
export type * from './plan.ts';
export type * from './progress.ts';
export type * from './summary.ts';

/** The plan that `up` would carry out now; changes nothing. */
export declare function previewUp(
  backend: Backend,
  project: Project,
  options?: UpPlanOptions & CallOptions,
): Promise<Plan>;
/** The plan that `down` would carry out now; changes nothing. */
export declare function previewDown(backend: Backend, options: DownOptions): Promise<Plan>;

/** Resolves with `ok: false` when services failed; rejects for what concerns the whole boot (`CANCELLED`, `UNAVAILABLE` …). */
export declare function up(backend: Backend, project: Project, options?: UpOptions): Promise<BootSummary>;
export declare function down(backend: Backend, options: DownOptions): Promise<ChangeSummary>;
export declare function stopServices(backend: Backend, options: StopServicesOptions): Promise<ChangeSummary>;
export declare function startServices(
  backend: Backend,
  options: StartServicesOptions,
): Promise<ChangeSummary>;
export declare function restartServices(
  backend: Backend,
  options: RestartServicesOptions,
): Promise<ChangeSummary>;
export declare function killServices(backend: Backend, options: KillServicesOptions): Promise<ChangeSummary>;
export declare function removeServices(
  backend: Backend,
  options: RemoveServicesOptions,
): Promise<ChangeSummary>;
export declare function pauseServices(backend: Backend, options: ServiceOptions): Promise<ChangeSummary>;
export declare function resumeServices(backend: Backend, options: ServiceOptions): Promise<ChangeSummary>;

/** Containers of a project, stopped ones too, by service and number. */
export declare function observe(
  backend: Backend,
  projectName: string,
  options?: CallOptions & { oneOff?: boolean },
): Promise<readonly ServiceRow[]>;
export declare function projectNames(backend: Backend, options?: CallOptions): Promise<readonly ProjectRow[]>;

/** Throws one error with every reason when `summary` is not ok; `details.summary` has the summary. */
export declare function assertBooted(summary: BootSummary): void;

export declare class EndpointBuilder {
  withHost(host: string): this;
  withPort(port: number | string): this;
  withUrl(url: string): this;
  withEnabled(enabled: boolean): this;
  withRequired(required: boolean): this;
  withRemote(remote: boolean): this;
  withHealthPath(path: string): this;
  withHealthType(type: ServiceEndpoint['healthType']): this;
  withTimeout(milliseconds: number): this;
  withRetryCount(count: number): this;
  withComposeFile(path: string): this;
  withServiceName(name: string): this;
  withProfile(profile: string): this;
  withDiscoveryEnabled(enabled: boolean): this;
  withDiscoveryMethod(method: ServiceEndpoint['discoveryMethod']): this;
  withDiscoveryTimeout(milliseconds: number): this;
  build(): ServiceEndpoint;
}
export declare function newEndpoint(): EndpointBuilder;
/** Reads `endpoints:` of a YAML or JSON file. Fails with `INVALID`, naming file, line and column. */
export declare function loadEndpoints(path: string): Promise<Record<string, ServiceEndpoint>>;

export interface BootManagerOptions {
  /** Needed when an endpoint has a compose file. */
  backend?: Backend | undefined;
  logger?: Logger | undefined;
  events?: EventBus | undefined;
  /** Compose files are relative to it. Default: the current directory. */
  projectDirectory?: string | undefined;
}

export declare class BootManager {
  constructor(endpoints: Readonly<Record<string, ServiceEndpoint>>, options?: BootManagerOptions);
  /** Rejects when a required endpoint failed; `details.summary` has all rows. */
  bootAll(options?: BootOptions): Promise<BootSummary>;
  /** Null: healthy. */
  healthCheckAll(options?: CallOptions): Promise<ReadonlyMap<string, Error | null>>;
  shutdown(options?: BootOptions): Promise<ChangeSummary>;
}

export interface GcReport {
  containers: readonly string[];
  networks: readonly string[];
  volumes: readonly string[];
  /** Lease files of owners that are gone. */
  leases: readonly string[];
}
/** Removes what is ours and whose lease holder is gone; compose projects are never touched. */
export declare function gc(backend: Backend, options?: CallOptions & { dryRun?: boolean }): Promise<GcReport>;

/** A claim of this process on things that it made; its id is the value of the label `dev.wherry.lease`. */
export interface Lease extends AsyncDisposable {
  readonly id: string;
  renew(): Promise<void>;
  /** Removes the file: what carries the label is stale from then on. */
  release(): Promise<void>;
}
export declare function createLease(options?: { ttl?: number }): Promise<Lease>;
