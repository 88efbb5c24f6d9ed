import type { Project } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import type { DesiredService } from './desired.ts';

export interface ServiceOrderOptions {
  /** Only these and what they depend on. Empty: all. */
  named: ReadonlySet<string>;
  /** Leave out what the named ones depend on. */
  noDeps: boolean;
}

/**
 * The services in scope, each after those that it depends on. Fails with `NOT_FOUND` for a name that is not there and
 * `INVALID` for services that depend on each other.
 */
export function inDependencyOrder(
  project: Project,
  desired: ReadonlyMap<string, DesiredService>,
  { named, noDeps }: ServiceOrderOptions,
): readonly DesiredService[] {
  const order = new Map<string, DesiredService>();
  const path: string[] = [];
  const visit = (name: string): void => {
    const service = desired.get(name);
    if (service === undefined || order.has(name)) return;
    if (path.includes(name)) throw circular([...path.slice(path.indexOf(name)), name]);
    path.push(name);
    for (const dependency of Object.keys(service.dependsOn)) {
      if (!noDeps || named.has(dependency) || named.size === 0) visit(dependency);
    }
    path.pop();
    order.set(name, service);
  };
  for (const name of named) {
    if (!desired.has(name)) throw unknownService(project, name);
  }
  for (const name of named.size > 0 ? named : desired.keys()) visit(name);
  return [...order.values()];
}

function circular(names: readonly string[]): WherryError {
  const cycle = names.join(' → ');
  return new WherryError('INVALID', `services depend on each other: ${cycle}`, {
    hint: 'take one of these out of depends_on',
    details: { cycle },
  });
}

function unknownService(project: Project, name: string): WherryError {
  const disabled = project.disabledServices[name];
  return new WherryError('NOT_FOUND', `no such service: ${name}`, {
    hint:
      disabled === undefined
        ? `its services are ${Object.keys(project.services).join(', ')}`
        : `it is switched off: choose one of its profiles (${disabled.profiles.join(', ')})`,
    details: { service: name },
  });
}
