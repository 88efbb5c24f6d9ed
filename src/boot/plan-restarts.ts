import type { DesiredService } from './desired.ts';
import { type ContainerStep, type Need, need, type Step } from './plan.ts';

/** What a service's containers are to become. */
export interface Target {
  service: DesiredService;
  containers: readonly ContainerStep[];
}

export interface RestartsInput {
  steps: readonly Step[];
  targets: ReadonlyMap<string, Target>;
  /** Whether the container with this id runs. */
  isRunning: (id: string | null) => boolean;
  /** What a start of the service waits for. */
  gates: (service: DesiredService) => readonly Need[];
}

/** Kept containers of services with `restart: true` stop before what they depend on is replaced, and start after it. */
export function withRestarts({ steps, targets, isRunning, gates }: RestartsInput): Step[] {
  const stops = new Map<string, Step[]>();
  const starts = new Map<string, ContainerStep>();
  for (const { service, containers } of targets.values()) {
    const replaced = replacedDependencies(service, targets);
    if (replaced.length === 0) continue;
    for (const container of containers) {
      if (container.action !== 'keep' || !isRunning(container.current)) continue;
      const reason = 'dependency-recreated';
      const stop: ContainerStep = { ...container, id: `stop ${container.name}`, action: 'stop', reason };
      const needs = [need(stop.id, 'done'), ...gates(service)];
      starts.set(container.id, { ...container, action: 'start', reason, start: true, needs });
      for (const other of replaced) stops.set(other.id, [...(stops.get(other.id) ?? []), stop]);
    }
  }
  const changed = steps.map((step) => afterStops(starts.get(step.id) ?? step, stops.get(step.id) ?? []));
  return [...new Set([...stops.values()].flat()), ...changed];
}

function replacedDependencies(
  service: DesiredService,
  targets: ReadonlyMap<string, Target>,
): readonly ContainerStep[] {
  return Object.entries(service.dependsOn)
    .filter(([, dependency]) => dependency.restart)
    .flatMap(([name]) => targets.get(name)?.containers ?? [])
    .filter(({ action }) => action === 'recreate');
}

function afterStops(step: Step, stops: readonly Step[]): Step {
  if (stops.length === 0) return step;
  const before = stops.map((stop): Need => ({ step: stop.id, until: 'done', required: false }));
  return { ...step, needs: [...before, ...step.needs] };
}
