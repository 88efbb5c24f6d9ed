export { BootManager, type BootManagerOptions, type Distributor } from './boot-manager.ts';
export type { OnWatchEvent, WatchEvent } from './develop/watch-event.ts';
export { checkWatch, type WatchOptions, watchProject } from './develop/watch-project.ts';
export { down, previewDown } from './down.ts';
export { downServices } from './down-services.ts';
export type { DiscoveryMethod, EndpointHealthType, ServiceEndpoint } from './endpoint.ts';
export { isLocalEndpoint, resolvedHealthUrl, resolvedHostPort, resolvedUrl } from './endpoint-address.ts';
export { EndpointBuilder, newEndpoint } from './endpoint-builder.ts';
export { type GcReport, gc } from './gc.ts';
export { type HookCalls, type HookedContainer, runHooks } from './hooks/exec-hooks.ts';
export { type BuildRow, type BuildServicesOptions, buildServices } from './images/build-services.ts';
export {
  type ImageWish,
  imagesToPull,
  imagesToPush,
  type SkippedService,
} from './images/service-images.ts';
export {
  type AssignedPort,
  type CopyPort,
  type CopyQuestion,
  copyPorts,
  copyVariables,
  IsolatedCopies,
  type IsolatedCopy,
  isolateProject,
  type PlaceCopyOptions,
  placeCopy,
} from './isolated/index.ts';
export {
  type JobOutcome,
  type JobStatus,
  type ListJobsOptions,
  listJobs,
  type ScheduledRun,
} from './jobs/list-jobs.ts';
export { type JobRun, runJob } from './jobs/run-job.ts';
export {
  type JobServer,
  jobHistoryFile,
  type ServeJobsOptions,
  scheduledJobs,
  serveJobs,
} from './jobs/serve-jobs.ts';
export { createLease, type Lease, type LeaseOptions } from './leases.ts';
export { type EndpointFileProblem, loadEndpoints } from './load-endpoints.ts';
export { observe, type ProjectRow, projectNames, type ServiceRow } from './observed.ts';
export type * from './options.ts';
export type {
  AttachedContainer,
  ChangeReason,
  ContainerAction,
  ContainerStep,
  ImageStep,
  Need,
  NetworkStep,
  Plan,
  ProviderStep,
  Step,
  Until,
  VolumeStep,
} from './plan.ts';
export { type PlanDownInput, type PlanDownOptions, planDown } from './plan-down.ts';
export { type PlanUpInput, planUp } from './plan-up.ts';
export type * from './progress.ts';
export { projectAtRest } from './project-lock.ts';
export type { ProvidedVariables } from './providers/messages.ts';
export { type Provided, variablesFor } from './providers/provided.ts';
export { type RemoteFilesOptions, remoteFiles } from './remote/remote-files.ts';
export { type OneOffChanges, prepareRun, type RunOptions } from './run/one-off.ts';
export { type RunResult, type RunToEndOptions, run } from './run/run.ts';
export { behindProxy, type HeldPort } from './serve/behind-proxy.ts';
export type { ListeningPort } from './serve/held-port.ts';
export {
  type ProjectServer,
  type ServedServiceState,
  type ServeEvent,
  type ServeOptions,
  serve,
  servedServices,
} from './serve/serve.ts';
export {
  killServices,
  pauseServices,
  removeServices,
  restartServices,
  resumeServices,
} from './services.ts';
export { startServices } from './start-services.ts';
export type { ImageState, ProjectState, ResourceState } from './state.ts';
export { stopServices } from './stop-services.ts';
export {
  assertBooted,
  type BootChange,
  type BootContainer,
  type BootRow,
  type BootStatus,
  type BootSummary,
} from './summary.ts';
export { ServiceUnit, type ServiceUnitOptions, type ServiceUnitState } from './systemd/service-unit.ts';
export { type UnitInput, unitText } from './systemd/unit-text.ts';
export {
  type RestartUnhealthyOptions,
  restartedServices,
  restartUnhealthy,
  type UnhealthyEvent,
  type UnhealthyRestarts,
} from './unhealthy/restart-unhealthy.ts';
export { previewUp, up } from './up.ts';
