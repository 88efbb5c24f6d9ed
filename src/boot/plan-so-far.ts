import type { Project } from '../compose/index.ts';
import type { DesiredService } from './desired.ts';
import { type ContainerStep, type Need, need, type Step, type Until } from './plan.ts';
import type { Target } from './plan-restarts.ts';
import { variantKey } from './state.ts';

/** The steps of a plan that is being made, and what others need of them. */
export class PlanSoFar {
  readonly steps: Step[] = [];
  /** Containers that go, for which the plan has steps at its end. */
  readonly removals: ContainerStep[] = [];
  /** By service, each after those that it depends on. */
  readonly targets: Map<string, Target> = new Map();
  readonly #project: Project;

  constructor(project: Project) {
    this.#project = project;
  }

  /** What the containers of a service are to become. */
  add(service: DesiredService, containers: readonly ContainerStep[]): void {
    this.steps.push(...containers);
    this.targets.set(service.name, { service, containers });
  }

  containersOf(service: string): readonly ContainerStep[] {
    return this.targets.get(service)?.containers ?? [];
  }

  isReplaced(service: string): boolean {
    return this.containersOf(service).some(({ action }) => action === 'create' || action === 'recreate');
  }

  /** Whether a container whose namespaces it is in makes way for another one. */
  losesItsParent(service: DesiredService): boolean {
    return service.namespaces.some((other) => this.isReplaced(other));
  }

  /** Needs of those steps that there are. */
  planned(ids: readonly string[]): Need[] {
    const planned = new Set(this.steps.map((step) => step.id));
    return [...new Set(ids)].filter((id) => planned.has(id)).map((id) => need(id, 'done'));
  }

  /** What a container is made of, and what stands in its way. */
  needsToMake(service: DesiredService, name: string, current: string | null): Need[] {
    const resources = this.planned([
      ...service.volumes.map((key) => `volume ${this.#project.volumes[key]?.name}`),
      `image ${variantKey(service)}`,
      ...service.mountedImages.map(({ image }) => `image ${image}`),
    ]);
    // A name is free once its holder is gone; what an interrupted `up` left has the name that a replacement takes first.
    const inTheWay = this.removals.filter(
      (removed) => removed.name === name || removed.name === `${current?.slice(0, 12)}_${name}`,
    );
    const shared = service.shares.flatMap((other) => this.containersOf(other));
    return [
      ...this.networksOf(service),
      ...resources,
      ...inTheWay.map((removed) => need(removed.id, 'done')),
      ...shared.map(({ id, action }) => need(id, action === 'recreate' ? 'replaced' : 'created')),
    ];
  }

  networksOf(service: DesiredService): Need[] {
    return this.planned(service.networks.map((key) => `network ${this.#project.networks[key]?.name}`));
  }

  /** What a start waits for. */
  gatesOf(dependsOn: DesiredService['dependsOn']): Need[] {
    return Object.entries(dependsOn).flatMap(([name, { condition, required }]) =>
      this.containersOf(name).map((container) => ({
        step: container.id,
        until: untilOf[condition],
        required,
      })),
    );
  }

  /** They give variables, which nothing can be made without. */
  providerNeeds(dependsOn: DesiredService['dependsOn']): Need[] {
    return Object.entries(dependsOn).flatMap(([name, { required }]): Need[] => {
      const id = providerId(name);
      return this.steps.some((step) => step.id === id) ? [{ step: id, until: 'done', required }] : [];
    });
  }
}

export function providerId(service: string): string {
  return `provider ${service}`;
}

const untilOf = {
  service_started: 'done',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
} as const satisfies Record<string, Until>;
