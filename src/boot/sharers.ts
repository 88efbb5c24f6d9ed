import { type Backend, type CallOptions, type ContainerSpec, isWherryError } from '../core/index.ts';
import type { ObservedContainer } from './observed.ts';

/**
 * Those of `others` that are in namespaces of `owners`, or of each other: when an owner stops, theirs are gone. Labels
 * tell who may be, the engine who is.
 */
export async function sharersOf(
  backend: Backend,
  owners: readonly ObservedContainer[],
  others: readonly ObservedContainer[],
  options: CallOptions = {},
): Promise<readonly ObservedContainer[]> {
  const found: ObservedContainer[] = [];
  let next = owners;
  while (next.length > 0) {
    const left = others.filter((one) => !found.includes(one) && !owners.includes(one));
    const sharers = await Promise.all(left.map((one) => isIn(backend, one, next, options)));
    next = left.filter((_, index) => sharers[index] === true);
    found.push(...next);
  }
  return found;
}

async function isIn(
  backend: Backend,
  one: ObservedContainer,
  owners: readonly ObservedContainer[],
  options: CallOptions,
): Promise<boolean> {
  const candidates = owners.filter((owner) => one.dependsOn.some(({ service }) => service === owner.service));
  if (candidates.length === 0) return false;
  try {
    const { spec } = await backend.inspect(one.id, options);
    return candidates.some((owner) => shares(spec, owner));
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

function shares({ networkMode, pid, ipc, uts }: ContainerSpec, { id, name }: ObservedContainer): boolean {
  return [networkMode, pid, ipc, uts].some(
    (mode) => mode === `container:${id}` || mode === `container:${name}`,
  );
}
