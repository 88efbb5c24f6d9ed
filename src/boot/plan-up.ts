import type { Project } from '../compose/index.ts';
import { WherryError } from '../core/index.ts';
import { type DesiredService, desiredServices } from './desired.ts';
import { NetworkLeaves } from './network-leaves.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import { type ImageStep, need, type Plan, planOf, type Step } from './plan.ts';
import { isOrphan, removal, runs } from './plan-containers.ts';
import { planImages } from './plan-images.ts';
import { type PlannedResources, planResources } from './plan-resources.ts';
import { type Target, withRestarts } from './plan-restarts.ts';
import { containersOf, ServicePlanner } from './plan-service.ts';
import { PlanSoFar } from './plan-so-far.ts';
import type { Provided } from './providers/provided.ts';
import { RecreateReasons } from './recreate-reasons.ts';
import { inDependencyOrder } from './service-order.ts';
import type { ProjectState } from './state.ts';

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
  readonly #desired: ReadonlyMap<string, DesiredService>;
  /** Services in scope, each after those that it depends on. */
  readonly #scope: readonly DesiredService[];
  readonly #named: ReadonlySet<string>;
  readonly #resources: PlannedResources;
  readonly #soFar: PlanSoFar;
  readonly #services: ServicePlanner;

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
    const { replaceVolumes = [] } = this.#options;
    const resources = this.#options.resources === 'all' && this.#named.size === 0 ? 'all' : 'used';
    this.#resources = planResources({ ...input, services: this.#inContainers(), resources, replaceVolumes });
    const soFar = new PlanSoFar(this.#project);
    const known = {
      project: this.#project,
      current: this.#current,
      options: this.#options,
      desired: this.#desired,
      provided: input.provided ?? new Map(),
    };
    const reasons = new RecreateReasons({ ...known, isReplaced: (service) => soFar.isReplaced(service) });
    this.#soFar = soFar;
    this.#services = new ServicePlanner(
      { ...known, named: this.#named, resources: this.#resources, reasons },
      soFar,
    );
  }

  plan(): Plan {
    const { steps, removals } = this.#soFar;
    const orphans = this.#orphans();
    if (this.#options.removeOrphans === true) removals.push(...orphans.map((one) => removal(one, 'orphan')));
    steps.push(...this.#resources.steps, ...this.#images());
    for (const service of this.#scope) this.#services.plan(service);
    this.#sharersOutOfScope();
    const leaves = this.#leaves();
    steps.push(...removals, ...leaves.renamed(this.#resources.renamedNetworks));
    const { divergedVolumes } = this.#resources;
    const warnings = [
      ...this.#aboutOrphans(orphans),
      ...this.#services.warnings,
      ...divergedVolumes.map(keptVolume),
    ];
    return planOf('up', this.#project.name, this.#withRestarts(leaves), { warnings, divergedVolumes });
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

  /** What is not in scope and shares namespaces with what is replaced would be cut off. */
  #sharersOutOfScope(): void {
    for (const service of this.#outOfScope()) {
      if (!this.#soFar.losesItsParent(service)) continue;
      const containers = containersOf(this.#current, service).map((one) => {
        const step = this.#services.anew(service, one, 'dependency-recreated');
        return { ...step, start: step.start && runs(one) };
      });
      this.#soFar.add(service, containers);
    }
  }

  /** Containers go after those that are in their namespaces. */
  #afterSharers(step: Step): Step {
    if (step.kind !== 'container' || (step.action !== 'recreate' && step.action !== 'remove')) return step;
    const sharers = this.#soFar.removals.filter(
      ({ service, current }) =>
        current !== step.current && this.#desired.get(service)?.namespaces.includes(step.service) === true,
    );
    return { ...step, needs: [...step.needs, ...sharers.map(({ id }) => need(id, 'done'))] };
  }

  #orphans(): readonly ObservedContainer[] {
    const known = new Set([
      ...Object.keys(this.#project.jobs),
      ...Object.keys(this.#project.services),
      ...Object.keys(this.#project.disabledServices),
    ]);
    return this.#current.containers.filter((one) => isOrphan(one, known));
  }

  #aboutOrphans(orphans: readonly ObservedContainer[]): string[] {
    const { removeOrphans, ignoreOrphans } = this.#options;
    if (orphans.length === 0 || removeOrphans === true || ignoreOrphans === true) return [];
    const names = orphans.map((one) => one.name).join(', ');
    return [
      `orphan containers, of services that the project does not have any more or left over from run: ${names} (--remove-orphans removes them)`,
    ];
  }

  #leaves(): NetworkLeaves {
    const { targets, removals } = this.#soFar;
    return new NetworkLeaves({
      desired: this.#desired,
      containers: this.#current.containers,
      steps: [...targets.values()].flatMap(({ containers }) => containers),
      removals,
    });
  }

  #withRestarts(leaves: NetworkLeaves): Step[] {
    const running = new Set(this.#current.containers.filter(runs).map(({ id }) => id));
    const targets = new Map([...this.#soFar.targets, ...this.#bystanders()]);
    const { steps } = this.#soFar;
    const networks = steps.flatMap((step) =>
      step.kind === 'network' && step.action === 'recreate' ? [leaves.withAttached(step)] : [],
    );
    return withRestarts({
      steps: steps
        .map((step) => networks.find(({ id }) => id === step.id) ?? step)
        .map((step) => this.#afterSharers(step)),
      targets,
      isRunning: (id) => id !== null && running.has(id),
      gates: ({ dependsOn }) => this.#soFar.gatesOf(dependsOn),
      leaves: (id) => networks.filter(({ attached = [] }) => attached.some((one) => one.id === id)),
      noStart: this.#options.noStart === true,
    });
  }

  /** What is not in scope leaves a network that is made anew as well, or is in the namespaces of what restarts. */
  #bystanders(): Map<string, Target> {
    return new Map(
      this.#outOfScope().map((service) => {
        const containers = containersOf(this.#current, service).map((current) => {
          const fields = { number: current.number, action: 'keep', reason: null, current } as const;
          return { ...this.#services.container(service, fields), name: current.name };
        });
        return [service.name, { service, containers }];
      }),
    );
  }

  #outOfScope(): readonly DesiredService[] {
    const all = inDependencyOrder(this.#project, this.#desired, { named: new Set(), noDeps: false });
    return all.filter(({ name }) => !this.#soFar.targets.has(name));
  }
}

/** The engine would not take the change, and a volume that is made anew is empty. */
function keptVolume(name: string): string {
  return `the volume "${name}" differs from what the file says, and stays as it is: made anew (--yes), it would lose its data`;
}
