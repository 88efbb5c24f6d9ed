import type { Project } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import { type DesiredService, desiredServices } from './desired.ts';
import { mounts } from './matches.ts';
import { NetworkLeaves } from './network-leaves.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import {
  type ContainerStep,
  type ImageStep,
  type Need,
  need,
  type Plan,
  type ProviderStep,
  planOf,
  type Step,
  type Until,
} from './plan.ts';
import { arrange, isOrphan, removal, runs } from './plan-containers.ts';
import { planImages } from './plan-images.ts';
import { type PlannedResources, planResources } from './plan-resources.ts';
import { type Target, withRestarts } from './plan-restarts.ts';
import { overridden, type Provided, variablesFor } from './providers/provided.ts';
import { RecreateReasons } from './recreate-reasons.ts';
import { inDependencyOrder } from './service-order.ts';
import { startFirstWarning } from './start-first.ts';
import { type ProjectState, variantKey } from './state.ts';

export interface PlanUpInput {
  project: Project;
  current: ProjectState;
  options?: UpPlanOptions;
  /** Age of images counts from it (pull policy `daily` and the like). */
  now: Date;
  /** Images that were just pulled or built. */
  refreshed?: ReadonlySet<string>;
  /** What providers gave that ran already; others may still give anything. */
  provided?: Provided;
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
  readonly #provided: Provided;
  readonly #desired: ReadonlyMap<string, DesiredService>;
  /** Services in scope, each after those that it depends on. */
  readonly #scope: readonly DesiredService[];
  readonly #named: ReadonlySet<string>;
  readonly #resources: PlannedResources;
  readonly #reasons: RecreateReasons;
  readonly #steps: Step[] = [];
  readonly #targets = new Map<string, Target>();
  readonly #warnings: string[] = [];

  constructor(input: PlanUpInput) {
    this.#project = input.project;
    this.#current = input.current;
    this.#options = input.options ?? {};
    this.#now = input.now;
    this.#refreshed = input.refreshed ?? new Set();
    this.#provided = input.provided ?? new Map();
    for (const other of ['forceRecreate', 'alwaysRecreateDeps'] as const) {
      if (this.#options.noRecreate && this.#options[other])
        throw new WherryError('INVALID', `${other} and noRecreate exclude each other`);
    }
    this.#desired = desiredServices(this.#project, this.#options.scale ?? {});
    this.#named = new Set(this.#options.services ?? []);
    const noDeps = this.#options.noDeps === true;
    this.#scope = inDependencyOrder(this.#project, this.#desired, { named: this.#named, noDeps });
    const { replaceVolumes = [] } = this.#options;
    const resources = this.#options.resources === 'all' && this.#named.size === 0 ? 'all' : 'used';
    this.#resources = planResources({ ...input, services: this.#inContainers(), resources, replaceVolumes });
    this.#reasons = new RecreateReasons({
      project: this.#project,
      current: this.#current,
      options: this.#options,
      desired: this.#desired,
      provided: this.#provided,
      isReplaced: (service) => this.#isReplaced(service),
    });
  }

  plan(): Plan {
    const removals = this.#removals();
    this.#steps.push(...this.#resources.steps, ...this.#images());
    for (const service of this.#scope) this.#service(service, removals);
    this.#sharersOutOfScope(removals);
    const leaves = this.#leaves(removals);
    this.#steps.push(...removals, ...leaves.renamed(this.#resources.renamedNetworks));
    const { divergedVolumes } = this.#resources;
    const warnings = [...this.#warnings, ...divergedVolumes.map(keptVolume)];
    return planOf('up', this.#project.name, this.#withRestarts(removals, leaves), {
      warnings,
      divergedVolumes,
    });
  }

  #images(): ImageStep[] {
    return planImages({
      services: this.#inContainers(),
      images: this.#current.images,
      options: this.#options,
      now: this.#now,
      refreshed: this.#refreshed,
    });
  }

  /** All but those that a provider makes. */
  #inContainers(): readonly DesiredService[] {
    return this.#scope.filter(({ declared }) => declared.provider === undefined);
  }

  #provider({ name, dependsOn }: DesiredService, provider: string): ProviderStep {
    const needs = [...this.#providerNeeds(dependsOn), ...this.#gatesOf(dependsOn)];
    return { id: providerId(name), kind: 'provider', action: 'up', service: name, provider, needs };
  }

  #service(service: DesiredService, removals: ContainerStep[]): void {
    if (service.declared.provider !== undefined) {
      this.#steps.push(this.#provider(service, service.declared.provider.type));
      return;
    }
    this.#warnings.push(...this.#overrides(service));
    const mine = this.#containersOf(service);
    const { kept, leftOver, surplus, free } = arrange(
      service,
      mine,
      (one) => this.#reasons.of(service, one) !== null,
    );
    removals.push(
      ...leftOver.map((one) => removal(one, 'left-over')),
      ...surplus.map((one) => removal(one, 'scaled-down')),
    );
    const interrupted = new Set(leftOver.map(({ number }) => number));
    const existing = kept.map((one) => {
      if (this.#losesItsVolume(service, one)) return this.#anew(service, one, 'volume-changed', removals);
      const reason = this.#reasons.of(service, one, interrupted);
      if (reason !== null && this.#losesItsParent(service)) return this.#anew(service, one, reason, removals);
      return this.#existing(service, one, reason, removals);
    });
    const missing = free.map((number) =>
      this.#container(service, { number, action: 'create', reason: 'missing' }, removals),
    );
    const containers = [...existing, ...missing];
    this.#steps.push(...containers);
    this.#targets.set(service.name, { service, containers });
  }

  #losesItsVolume(service: DesiredService, one: ObservedContainer): boolean {
    const { replacedVolumes } = this.#resources;
    if (replacedVolumes.size === 0) return false;
    return mounts(one, service, this.#project).some((name) => replacedVolumes.has(name));
  }

  /** Whether a container whose namespaces it is in makes way for another one. */
  #losesItsParent(service: DesiredService): boolean {
    return service.namespaces.some((other) => this.#isReplaced(other));
  }

  #isReplaced(service: string): boolean {
    const containers = this.#targets.get(service)?.containers ?? [];
    return containers.some(({ action }) => action === 'create' || action === 'recreate');
  }

  /**
   * Removed before another one is made: a volume goes only after every container that mounts it, also a stopped one, and
   * on Podman a container only after those that are in its namespaces.
   */
  #anew(
    service: DesiredService,
    one: ObservedContainer,
    reason: ContainerStep['reason'],
    removals: ContainerStep[],
  ): ContainerStep {
    const parents = service.namespaces.flatMap((other) => this.#desired.get(other) ?? []);
    const needs = this.#planned([service, ...parents].map((one) => `image ${variantKey(one)}`));
    removals.push({ ...removal(one, reason), needs });
    const step = this.#container(service, { number: one.number, action: 'create', reason }, removals);
    return { ...step, inherits: one.id };
  }

  /** What is not in scope and shares namespaces with what is replaced would be cut off. */
  #sharersOutOfScope(removals: ContainerStep[]): void {
    for (const service of this.#outOfScope()) {
      if (!this.#losesItsParent(service)) continue;
      const containers = this.#containersOf(service).map((one) => {
        const step = this.#anew(service, one, 'dependency-recreated', removals);
        return { ...step, start: step.start && runs(one) };
      });
      this.#steps.push(...containers);
      this.#targets.set(service.name, { service, containers });
    }
  }

  /** Containers go after those that are in their namespaces. */
  #afterSharers(step: Step, removals: readonly ContainerStep[]): Step {
    if (step.kind !== 'container' || (step.action !== 'recreate' && step.action !== 'remove')) return step;
    const sharers = removals.filter(
      ({ service, current }) =>
        current !== step.current && this.#desired.get(service)?.namespaces.includes(step.service) === true,
    );
    return { ...step, needs: [...step.needs, ...sharers.map(({ id }) => need(id, 'done'))] };
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
    const fields = { number: one.number, current: one };
    const noStart = this.#options.noStart === true;
    if (one.status === 'paused' && !noStart)
      return this.#container(service, { ...fields, action: 'start', reason: 'paused' }, removals);
    if (noStart || runs(one) || this.#ranToItsEnd(service, one))
      return this.#container(service, { ...fields, action: 'keep', reason: null }, removals);
    return this.#container(service, { ...fields, action: 'start', reason: 'not-running' }, removals);
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
    const making =
      action === 'start' ? this.#networksOf(service) : this.#needsToMake(service, name, current, removals);
    const providers = this.#providerNeeds(service.dependsOn);
    return { ...step, needs: [...making, ...providers, ...this.#gates(service, start)] };
  }

  #needsToMake(
    service: DesiredService,
    name: string,
    current: string | null,
    removals: readonly ContainerStep[],
  ): Need[] {
    const resources = this.#planned([
      ...service.volumes.map((key) => `volume ${this.#project.volumes[key]?.name}`),
      `image ${variantKey(service)}`,
      ...service.mountedImages.map(({ image }) => `image ${image}`),
    ]);
    // A name is free once its holder is gone; what an interrupted `up` left has the name that a replacement takes first.
    const inTheWay = removals.filter(
      (removed) => removed.name === name || removed.name === `${current?.slice(0, 12)}_${name}`,
    );
    const shared = service.shares.flatMap((other) => this.#targets.get(other)?.containers ?? []);
    return [
      ...this.#networksOf(service),
      ...resources,
      ...inTheWay.map((removed) => need(removed.id, 'done')),
      ...shared.map(({ id, action }) => need(id, action === 'recreate' ? 'replaced' : 'created')),
    ];
  }

  #networksOf(service: DesiredService): Need[] {
    return this.#planned(service.networks.map((key) => `network ${this.#project.networks[key]?.name}`));
  }

  /** Needs of those steps that there are. */
  #planned(ids: readonly string[]): Need[] {
    const planned = new Set(this.#steps.map((step) => step.id));
    return [...new Set(ids)].filter((id) => planned.has(id)).map((id) => need(id, 'done'));
  }

  #gates(service: DesiredService, start: boolean): Need[] {
    return start ? this.#gatesOf(service.dependsOn) : [];
  }

  #gatesOf(dependsOn: DesiredService['dependsOn']): Need[] {
    return Object.entries(dependsOn).flatMap(([name, { condition, required }]) =>
      (this.#targets.get(name)?.containers ?? []).map((container) => ({
        step: container.id,
        until: untilOf[condition],
        required,
      })),
    );
  }

  /** They give variables, which nothing can be made without. */
  #providerNeeds(dependsOn: DesiredService['dependsOn']): Need[] {
    return Object.entries(dependsOn).flatMap(([name, { required }]): Need[] => {
      const id = providerId(name);
      return this.#steps.some((step) => step.id === id) ? [{ step: id, until: 'done', required }] : [];
    });
  }

  #overrides({ name, declared }: DesiredService): string[] {
    return overridden(declared, variablesFor(declared, this.#provided)).map(
      (variable) => `a provider overrides environment variable ${variable} of service ${name}`,
    );
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
      ...Object.keys(this.#project.jobs),
      ...Object.keys(this.#project.services),
      ...Object.keys(this.#project.disabledServices),
    ]);
    const orphans = this.#current.containers.filter((one) => isOrphan(one, known));
    if (this.#options.removeOrphans === true) return orphans.map((one) => removal(one, 'orphan'));
    if (orphans.length > 0 && this.#options.ignoreOrphans !== true) {
      const names = orphans.map((one) => one.name).join(', ');
      this.#warnings.push(
        `orphan containers, of services that the project does not have any more or left over from run: ${names} (--remove-orphans removes them)`,
      );
    }
    return [];
  }

  #leaves(removals: readonly ContainerStep[]): NetworkLeaves {
    const steps = [...this.#targets.values()].flatMap(({ containers }) => containers);
    return new NetworkLeaves({
      desired: this.#desired,
      containers: this.#current.containers,
      steps,
      removals,
    });
  }

  #withRestarts(removals: readonly ContainerStep[], leaves: NetworkLeaves): Step[] {
    const running = new Set(this.#current.containers.filter(runs).map(({ id }) => id));
    const targets = new Map([...this.#targets, ...this.#bystanders()]);
    const networks = this.#steps.flatMap((step) =>
      step.kind === 'network' && step.action === 'recreate' ? [leaves.withAttached(step)] : [],
    );
    return withRestarts({
      steps: this.#steps
        .map((step) => networks.find(({ id }) => id === step.id) ?? step)
        .map((step) => this.#afterSharers(step, removals)),
      targets,
      isRunning: (id) => id !== null && running.has(id),
      gates: (service) => this.#gates(service, true),
      leaves: (id) => networks.filter(({ attached = [] }) => attached.some((one) => one.id === id)),
      noStart: this.#options.noStart === true,
    });
  }

  /** What is not in scope leaves a network that is made anew as well, or is in the namespaces of what restarts. */
  #bystanders(): Map<string, Target> {
    return new Map(
      this.#outOfScope().map((service) => {
        const containers = this.#containersOf(service).map((current) => {
          const fields = { number: current.number, action: 'keep', reason: null, current } as const;
          return { ...this.#container(service, fields, []), name: current.name };
        });
        return [service.name, { service, containers }];
      }),
    );
  }

  #outOfScope(): readonly DesiredService[] {
    const all = inDependencyOrder(this.#project, this.#desired, { named: new Set(), noDeps: false });
    return all.filter(({ name }) => !this.#targets.has(name));
  }

  #containersOf({ name }: DesiredService): readonly ObservedContainer[] {
    return this.#current.containers.filter((one) => one.service === name && !one.oneOff);
  }
}

/** The engine would not take the change, and a volume that is made anew is empty. */
function keptVolume(name: string): string {
  return `the volume "${name}" differs from what the file says, and stays as it is: made anew (--yes), it would lose its data`;
}

function providerId(service: string): string {
  return `provider ${service}`;
}

const untilOf = {
  service_started: 'done',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
} as const satisfies Record<string, Until>;
