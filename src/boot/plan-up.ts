import type { Project, Service } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import { type DesiredService, desiredServices } from './desired.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import {
  type ContainerStep,
  type ImageStep,
  type Need,
  type Plan,
  planOf,
  type Step,
  type Until,
} from './plan.ts';
import type { ProjectState } from './state.ts';

export interface PlanUpInput {
  project: Project;
  current: ProjectState;
  options?: UpPlanOptions;
  /** Age of images counts from it (pull policy `daily` and the like). */
  now: Date;
  /** Images that were just pulled or built. */
  refreshed?: ReadonlySet<string>;
}

/**
 * What `up` has to do to bring a project from `current` to what its files say. Pure: equal input, equal plan. Fails with
 * `NOT_FOUND` for a service that is not there and `INVALID` for options that exclude each other.
 */
export function planUp(input: PlanUpInput): Plan {
  return new UpPlanner(input).plan();
}

/** What a service's containers are to become. */
interface Target {
  service: DesiredService;
  containers: readonly ContainerStep[];
}

class UpPlanner {
  readonly #project: Project;
  readonly #current: ProjectState;
  readonly #options: UpPlanOptions;
  readonly #now: Date;
  readonly #refreshed: ReadonlySet<string>;
  readonly #desired: ReadonlyMap<string, DesiredService>;
  /** Services in scope, each after those that it depends on. */
  readonly #scope: readonly DesiredService[];
  readonly #named: ReadonlySet<string>;
  readonly #steps: Step[] = [];
  readonly #targets = new Map<string, Target>();
  readonly #warnings: string[] = [];

  constructor(input: PlanUpInput) {
    this.#project = input.project;
    this.#current = input.current;
    this.#options = input.options ?? {};
    this.#now = input.now;
    this.#refreshed = input.refreshed ?? new Set();
    if (this.#options.forceRecreate && this.#options.noRecreate) {
      throw new WherryError('INVALID', 'forceRecreate and noRecreate exclude each other');
    }
    this.#desired = desiredServices(this.#project, this.#options.scale ?? {});
    this.#named = new Set(this.#options.services ?? []);
    this.#scope = this.#inDependencyOrder();
  }

  plan(): Plan {
    const removals = this.#removals();
    const resources = [...this.#networks(), ...this.#volumes(), ...this.#images()];
    this.#steps.push(...resources);
    for (const service of this.#scope) this.#service(service, removals);
    this.#steps.push(...removals);
    return planOf('up', this.#project.name, this.#restarts(), this.#warnings);
  }

  #inDependencyOrder(): DesiredService[] {
    const order = new Map<string, DesiredService>();
    const path: string[] = [];
    const visit = (name: string): void => {
      const service = this.#desired.get(name);
      if (service === undefined || order.has(name)) return;
      if (path.includes(name)) {
        const cycle = [...path.slice(path.indexOf(name)), name].join(' → ');
        throw new WherryError('INVALID', `services depend on each other: ${cycle}`, {
          hint: 'take one of these out of depends_on',
          details: { cycle },
        });
      }
      path.push(name);
      for (const dependency of Object.keys(service.dependsOn)) {
        if (this.#options.noDeps !== true || this.#named.has(dependency) || this.#named.size === 0) {
          visit(dependency);
        }
      }
      path.pop();
      order.set(name, service);
    };
    for (const name of this.#named) {
      if (!this.#desired.has(name)) throw unknownService(this.#project, name);
    }
    for (const name of this.#named.size > 0 ? this.#named : this.#desired.keys()) visit(name);
    return [...order.values()];
  }

  #networks(): Step[] {
    const wanted = new Set(this.#scope.flatMap((service) => service.networks));
    return this.#missing(wanted, this.#project.networks, this.#current.networks, 'network');
  }

  #volumes(): Step[] {
    const wanted = new Set(this.#scope.flatMap((service) => service.volumes));
    return this.#missing(wanted, this.#project.volumes, this.#current.volumes, 'volume');
  }

  #missing(
    wanted: ReadonlySet<string>,
    declared: Readonly<Record<string, { name: string; external: boolean }>>,
    present: ProjectState['networks'],
    kind: 'network' | 'volume',
  ): Step[] {
    if (present === null) return [];
    return [...wanted].sort().flatMap((key) => {
      const resource = declared[key];
      if (resource === undefined || present.has(resource.name)) return [];
      if (resource.external) {
        throw new WherryError('NOT_FOUND', `the external ${kind} "${resource.name}" does not exist`, {
          hint: `make it first, or take "external: true" off the ${kind} "${key}"`,
          details: { [kind]: resource.name },
        });
      }
      const step = {
        id: `${kind} ${resource.name}`,
        needs: [],
        action: 'create',
        key,
        name: resource.name,
      } as const;
      return [kind === 'network' ? { ...step, kind: 'network' } : { ...step, kind: 'volume' }];
    });
  }

  #images(): ImageStep[] {
    const users = new Map<string, DesiredService[]>();
    for (const service of this.#scope) {
      if (service.scale === 0 || this.#refreshed.has(service.image)) continue;
      users.set(service.image, [...(users.get(service.image) ?? []), service]);
    }
    return [...users].flatMap(([image, services]) => {
      const builder = services.find((service) => service.canBuild);
      const action = imageAction(
        builder ?? services[0],
        this.#current.images.get(image),
        this.#options,
        this.#now,
      );
      if (action === null) return [];
      return [
        { id: `image ${image}`, kind: 'image', needs: [], action, image, services: services.map(nameOf) },
      ];
    });
  }

  #service(service: DesiredService, removals: ContainerStep[]): void {
    const mine = this.#current.containers.filter((one) => one.service === service.name && !one.oneOff);
    const { kept, leftOver, surplus, free } = arrange(service, mine);
    removals.push(
      ...leftOver.map((one) => removal(one, 'left-over')),
      ...surplus.map((one) => removal(one, 'scaled-down')),
    );
    const existing = kept.map((one) => this.#existing(service, one, removals));
    const missing = free.map((number) =>
      this.#container(service, { number, action: 'create', reason: 'missing' }, removals),
    );
    const containers = [...existing, ...missing];
    this.#steps.push(...containers);
    this.#targets.set(service.name, { service, containers });
  }

  #existing(
    service: DesiredService,
    one: ObservedContainer,
    removals: readonly ContainerStep[],
  ): ContainerStep {
    const reason = this.#reasonToRecreate(service, one);
    if (reason !== null) {
      return this.#container(
        service,
        { number: one.number, action: 'recreate', reason, current: one },
        removals,
      );
    }
    if (this.#options.noStart === true || runs(one) || this.#ranToItsEnd(service, one)) {
      return this.#container(
        service,
        { number: one.number, action: 'keep', reason: null, current: one },
        removals,
      );
    }
    const fields = { number: one.number, action: 'start', reason: 'not-running', current: one } as const;
    return this.#container(service, fields, removals);
  }

  #container(
    service: DesiredService,
    fields: Pick<ContainerStep, 'number' | 'action' | 'reason'> & { current?: ObservedContainer },
    removals: readonly ContainerStep[],
  ): ContainerStep {
    const { action, number } = fields;
    const name = service.containerName(number);
    const id = `container ${name}`;
    const current = fields.current?.id ?? null;
    const start = action !== 'keep' && this.#options.noStart !== true;
    const step = {
      id,
      kind: 'container',
      action,
      reason: fields.reason,
      service: service.name,
      number,
      name,
      current,
      currentName: fields.current?.name ?? null,
      start,
    } as const;
    if (action === 'keep') return { ...step, needs: [] };
    const making = action === 'start' ? [] : this.#needsToMake(service, name, current, removals);
    return { ...step, needs: [...making, ...this.#gates(service, start)] };
  }

  #needsToMake(
    service: DesiredService,
    name: string,
    current: string | null,
    removals: readonly ContainerStep[],
  ): Need[] {
    const ids = new Set(this.#steps.map((step) => step.id));
    const resources = [
      ...service.networks.map((key) => `network ${this.#project.networks[key]?.name}`),
      ...service.volumes.map((key) => `volume ${this.#project.volumes[key]?.name}`),
      `image ${service.image}`,
    ].filter((id) => ids.has(id));
    // A name is free once its holder is gone; what an interrupted `up` left has the name that a replacement takes first.
    const inTheWay = removals.filter(
      (removed) => removed.name === name || removed.name === `${current?.slice(0, 12)}_${name}`,
    );
    const shared = service.shares.flatMap((other) => this.#targets.get(other)?.containers ?? []);
    return [
      ...[...new Set(resources), ...inTheWay.map((removed) => removed.id)].map((id) => need(id, 'done')),
      ...shared.map((container) => need(container.id, 'created')),
    ];
  }

  #gates(service: DesiredService, start: boolean): Need[] {
    if (!start) return [];
    return Object.entries(service.dependsOn).flatMap(([name, { condition, required }]) =>
      (this.#targets.get(name)?.containers ?? []).map((container) => ({
        step: container.id,
        until: untilOf[condition],
        required,
      })),
    );
  }

  #reasonToRecreate(service: DesiredService, one: ObservedContainer): ContainerStep['reason'] {
    const named = this.#named.size === 0 || this.#named.has(service.name);
    if (this.#options.forceRecreate === true && named) return 'forced';
    if (this.#options.noRecreate === true) return null;
    if (one.configHash !== service.configHash) return 'config-changed';
    if (one.status === 'dead') return 'not-running';
    const image = this.#current.images.get(service.image);
    if (image !== undefined && image.id !== (one.madeFrom ?? one.imageId)) return 'image-changed';
    const moved = service.shares.some((other) =>
      this.#targets.get(other)?.containers.some(({ action }) => action === 'create' || action === 'recreate'),
    );
    return moved ? 'dependency-recreated' : null;
  }

  /**
   * Others wait for its success, it succeeded, and nothing that it depends on is touched: it need not run again, unless
   * it was asked for by name. (Docker Compose runs it again on every `up`.)
   */
  #ranToItsEnd(service: DesiredService, one: ObservedContainer): boolean {
    if (one.status !== 'exited' || one.exitCode !== 0 || this.#named.has(service.name)) return false;
    const isJob = [...this.#desired.values()].some(
      (other) => other.dependsOn[service.name]?.condition === 'service_completed_successfully',
    );
    const untouched = Object.keys(service.dependsOn).every((name) =>
      (this.#targets.get(name)?.containers ?? []).every(({ action }) => action === 'keep'),
    );
    return isJob && untouched;
  }

  /** Orphans. Those of services in scope are added as they are met. */
  #removals(): ContainerStep[] {
    const known = new Set([
      ...Object.keys(this.#project.services),
      ...Object.keys(this.#project.disabledServices),
    ]);
    const orphans = this.#current.containers.filter((one) => !one.oneOff && !known.has(one.service));
    if (this.#options.removeOrphans === true) return orphans.map((one) => removal(one, 'orphan'));
    if (orphans.length > 0) {
      const names = orphans.map((one) => one.name).join(', ');
      this.#warnings.push(`containers of services that the project does not have any more: ${names}`);
    }
    return [];
  }

  /** Kept containers of services with `restart: true` stop before what they depend on is replaced, and start after it. */
  #restarts(): Step[] {
    const stops = new Map<string, Step[]>();
    const starts = new Map<string, ContainerStep>();
    for (const { service, containers } of this.#targets.values()) {
      const replaced = Object.entries(service.dependsOn)
        .filter(([, dependency]) => dependency.restart)
        .flatMap(([name]) => this.#targets.get(name)?.containers ?? [])
        .filter((container) => container.action === 'recreate');
      if (replaced.length === 0 || this.#options.noStart === true) continue;
      for (const container of containers) {
        const one = this.#current.containers.find(({ id }) => id === container.current);
        if (container.action !== 'keep' || one === undefined || !runs(one)) continue;
        const stop: ContainerStep = {
          ...container,
          id: `stop ${container.name}`,
          action: 'stop',
          reason: 'dependency-recreated',
        };
        const needs = [need(stop.id, 'done'), ...this.#gates(service, true)];
        starts.set(container.id, {
          ...container,
          action: 'start',
          reason: 'dependency-recreated',
          start: true,
          needs,
        });
        for (const other of replaced) stops.set(other.id, [...(stops.get(other.id) ?? []), stop]);
      }
    }
    const all = this.#steps.map((step) => {
      const before = stops.get(step.id) ?? [];
      const started = starts.get(step.id) ?? step;
      const needs = [
        ...before.map((stop) => ({ ...need(stop.id, 'done'), required: false })),
        ...started.needs,
      ];
      return before.length === 0 ? started : { ...started, needs };
    });
    return [...new Set([...stops.values()].flat()), ...all];
  }
}

const untilOf = {
  service_started: 'done',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
} as const satisfies Record<string, Until>;

function need(step: string, until: Until): Need {
  return { step, until, required: true };
}

function nameOf(service: { name: string }): string {
  return service.name;
}

/** A paused one counts: who paused it wants it so. */
function runs(one: ObservedContainer): boolean {
  return one.status === 'running' || one.status === 'starting' || one.status === 'paused';
}

function removal(one: ObservedContainer, reason: ContainerStep['reason']): ContainerStep {
  const { service, number, name } = one;
  return {
    id: `remove ${name}`,
    kind: 'container',
    action: 'remove',
    needs: [],
    reason,
    service,
    number,
    name,
    current: one.id,
    currentName: name,
    start: false,
  };
}

/** Shares out a service's containers: those to work on, what an interrupted `up` left, those too many, free numbers. */
function arrange(
  service: DesiredService,
  mine: readonly ObservedContainer[],
): {
  kept: ObservedContainer[];
  leftOver: ObservedContainer[];
  surplus: ObservedContainer[];
  free: number[];
} {
  const byNumber = new Map<number, ObservedContainer>();
  const leftOver: ObservedContainer[] = [];
  for (const one of [...mine].sort((a, b) => Number(isReplacement(a)) - Number(isReplacement(b)))) {
    if (byNumber.has(one.number)) leftOver.push(one);
    else byNumber.set(one.number, one);
  }
  const numbered = [...byNumber.values()].sort((a, b) => a.number - b.number);
  const kept = numbered.slice(0, service.scale);
  const taken = new Set(kept.map((one) => one.number));
  const free: number[] = [];
  for (let number = 1; kept.length + free.length < service.scale; number += 1) {
    if (!taken.has(number)) free.push(number);
  }
  return { kept, leftOver, surplus: numbered.slice(service.scale), free };
}

/** Whether it still has the name under which `up` makes a replacement before the old container goes. */
function isReplacement(one: ObservedContainer): boolean {
  return /^[0-9a-f]{12}_/.test(one.name);
}

function imageAction(
  service: DesiredService | undefined,
  image: { createdAt: Date | null } | undefined,
  options: UpPlanOptions,
  now: Date,
): 'pull' | 'build' | null {
  if (service === undefined) return null;
  const missing = image === undefined;
  if (service.canBuild) {
    const when = options.build ?? (service.pullPolicy?.when === 'build' ? 'always' : 'missing');
    if (when === 'always' || (when === 'missing' && missing)) return 'build';
    if (when === 'never' && missing && !service.hasOwnImage) return null;
  }
  const policy = options.pull ?? service.pullPolicy?.when ?? 'missing';
  if (policy === 'never') return null;
  if (missing || (policy === 'always' && !service.canBuild)) return 'pull';
  if (policy !== 'refresh' || service.pullPolicy?.when !== 'refresh') return null;
  const age = now.getTime() - (image.createdAt?.getTime() ?? 0);
  return age > service.pullPolicy.every ? 'pull' : null;
}

function unknownService(project: Project, name: string): WherryError {
  const disabled: Service | undefined = project.disabledServices[name];
  return new WherryError('NOT_FOUND', `the project "${project.name}" has no service "${name}"`, {
    hint:
      disabled === undefined
        ? `its services are ${Object.keys(project.services).join(', ')}`
        : `it is switched off: choose one of its profiles (${disabled.profiles.join(', ')})`,
    details: { service: name },
  });
}
