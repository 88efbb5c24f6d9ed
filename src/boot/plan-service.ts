import type { Project } from '../compose/index.ts';
import type { DesiredService } from './desired.ts';
import { mounts } from './matches.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import type { ContainerStep, ProviderStep } from './plan.ts';
import { arrange, removal, runs } from './plan-containers.ts';
import type { PlannedResources } from './plan-resources.ts';
import { type PlanSoFar, providerId } from './plan-so-far.ts';
import { overridden, type Provided, variablesFor } from './providers/provided.ts';
import type { RecreateReasons } from './recreate-reasons.ts';
import { startFirstWarning } from './start-first.ts';
import { type ProjectState, variantKey } from './state.ts';

export interface ServicePlannerInput {
  project: Project;
  current: ProjectState;
  options: UpPlanOptions;
  desired: ReadonlyMap<string, DesiredService>;
  /** Services that were asked for by name. */
  named: ReadonlySet<string>;
  resources: PlannedResources;
  reasons: RecreateReasons;
  provided: Provided;
}

/** Plans what becomes of the containers of a service, after the services that it depends on. */
export class ServicePlanner {
  /** About what was planned. */
  readonly warnings: string[] = [];
  readonly #input: ServicePlannerInput;
  readonly #soFar: PlanSoFar;

  constructor(input: ServicePlannerInput, soFar: PlanSoFar) {
    this.#input = input;
    this.#soFar = soFar;
  }

  plan(service: DesiredService): void {
    if (service.declared.provider !== undefined) {
      this.#soFar.steps.push(this.#provider(service, service.declared.provider.type));
      return;
    }
    this.warnings.push(...this.#overrides(service));
    const { current, reasons } = this.#input;
    const { kept, leftOver, surplus, free } = arrange(
      service,
      containersOf(current, service),
      (one) => reasons.of(service, one) !== null,
    );
    this.#soFar.removals.push(
      ...leftOver.map((one) => removal(one, 'left-over')),
      ...surplus.map((one) => removal(one, 'scaled-down')),
    );
    const interrupted = new Set(leftOver.map(({ number }) => number));
    const existing = kept.map((one) => {
      if (this.#losesItsVolume(service, one)) return this.anew(service, one, 'volume-changed');
      const reason = reasons.of(service, one, interrupted);
      if (reason !== null && this.#soFar.losesItsParent(service)) return this.anew(service, one, reason);
      return this.#existing(service, one, reason);
    });
    const missing = free.map((number) =>
      this.container(service, { number, action: 'create', reason: 'missing' }),
    );
    const containers = [...existing, ...missing];
    this.#soFar.add(service, containers);
  }

  /**
   * Removed before another one is made: a volume goes only after every container that mounts it, also a stopped one, and
   * on Podman a container only after those that are in its namespaces.
   */
  anew(service: DesiredService, one: ObservedContainer, reason: ContainerStep['reason']): ContainerStep {
    const parents = service.namespaces.flatMap((other) => this.#input.desired.get(other) ?? []);
    const needs = this.#soFar.planned([service, ...parents].map((one) => `image ${variantKey(one)}`));
    this.#soFar.removals.push({ ...removal(one, reason), needs });
    const step = this.container(service, { number: one.number, action: 'create', reason });
    return { ...step, inherits: one.id };
  }

  #existing(service: DesiredService, one: ObservedContainer, reason: ContainerStep['reason']): ContainerStep {
    if (reason !== null) {
      const warning = startFirstWarning(service);
      if (warning !== null && runs(one)) this.warnings.push(warning);
      return this.container(service, { number: one.number, action: 'recreate', reason, current: one });
    }
    const fields = { number: one.number, current: one };
    const noStart = this.#input.options.noStart === true;
    if (one.status === 'paused' && !noStart)
      return this.container(service, { ...fields, action: 'start', reason: 'paused' });
    if (noStart || runs(one) || this.#ranToItsEnd(service, one))
      return this.container(service, { ...fields, action: 'keep', reason: null });
    return this.container(service, { ...fields, action: 'start', reason: 'not-running' });
  }

  /** The step of one container. */
  container(
    service: DesiredService,
    fields: Pick<ContainerStep, 'number' | 'action' | 'reason'> & { current?: ObservedContainer },
  ): ContainerStep {
    const { action, number } = fields;
    const name = service.containerName(number);
    const id = `container ${name}`;
    const current = fields.current?.id ?? null;
    const start = action !== 'keep' && this.#input.options.noStart !== true;
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
      action === 'start' ? this.#soFar.networksOf(service) : this.#soFar.needsToMake(service, name, current);
    const gates = start ? this.#soFar.gatesOf(service.dependsOn) : [];
    const providers = this.#soFar.providerNeeds(service.dependsOn);
    return { ...step, needs: [...making, ...providers, ...gates] };
  }

  /**
   * Others wait for its success, it succeeded, and nothing that it depends on is touched: it need not run again, unless
   * it was asked for by name. (Docker Compose runs it again on every `up`.)
   */
  #ranToItsEnd(service: DesiredService, one: ObservedContainer): boolean {
    if (one.status !== 'exited' || one.exitCode !== 0 || this.#input.named.has(service.name)) return false;
    const isJob = [...this.#input.desired.values()].some(
      (other) => other.dependsOn[service.name]?.condition === 'service_completed_successfully',
    );
    const untouched = Object.keys(service.dependsOn).every((name) =>
      this.#soFar.containersOf(name).every(({ action }) => action === 'keep'),
    );
    return isJob && untouched;
  }

  #losesItsVolume(service: DesiredService, one: ObservedContainer): boolean {
    const { replacedVolumes } = this.#input.resources;
    if (replacedVolumes.size === 0) return false;
    return mounts(one, service, this.#input.project).some((name) => replacedVolumes.has(name));
  }

  #provider({ name, dependsOn }: DesiredService, provider: string): ProviderStep {
    const needs = [...this.#soFar.providerNeeds(dependsOn), ...this.#soFar.gatesOf(dependsOn)];
    return { id: providerId(name), kind: 'provider', action: 'up', service: name, provider, needs };
  }

  #overrides({ name, declared }: DesiredService): string[] {
    return overridden(declared, variablesFor(declared, this.#input.provided)).map(
      (variable) => `a provider overrides environment variable ${variable} of service ${name}`,
    );
  }
}

/** Those of the service itself, without one-off ones. */
export function containersOf(
  { containers }: ProjectState,
  { name }: DesiredService,
): readonly ObservedContainer[] {
  return containers.filter((one) => one.service === name && !one.oneOff);
}
