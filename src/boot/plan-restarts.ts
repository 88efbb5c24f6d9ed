import type { DesiredService } from './desired.ts';
import { type ContainerStep, type Need, type NetworkStep, need, type Step } from './plan.ts';

/** What a service's containers are to become. */
export interface Target {
  service: DesiredService;
  containers: readonly ContainerStep[];
}

export interface RestartsInput {
  steps: readonly Step[];
  /** By service, each after those that it depends on. */
  targets: ReadonlyMap<string, Target>;
  /** Whether the container with this id runs. */
  isRunning: (id: string | null) => boolean;
  /** What a start of the service waits for. */
  gates: (service: DesiredService) => readonly Need[];
  /** Networks that are made anew and that the container with this id is on. */
  leaves: (id: string | null) => readonly NetworkStep[];
  /** What is stopped stays so. */
  noStart: boolean;
}

/**
 * Kept containers that have to stop and start again: before a network that they are on is made anew, before a
 * dependency with `restart: true` is replaced or restarted, and when the container whose namespaces they share starts
 * anew, as theirs are gone then.
 */
export function withRestarts(input: RestartsInput): Step[] {
  const { targets, isRunning, gates, leaves, noStart } = input;
  const stops = new Map<string, ContainerStep[]>();
  const starts = new Map<string, ContainerStep>();
  const stopBefore = (stop: ContainerStep, others: readonly string[]): void => {
    for (const id of others) stops.set(id, [...(stops.get(id) ?? []), stop]);
  };
  for (const { service, containers } of targets.values()) {
    const causes = noStart ? [] : disturbances(service, targets, starts);
    for (const container of containers) {
      const networks = leaves(container.current);
      if (!isRunning(container.current)) continue;
      if (container.action === 'recreate') {
        if (networks.length > 0) stopBefore(stopOf(container, 'network-changed'), networks.map(idOf));
        continue;
      }
      if (networks.length + causes.length === 0 || !isKept(container)) continue;
      const reason = reasonOf(networks, causes);
      const stop = stopOf(container, reason);
      stopBefore(stop, [
        ...networks.map(idOf),
        ...causes.map((cause) => (starts.has(cause.id) ? `stop ${cause.name}` : cause.id)),
      ]);
      if (noStart) continue;
      const needs = [stop, ...networks].map((step) => need(step.id, 'done'));
      starts.set(container.id, {
        ...container,
        action: 'start',
        reason,
        start: true,
        needs: [...needs, ...gates(service)],
      });
    }
  }
  const added = [...starts.values()].filter(({ id }) => !input.steps.some((step) => step.id === id));
  const all = [...new Set([...stops.values()].flat()), ...input.steps, ...added];
  return all.map((step) => afterStops(starts.get(step.id) ?? step, stops.get(step.id) ?? []));
}

/** What of its dependencies' containers makes the service restart. */
function disturbances(
  service: DesiredService,
  targets: ReadonlyMap<string, Target>,
  starts: ReadonlyMap<string, ContainerStep>,
): readonly ContainerStep[] {
  const containersOf = (name: string): readonly ContainerStep[] => targets.get(name)?.containers ?? [];
  const restarted = ({ id }: ContainerStep): boolean => starts.has(id);
  const depended = Object.entries(service.dependsOn)
    .filter(([, { restart }]) => restart)
    .flatMap(([name]) => containersOf(name).filter((step) => isReplaced(step) || restarted(step)));
  const shared = service.namespaces
    .flatMap(containersOf)
    .filter((step) => restarted(step) || (step.action === 'start' && step.reason !== 'paused'));
  return [...new Set([...depended, ...shared])];
}

function isReplaced({ action, reason }: ContainerStep): boolean {
  return action === 'recreate' || (action === 'create' && reason === 'volume-changed');
}

function isKept({ action, reason }: ContainerStep): boolean {
  return action === 'keep' || reason === 'paused';
}

function reasonOf(networks: readonly Step[], causes: readonly ContainerStep[]): ContainerStep['reason'] {
  if (networks.length > 0) return 'network-changed';
  return causes.some(isReplaced) ? 'dependency-recreated' : 'dependency-restarted';
}

function stopOf(container: ContainerStep, reason: ContainerStep['reason']): ContainerStep {
  return { ...container, id: `stop ${container.name}`, action: 'stop', needs: [], reason, start: false };
}

function idOf({ id }: Step): string {
  return id;
}

function afterStops(step: Step, stops: readonly Step[]): Step {
  if (stops.length === 0) return step;
  const before = stops.map((stop): Need => ({ step: stop.id, until: 'done', required: false }));
  return { ...step, needs: [...before, ...step.needs] };
}
