import { define } from './decode.ts';
import type { Dependency, Service } from './model.ts';
import { own } from './own.ts';

/** Services that take part, and those that do not. */
export interface Selection<S = Service> {
  services: Record<string, S>;
  disabledServices: Record<string, S>;
  /** Names that were asked for and that no service has. */
  unknown: string[];
  profiles: string[];
}

/**
 * Splits services by profiles: one without profiles always takes part, one with them when any is active (`*` is all).
 * Services asked for by name switch on their own profiles.
 */
export function selectByProfile<S extends Pick<Service, 'profiles'>>(
  all: Readonly<Record<string, S>>,
  active: readonly string[],
  names: readonly string[],
): Selection<S> {
  const profiles = new Set(active);
  const unknown: string[] = [];
  for (const name of names) {
    const service = own(all, name);
    if (service === undefined) unknown.push(name);
    else if (!isActive(service, profiles)) for (const profile of service.profiles) profiles.add(profile);
  }
  const [services, disabledServices] = partition(all, (service) => isActive(service, profiles));
  return { services, disabledServices, unknown, profiles: Array.from(profiles) };
}

/** Narrows a selection to some services and all that they depend on, directly or not. */
export function selectByName(selection: Selection, names: readonly string[]): Selection {
  if (names.length === 0) return selection;
  const wanted = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const service = own(selection.services, name);
    if (service === undefined || wanted.has(name)) continue;
    wanted.add(name);
    pending.push(...Object.keys(service.dependsOn));
  }
  const [services, others] = partition(selection.services, (service) => wanted.has(service.name));
  return { ...selection, services, disabledServices: { ...selection.disabledServices, ...others } };
}

/** Takes dependencies that are not required and not there out of a service. */
export function withoutAbsentDependencies(
  service: Service,
  present: Readonly<Record<string, Service>>,
): Service {
  const dependsOn: Record<string, Dependency> = {};
  for (const [name, dependency] of Object.entries(service.dependsOn)) {
    if (dependency.required || Object.hasOwn(present, name)) define(dependsOn, name, dependency);
  }
  return { ...service, dependsOn };
}

function isActive(service: Pick<Service, 'profiles'>, profiles: ReadonlySet<string>): boolean {
  return (
    service.profiles.length === 0 || profiles.has('*') || service.profiles.some((name) => profiles.has(name))
  );
}

function partition<S>(
  services: Readonly<Record<string, S>>,
  test: (service: S) => boolean,
): [Record<string, S>, Record<string, S>] {
  const entries = Object.entries(services);
  return [
    Object.fromEntries(entries.filter(([, service]) => test(service))),
    Object.fromEntries(entries.filter(([, service]) => !test(service))),
  ];
}
