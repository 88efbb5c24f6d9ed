import type { Project, Service } from './model.ts';
import { own } from './own.ts';

type Named = Pick<Project, 'name' | 'nameSeparator'>;

/** `project-service-1`, or what `container_name` says. */
export function containerName(project: Named, service: Service, index: number): string {
  return service.containerName ?? [project.name, service.name, index].join(project.nameSeparator);
}

/** The image that a service runs: what `image` says, or `project-service` (lower case, as images are) for one that is only built. */
export function imageName(project: Named, service: Service): string {
  return service.image ?? [project.name, service.name].join(project.nameSeparator).toLowerCase();
}

/** The container of a service that others refer to: what `containerOf` knows, else the name of the service's first one. */
export function firstContainer(
  name: string,
  project: Named & Pick<Project, 'services' | 'disabledServices'>,
  { containerOf }: { containerOf?: ((service: string) => string | undefined) | undefined },
): string {
  const service = own(project.services, name) ?? own(project.disabledServices, name);
  return containerOf?.(name) ?? (service === undefined ? name : containerName(project, service, 1));
}
