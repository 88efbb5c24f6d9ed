import type { Service } from './model.ts';
import { own } from './own.ts';
import type { Reading } from './reading.ts';

/** Reports each cycle of `depends_on` once, naming the services on it. */
export function checkCycles(services: Readonly<Record<string, Service>>, to: Reading): void {
  const done = new Set<string>();
  for (const start of Object.keys(services)) {
    if (!done.has(start)) walk(start, services, done, to);
  }
}

/** Depth first, with a stack of its own: a chain of services may be longer than the call stack. */
function walk(
  start: string,
  services: Readonly<Record<string, Service>>,
  done: Set<string>,
  to: Reading,
): void {
  const trail: { name: string; rest: string[] }[] = [];
  const open = new Map<string, number>();
  const enter = (name: string): void => {
    open.set(name, trail.length);
    trail.push({ name, rest: Object.keys(own(services, name)?.dependsOn ?? {}) });
  };
  enter(start);
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const next = top.rest.shift();
    if (next === undefined) {
      open.delete(top.name);
      done.add(top.name);
      trail.pop();
      continue;
    }
    const at = open.get(next);
    if (at !== undefined) report([...trail.slice(at).map(({ name }) => name), next], services, to);
    else if (!done.has(next) && Object.hasOwn(services, next)) enter(next);
  }
}

function report(cycle: readonly string[], services: Readonly<Record<string, Service>>, to: Reading): void {
  const [from, next] = cycle.slice(-2);
  const service = own(services, from ?? '');
  const dependency = service && own(service.dependsOn, next ?? '');
  const place = dependency !== undefined && to.isMarked(dependency) ? dependency : service?.origin;
  if (place !== undefined)
    to.errorAt(place, 'cycle', `the services depend on each other: ${cycle.join(' → ')}`);
}
