import type { Backend, CallOptions, EventBus, Logger } from '../core/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import type { BootOptions, ChangeSummary } from './options.ts';
import type { BootSummary } from './summary.ts';

export { down, previewDown } from './down.ts';
export type * from './endpoint.ts';
export { observe, type ProjectRow, projectNames, type ServiceRow } from './observed.ts';
export type * from './options.ts';
export type {
  ChangeReason,
  ContainerAction,
  ContainerStep,
  ImageStep,
  Need,
  NetworkStep,
  Plan,
  Step,
  Until,
  VolumeStep,
} from './plan.ts';
export { type PlanDownInput, type PlanDownOptions, planDown } from './plan-down.ts';
export { type PlanUpInput, planUp } from './plan-up.ts';
export type * from './progress.ts';
export {
  killServices,
  pauseServices,
  removeServices,
  restartServices,
  resumeServices,
  startServices,
  stopServices,
} from './services.ts';
export type { ImageState, ProjectState, ResourceState } from './state.ts';
export {
  assertBooted,
  type BootChange,
  type BootContainer,
  type BootRow,
  type BootStatus,
  type BootSummary,
} from './summary.ts';
export { previewUp, up } from './up.ts';

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
