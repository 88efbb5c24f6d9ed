import { everyService } from '../../compose/every-service.ts';
import type { Project, Service } from '../../compose/index.ts';
import { WherryError } from '../../core/errors.ts';

export interface NameOptions {
  services: boolean;
  volumes: boolean;
  networks: boolean;
  models: boolean;
  images: boolean;
  profiles: boolean;
  environment: boolean;
  /** Names of services with commas, or `*`. */
  hash: string | undefined;
}

/** Whether the model itself is not what is asked for. */
export function asksForNames(options: NameOptions): boolean {
  const { services, volumes, networks, models, images, profiles, environment, hash } = options;
  return [services, volumes, networks, models, images, profiles, environment, hash !== undefined].some(
    Boolean,
  );
}

/** The lines that one of the options asks for; undefined: none does. */
export async function configNames(project: Project, options: NameOptions): Promise<string[] | undefined> {
  const services = Object.values(project.services);
  if (options.services) return Object.keys(project.services);
  if (options.volumes || options.networks || options.models) return await usedNames(project, options);
  if (options.hash !== undefined) return await hashes(project, options.hash);
  if (options.profiles) {
    return [...new Set(everyService(project).flatMap(({ profiles }) => profiles))].sort();
  }
  if (options.images) {
    const { imagesOf } = await import('../../compose/index.ts');
    return services.flatMap((service) => imagesOf(project, service));
  }
  if (!options.environment) return undefined;
  return Object.entries(project.environment)
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}

async function usedNames(project: Project, options: NameOptions): Promise<string[]> {
  const { configDocument, isMap, isStruct } = await import('../../compose/index.ts');
  const section = options.volumes ? 'volumes' : options.networks ? 'networks' : 'models';
  const members = configDocument(project).values.get(section);
  if (!isMap(members)) return [];
  if (!options.models) return [...members.entries.keys()];
  return [...members.entries.values()].flatMap((model) => {
    const name = isStruct(model) ? model.values.get('model') : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

async function hashes(project: Project, names: string): Promise<string[]> {
  const { serviceHash } = await import('../../compose/index.ts');
  const chosen = names === '*' ? Object.keys(project.services) : names.split(',');
  return chosen.sort().map((name) => `${name} ${serviceHash(serviceNamed(project, name))}`);
}

function serviceNamed(project: Project, name: string): Service {
  const service = Object.hasOwn(project.services, name) ? project.services[name] : undefined;
  if (service !== undefined) return service;
  throw new WherryError('NOT_FOUND', `no such service: ${name}`, {
    hint: `its services are ${Object.keys(project.services).join(', ') || 'none'}`,
    details: { service: name },
  });
}
