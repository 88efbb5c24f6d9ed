import type { Project, Service } from './model.ts';

/** `project-service-1`, or what `container_name` says. */
export function containerName(project: Pick<Project, 'name'>, service: Service, index: number): string {
  return service.containerName ?? `${project.name}-${service.name}-${index}`;
}

/** The image that a service runs: what `image` says, or `project-service` (lower case, as images are) for one that is only built. */
export function imageName(project: Pick<Project, 'name'>, service: Service): string {
  return service.image ?? `${project.name}-${service.name}`.toLowerCase();
}
