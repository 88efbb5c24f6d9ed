import type { DesiredService } from './desired.ts';
import type { ObservedContainer } from './observed.ts';
import { type ContainerStep, type NetworkStep, need, type Step } from './plan.ts';
import type { PlannedResources } from './plan-resources.ts';

export interface NetworkLeavesInput {
  desired: ReadonlyMap<string, DesiredService>;
  containers: readonly ObservedContainer[];
  /** What the plan does to the containers of services. */
  steps: readonly ContainerStep[];
  removals: readonly ContainerStep[];
}

/** Who leaves the networks that are made anew, or go. */
export class NetworkLeaves {
  readonly #input: NetworkLeavesInput;
  /** Steps by the container that they replace. */
  readonly #replaced: ReadonlyMap<string, ContainerStep>;

  constructor(input: NetworkLeavesInput) {
    this.#input = input;
    this.#replaced = new Map(
      input.steps.flatMap((step) =>
        step.action === 'recreate' && step.current !== null ? [[step.current, step]] : [],
      ),
    );
  }

  /** The step of a network that is made anew, with those that have to leave it before. */
  withAttached(step: NetworkStep): NetworkStep {
    const here = this.#on(step.name);
    const gone = this.#input.removals.filter((removed) => here.some(({ id }) => id === removed.current));
    const attached = here
      .filter(({ id }) => !gone.some(({ current }) => current === id))
      .map(({ id, service, number }) => ({ id, service, number, returns: !this.#replaced.has(id) }));
    return { ...step, needs: gone.map(({ id }) => need(id, 'done')), attached };
  }

  /** Networks of before under another name: they go when nobody is left on them. */
  renamed(networks: PlannedResources['renamedNetworks']): Step[] {
    const leaving = [...this.#replaced.values(), ...this.#input.removals];
    return networks.flatMap(({ key, name }): Step[] => {
      const steps = this.#on(name).map(({ id }) => leaving.find(({ current }) => current === id));
      if (steps.includes(undefined)) return [];
      const needs = steps.flatMap((step) => (step === undefined ? [] : need(step.id, 'done')));
      return [{ id: `network ${name}`, kind: 'network', action: 'remove', needs, key, name }];
    });
  }

  /** Containers with an end of their own on the network; Podman lists those in their namespaces as well. */
  #on(network: string): readonly ObservedContainer[] {
    const { desired, containers } = this.#input;
    const shares = (one: ObservedContainer): boolean =>
      (desired.get(one.service)?.namespaces.length ?? 0) > 0 &&
      desired.get(one.service)?.networks.length === 0;
    return containers.filter((one) => one.networks.some(({ name }) => name === network) && !shares(one));
  }
}
