import { WherryError } from '../core/index.ts';
import type { OrchestratedService } from './service.ts';

/** What is carried out by one call: services of the same files and profiles, on the same project. */
export interface ServiceGroup {
  /** `file` or `file:profile,profile`. */
  name: string;
  files: readonly string[];
  profiles: readonly string[];
  project: string | null;
  /** Of the compose files; empty: all. */
  services: readonly string[];
  /** Of the orchestrator, by name. */
  members: readonly OrchestratedService[];
  /** Names of the groups that come first. */
  after: readonly string[];
}

/**
 * Groups services by compose file and profile, in the order in which they can be started; a service that depends on
 * another one is never in its group or before it. Fails with `INVALID` for a dependency that is not there, or on itself.
 */
export function groupServices(services: readonly OrchestratedService[]): ServiceGroup[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const levels = new Map<string, number>();
  for (const service of services) levelOf(service, byName, levels, []);
  const key = (service: OrchestratedService): string =>
    JSON.stringify([levels.get(service.name), service.project, service.files, [...service.profiles].sort()]);
  const grouped = [...Map.groupBy(services, key)].sort(
    ([, [a]], [, [b]]) => (levels.get(a?.name ?? '') ?? 0) - (levels.get(b?.name ?? '') ?? 0),
  );
  const names = new Map<string, string>();
  return grouped.map(([, members]) => {
    const group = toGroup(members, new Set(names.values()));
    for (const { name } of members) names.set(name, group.name);
    const after = new Set(members.flatMap(({ dependsOn }) => dependsOn.map((name) => names.get(name) ?? '')));
    return { ...group, after: [...after] };
  });
}

function levelOf(
  service: OrchestratedService,
  byName: ReadonlyMap<string, OrchestratedService>,
  levels: Map<string, number>,
  path: readonly string[],
): number {
  const known = levels.get(service.name);
  if (known !== undefined) return known;
  if (path.includes(service.name)) {
    const cycle = [...path.slice(path.indexOf(service.name)), service.name];
    throw new WherryError('INVALID', `services depend on each other in a circle: ${cycle.join(' → ')}`, {
      details: { cycle },
    });
  }
  let level = 0;
  for (const name of service.dependsOn) {
    const dependency = byName.get(name);
    if (dependency === undefined)
      throw new WherryError('INVALID', `${service.name} depends on ${name}, which is not there`, {
        hint: `the services are ${[...byName.keys()].join(', ')}`,
      });
    level = Math.max(level, levelOf(dependency, byName, levels, [...path, service.name]) + 1);
  }
  levels.set(service.name, level);
  return level;
}

/** Services of the compose files that the members stand for; empty: all, since one of them does. */
export function servicesOf(members: readonly OrchestratedService[]): readonly string[] {
  const whole = members.some(({ services }) => services.length === 0);
  return whole ? [] : [...new Set(members.flatMap(({ services }) => services))].sort();
}

function toGroup(
  members: readonly OrchestratedService[],
  taken: ReadonlySet<string>,
): Omit<ServiceGroup, 'after'> {
  const [first] = members;
  if (first === undefined) throw new WherryError('INTERNAL', 'a group without members');
  const { files, profiles, project } = first;
  const services = servicesOf(members);
  const plain = files.join(',') + (profiles.length > 0 ? `:${[...profiles].sort().join(',')}` : '');
  // The same files once for each project, or once more on a higher level.
  const name = taken.has(plain) ? `${plain} (${members.map((one) => one.name).join(', ')})` : plain;
  return { name, files, profiles, project, services, members };
}
