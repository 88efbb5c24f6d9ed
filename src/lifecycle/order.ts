import { WherryError } from '../core/index.ts';

/** What the order of services hangs on. */
export interface Ordered {
  name: string;
  dependencies: readonly string[];
  priority: number;
}

/** `INVALID` with the whole circle when adding `added` to `services` closes one. */
export function checkCycle(added: Ordered, services: ReadonlyMap<string, Ordered>): void {
  const circle = pathTo(added.name, added.dependencies, services, new Set());
  if (circle === null) return;
  const cycle = [added.name, ...circle];
  throw new WherryError('INVALID', `services depend on each other in a circle: ${cycle.join(' → ')}`, {
    hint: 'take one of these dependencies out',
    details: { cycle },
  });
}

function pathTo(
  goal: string,
  from: readonly string[],
  services: ReadonlyMap<string, Ordered>,
  seen: Set<string>,
): string[] | null {
  for (const name of from) {
    if (name === goal) return [name];
    if (seen.has(name)) continue;
    seen.add(name);
    const rest = pathTo(goal, services.get(name)?.dependencies ?? [], services, seen);
    if (rest !== null) return [name, ...rest];
  }
  return null;
}

/** The named services and all that they depend on. `INVALID` names the first dependency that is not there. */
export function withDependencies(
  names: Iterable<string>,
  services: ReadonlyMap<string, Ordered>,
): ReadonlySet<string> {
  const found = new Set<string>(names);
  for (const name of found) {
    for (const dependency of services.get(name)?.dependencies ?? []) {
      if (!services.has(dependency))
        throw new WherryError('INVALID', `${name} depends on ${dependency}, which is not registered`, {
          details: { name, dependency },
        });
      found.add(dependency);
    }
  }
  return found;
}

/**
 * For each of the named services those that have to be up before it: its dependencies, and all of a lower priority.
 * A dependency is as urgent as the most urgent service that needs it.
 */
export function predecessors(
  names: ReadonlySet<string>,
  services: ReadonlyMap<string, Ordered>,
): ReadonlyMap<string, readonly string[]> {
  const rank = new Map<string, number>();
  const raise = (name: string, to: number): void => {
    if ((rank.get(name) ?? Number.POSITIVE_INFINITY) <= to) return;
    rank.set(name, to);
    for (const dependency of services.get(name)?.dependencies ?? []) raise(dependency, to);
  };
  for (const name of names) raise(name, services.get(name)?.priority ?? 0);
  const rankOf = (name: string): number => rank.get(name) ?? 0;
  return new Map(
    [...names].map((name) => {
      const dependencies = (services.get(name)?.dependencies ?? []).filter((other) => names.has(other));
      const sooner = [...names].filter((other) => rankOf(other) < rankOf(name));
      return [name, [...new Set([...dependencies, ...sooner])]];
    }),
  );
}

/** The same order from its end to its begin. */
export function reversed(
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const after = new Map<string, string[]>([...before.keys()].map((name) => [name, []]));
  for (const [name, sooner] of before) for (const other of sooner) after.get(other)?.push(name);
  return after;
}

/** Runs `work` for each name once its predecessors are through, side by side where nothing forbids it. */
export async function inOrder<T>(
  before: ReadonlyMap<string, readonly string[]>,
  work: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const running = new Map<string, Promise<T>>();
  const run = (name: string): Promise<T> => {
    const known = running.get(name);
    if (known !== undefined) return known;
    const sooner = (before.get(name) ?? []).map(run);
    const mine = Promise.all(sooner).then(() => work(name));
    running.set(name, mine);
    return mine;
  };
  return Promise.all([...before.keys()].map(run));
}
