import { composeLabel, type Project } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import type { ObservedContainer } from './observed.ts';
import { type ContainerStep, type Need, type Plan, type ProviderStep, planOf, type Step } from './plan.ts';
import type { ProjectState } from './state.ts';

export interface PlanDownOptions {
  /** Tells orphans from services; without it everything of the project goes. */
  project?: Project | undefined;
  /** Only these services' containers; networks and volumes stay then. */
  services?: readonly string[] | undefined;
  volumes?: boolean | undefined;
  removeOrphans?: boolean | undefined;
  images?: 'all' | 'local' | undefined;
}

export interface PlanDownInput {
  current: ProjectState;
  options?: PlanDownOptions;
}

/**
 * What `down` has to do: containers go in reverse dependency order (as their labels tell it), then networks, and volumes
 * and images when asked for. Pure. Fails with `NOT_FOUND` for a service without containers.
 */
export function planDown({ current, options = {} }: PlanDownInput): Plan {
  const warnings: string[] = [];
  const doomed = choose(current, options, warnings);
  const providers = releaseSteps(doomed, options);
  const containers = afterProviders(removalSteps(doomed), providers, options.project);
  const needs = containers.map((step): Need => ({ step: step.id, until: 'done', required: true }));
  const rest = options.services === undefined ? resources(current, options, needs) : [];
  const images = imageSteps(doomed, current, options, needs);
  return planOf('down', current.project, [...containers, ...providers, ...rest, ...images], { warnings });
}

function choose(current: ProjectState, options: PlanDownOptions, warnings: string[]): ObservedContainer[] {
  const { project, services, removeOrphans } = options;
  if (services !== undefined) {
    for (const name of services) {
      const declared =
        project !== undefined &&
        (name in project.services || name in project.disabledServices || name in project.jobs);
      if (!declared && !current.containers.some((one) => one.service === name)) {
        throw new WherryError('NOT_FOUND', `no such service: ${name}`, {
          details: { service: name },
        });
      }
    }
    return current.containers.filter((one) => services.includes(one.service));
  }
  if (project === undefined || removeOrphans === true) return [...current.containers];
  const { services: active, disabledServices, jobs } = project;
  const known = new Set([active, disabledServices, jobs].flatMap((named) => Object.keys(named)));
  const orphans = current.containers.filter((one) => !known.has(one.service));
  if (orphans.length > 0) {
    const names = orphans.map((one) => one.name).join(', ');
    warnings.push(`containers of services that the project does not have any more: ${names}`);
  }
  return current.containers.filter((one) => known.has(one.service));
}

/** What providers made is released once those that use it are gone. */
function releaseSteps(
  containers: readonly ObservedContainer[],
  { project, services }: PlanDownOptions,
): ProviderStep[] {
  return Object.values(project?.services ?? {}).flatMap(({ name, provider }): ProviderStep[] => {
    if (provider === undefined || (services !== undefined && !services.includes(name))) return [];
    const users = Object.values(project?.services ?? {}).filter(({ dependsOn }) =>
      Object.hasOwn(dependsOn, name),
    );
    const needs = users.flatMap((user) =>
      user.provider !== undefined && (services === undefined || services.includes(user.name))
        ? [`provider ${user.name}`]
        : containers.filter((one) => one.service === user.name).map((one) => `remove ${one.name}`),
    );
    return [
      {
        id: `provider ${name}`,
        kind: 'provider',
        action: 'down',
        service: name,
        provider: provider.type,
        needs: needs.map((step) => ({ step, until: 'done', required: false })),
      },
    ];
  });
}

/** A container that a provider depends on goes after that has been released. */
function afterProviders(
  containers: readonly ContainerStep[],
  providers: readonly ProviderStep[],
  project: Project | undefined,
): ContainerStep[] {
  return containers.map((step) => {
    const users = providers.filter(({ service }) =>
      Object.hasOwn(project?.services[service]?.dependsOn ?? {}, step.service),
    );
    const needs = users.map(({ id }): Need => ({ step: id, until: 'done', required: false }));
    return needs.length === 0 ? step : { ...step, needs: [...step.needs, ...needs] };
  });
}

/** Each container goes after those that depend on it. Labels that contradict each other must not stop a `down`. */
function removalSteps(containers: readonly ObservedContainer[]): ContainerStep[] {
  const dependants = dependantsOf(containers);
  return containers.map((one) => ({
    id: `remove ${one.name}`,
    kind: 'container',
    action: 'remove',
    needs: (dependants.get(one.service) ?? []).map(({ name }) => ({
      step: `remove ${name}`,
      until: 'done',
      required: false,
    })),
    service: one.service,
    number: one.number,
    name: one.name,
    current: one.id,
    currentName: one.name,
    reason: 'down',
    start: false,
  }));
}

/**
 * Containers by the service that they depend on, without the ones that would close a circle. One-off containers depend
 * on what their service does, and nothing depends on them.
 */
export function dependantsOf(
  containers: readonly ObservedContainer[],
): ReadonlyMap<string, readonly ObservedContainer[]> {
  const edges = new Map<string, Set<string>>();
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(edges.get(from) ?? [])].some((next) => reaches(next, to, seen));
  };
  const dependants = new Map<string, ObservedContainer[]>();
  for (const one of containers) {
    for (const { service } of one.dependsOn) {
      if (reaches(service, one.service)) continue;
      edges.set(one.service, (edges.get(one.service) ?? new Set()).add(service));
      dependants.set(service, [...(dependants.get(service) ?? []), one]);
    }
  }
  return dependants;
}

function resources(current: ProjectState, options: PlanDownOptions, needs: readonly Need[]): Step[] {
  const networks = [...(current.networks ?? [])].map(([name, { labels }]): Step => {
    const key = labels[composeLabel.network] ?? null;
    return { id: `network ${name}`, kind: 'network', action: 'remove', needs, key, name };
  });
  if (options.volumes !== true) return networks;
  const volumes = [...(current.volumes ?? [])].map(([name, { labels }]): Step => {
    const key = labels[composeLabel.volume] ?? null;
    return { id: `volume ${name}`, kind: 'volume', action: 'remove', needs, key, name };
  });
  return [...networks, ...volumes];
}

function imageSteps(
  containers: readonly ObservedContainer[],
  current: ProjectState,
  { images, project }: PlanDownOptions,
  needs: readonly Need[],
): Step[] {
  if (images === undefined) return [];
  const users = new Map<string, Set<string>>();
  const add = (image: string, service: string): void => {
    if (images === 'local' && image !== builtName(current.project, service)) return;
    users.set(image, (users.get(image) ?? new Set()).add(service));
  };
  for (const one of containers) add(one.image, one.service);
  for (const service of Object.values(project?.services ?? {})) {
    add(service.image ?? builtName(current.project, service.name), service.name);
  }
  return [...users].map(([image, services]) => ({
    id: `image ${image}`,
    kind: 'image',
    action: 'remove',
    needs,
    image,
    services: [...services],
  }));
}

/** What an image is called when its service is built and names none. */
function builtName(project: string, service: string): string {
  return `${project}-${service}`;
}
