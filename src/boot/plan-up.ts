import type { Project } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import { type DesiredService, desiredServices } from './desired.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import {
  type ContainerStep,
  type ImageStep,
  type Need,
  need,
  type Plan,
  planOf,
  type Step,
  type Until,
} from './plan.ts';
import { arrange, removal, runs } from './plan-containers.ts';
import { planImages } from './plan-images.ts';
import { type Target, withRestarts } from './plan-restarts.ts';
import { inDependencyOrder } from './service-order.ts';
import { startFirstWarning } from './start-first.ts';
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
    for (const other of ['forceRecreate', 'alwaysRecreateDeps'] as const) {
      if (this.#options.noRecreate && this.#options[other])
        throw new WherryError('INVALID', `${other} and noRecreate exclude each other`);
    }
    this.#desired = desiredServices(this.#project, this.#options.scale ?? {});
    this.#named = new Set(this.#options.services ?? []);
    const noDeps = this.#options.noDeps === true;
    this.#scope = inDependencyOrder(this.#project, this.#desired, { named: this.#named, noDeps });
  }

  plan(): Plan {
    const removals = this.#removals();
    this.#steps.push(...this.#networks(), ...this.#volumes(), ...this.#images());
    for (const service of this.#scope) this.#service(service, removals);
    this.#steps.push(...removals);
    return planOf('up', this.#project.name, this.#withRestarts(), this.#warnings);
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
    return planImages({
      services: this.#scope,
      images: this.#current.images,
      options: this.#options,
      now: this.#now,
      refreshed: this.#refreshed,
    });
  }

  #service(service: DesiredService, removals: ContainerStep[]): void {
    const mine = this.#current.containers.filter((one) => one.service === service.name && !one.oneOff);
    const { kept, leftOver, surplus, free } = arrange(service, mine);
    removals.push(
      ...leftOver.map((one) => removal(one, 'left-over')),
      ...surplus.map((one) => removal(one, 'scaled-down')),
    );
    const interrupted = new Set(leftOver.map(({ number }) => number));
    const existing = kept.map((one) => {
      const reason = this.#reasonToRecreate(service, one, interrupted);
      return this.#existing(service, one, reason, removals);
    });
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
    reason: ContainerStep['reason'],
    removals: readonly ContainerStep[],
  ): ContainerStep {
    if (reason !== null) {
      const warning = startFirstWarning(service);
      if (warning !== null && runs(one)) this.#warnings.push(warning);
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

  #reasonToRecreate(
    service: DesiredService,
    one: ObservedContainer,
    interrupted: ReadonlySet<number>,
  ): ContainerStep['reason'] {
    const named = this.#named.size === 0 || this.#named.has(service.name);
    const { forceRecreate, alwaysRecreateDeps } = this.#options;
    if (named ? forceRecreate === true : alwaysRecreateDeps === true) return 'forced';
    if (this.#options.noRecreate === true) return null;
    if (one.configHash !== service.configHash((other) => this.#firstOf(other))) return 'config-changed';
    if (one.status === 'dead') return 'not-running';
    // An `up` that was killed while it replaced this one: the engine may still be stopping it.
    if (interrupted.has(one.number)) return 'left-over';
    // And one that was killed between the parts of a create left it without some of them.
    if (one.status === 'created' && service.madeInParts && this.#options.noStart !== true) return 'left-over';
    const image = this.#current.images.get(service.image);
    if (image !== undefined && image.id !== (one.madeFrom ?? one.imageId)) return 'image-changed';
    const moved = service.shares.some((other) =>
      this.#targets.get(other)?.containers.some(({ action }) => action === 'create' || action === 'recreate'),
    );
    return moved ? 'dependency-recreated' : null;
  }

  /** The container whose namespaces others share. */
  #firstOf(service: string): string | undefined {
    const mine = this.#current.containers.filter((one) => one.service === service && !one.oneOff);
    return mine.sort((a, b) => a.number - b.number)[0]?.id;
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

  #withRestarts(): Step[] {
    if (this.#options.noStart === true) return this.#steps;
    const running = new Set(this.#current.containers.filter(runs).map(({ id }) => id));
    return withRestarts({
      steps: this.#steps,
      targets: this.#targets,
      isRunning: (id) => id !== null && running.has(id),
      gates: (service) => this.#gates(service, true),
    });
  }
}

const untilOf = {
  service_started: 'done',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
} as const satisfies Record<string, Until>;
