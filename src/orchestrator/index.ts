export type { DiscoveredServices } from './discover-services.ts';
export { type FindOptions, type FoundProject, findProjects, type ProjectSearch } from './find-projects.ts';
export { groupServices, type ServiceGroup } from './groups.ts';
export type { ListedService } from './list-services.ts';
export {
  type BatchWork,
  Orchestrator,
  type OrchestratorOptions,
} from './orchestrator.ts';
export type { RemoteHook } from './remote-hook.ts';
export type { OrchestratedService, ServiceInput } from './service.ts';
export type { OnProjectProgress, StartOptions } from './start-group.ts';
export type { LiveStatus, ServiceStatus } from './status.ts';
export type { StopOptions } from './stop-group.ts';
export type { OrchestrationRow, OrchestrationSummary, Outcome } from './summary.ts';
