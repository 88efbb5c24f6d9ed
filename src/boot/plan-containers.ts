import { composeLabel } from '../compose/index.ts';
import type { DesiredService } from './desired.ts';
import type { ObservedContainer } from './observed.ts';
import type { ContainerStep } from './plan.ts';

/** A service's containers, shared out. */
export interface Arrangement {
  /** To work on, by number. */
  kept: readonly ObservedContainer[];
  /** Left by an `up` that was cut off. */
  leftOver: readonly ObservedContainer[];
  /** More than wanted. */
  surplus: readonly ObservedContainer[];
  /** Numbers of those to make. */
  free: readonly number[];
}

/**
 * Shares out the containers that a service has: of too many those that would be made anew go first, then those with high
 * numbers; gaps are filled.
 */
export function arrange(
  service: DesiredService,
  mine: readonly ObservedContainer[],
  isOutdated: (one: ObservedContainer) => boolean,
): Arrangement {
  const byNumber = new Map<number, ObservedContainer>();
  const leftOver: ObservedContainer[] = [];
  for (const one of [...mine].sort((a, b) => Number(isReplacement(a)) - Number(isReplacement(b)))) {
    if (byNumber.has(one.number)) leftOver.push(one);
    else byNumber.set(one.number, one);
  }
  const numbered = [...byNumber.values()].sort((a, b) => a.number - b.number);
  const ranked =
    numbered.length > service.scale
      ? [...numbered.filter((one) => !isOutdated(one)), ...numbered.filter(isOutdated)]
      : numbered;
  const kept = ranked.slice(0, service.scale).sort((a, b) => a.number - b.number);
  const taken = new Set(kept.map((one) => one.number));
  const free: number[] = [];
  for (let number = 1; kept.length + free.length < service.scale; number += 1) {
    if (!taken.has(number)) free.push(number);
  }
  return { kept, leftOver, surplus: ranked.slice(service.scale), free };
}

/** The step that removes a container. */
export function removal(one: ObservedContainer, reason: ContainerStep['reason']): ContainerStep {
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

/** A paused one counts: it has its names, ports and addresses. */
export function runs(one: ObservedContainer): boolean {
  return one.status === 'running' || one.status === 'starting' || one.status === 'paused';
}

/**
 * Whether it belongs to nothing: its service is none of `known`, or it was a one-off run and that is over. One that still
 * runs is somebody's, as docker compose has it.
 */
export function isOrphan(one: ObservedContainer, known: ReadonlySet<string>): boolean {
  if (!one.oneOff) return !known.has(one.service);
  const isOver = one.status === 'exited' || one.status === 'dead';
  return isOver && one.labels[composeLabel.oneOff] === 'True';
}

/** Whether it still has the name under which `up` makes a replacement before the old container goes. */
export function isReplacement(one: Pick<ObservedContainer, 'name'>): boolean {
  return /^[0-9a-f]{12}_/.test(one.name);
}
