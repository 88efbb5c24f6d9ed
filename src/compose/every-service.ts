import type { Project, Service } from './model.ts';

/** The services of a project's files, whatever their profiles. */
export function everyService({
  services,
  disabledServices,
}: Pick<Project, 'services' | 'disabledServices'>): Service[] {
  return [...Object.values(services), ...Object.values(disabledServices)];
}
