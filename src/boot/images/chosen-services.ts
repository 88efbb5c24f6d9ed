import type { Project, Service } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';

export interface ChosenServices {
  /** Empty: all. */
  services: readonly string[];
  /** Also what these depend on, and what that does. */
  dependencies: boolean;
}

/** Services in the order of the file. Fails with `NOT_FOUND` for a name that is none. */
export function chosenServices(project: Project, { services, dependencies }: ChosenServices): Service[] {
  const names = new Set(services.length > 0 ? services : Object.keys(project.services));
  for (const name of names) {
    const service = Object.hasOwn(project.services, name) ? project.services[name] : undefined;
    if (service === undefined) {
      throw new WherryError('NOT_FOUND', `no such service: ${name}`, {
        hint: `its services are ${Object.keys(project.services).join(', ')}`,
        details: { service: name },
      });
    }
    if (dependencies) for (const other of Object.keys(service.dependsOn)) names.add(other);
  }
  return Object.values(project.services).filter(({ name }) => names.has(name));
}
