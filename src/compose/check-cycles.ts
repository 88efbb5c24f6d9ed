import type { Service } from './model.ts';
import { own } from './own.ts';
import type { Reading } from './reading.ts';
import { contextService } from './to-build.ts';

type Services = Readonly<Record<string, Service>>;

/** What leads from one service to others. */
interface Links {
  of(service: Service): readonly string[];
  /** The mapping of the file that leads from one to the next. */
  place(from: Service, next: string): object | undefined;
  message: string;
}

const dependencies: Links = {
  of: ({ dependsOn }) => Object.keys(dependsOn),
  place: ({ dependsOn }, next) => own(dependsOn, next),
  message: 'the services depend on each other',
};

const contexts: Links = {
  of: ({ build }) =>
    Object.values(build?.additionalContexts ?? {}).flatMap((context) => contextService(context) ?? []),
  place: ({ build }) => build,
  message: 'the services are built from each other',
};

/** Reports each cycle of `depends_on`, and of services as contexts of builds, once, naming the services on it. */
export function checkCycles(services: Services, to: Reading): void {
  for (const links of [dependencies, contexts]) {
    const done = new Set<string>();
    for (const start of Object.keys(services)) {
      if (!done.has(start)) walk(start, services, links, { done, to });
    }
  }
}

/** Depth first, with a stack of its own: a chain of services may be longer than the call stack. */
function walk(
  start: string,
  services: Services,
  links: Links,
  { done, to }: { done: Set<string>; to: Reading },
): void {
  const trail: { name: string; rest: string[] }[] = [];
  const open = new Map<string, number>();
  const enter = (name: string): void => {
    open.set(name, trail.length);
    const service = own(services, name);
    trail.push({ name, rest: service === undefined ? [] : [...links.of(service)] });
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
    if (at !== undefined) report([...trail.slice(at).map(({ name }) => name), next], services, links, to);
    else if (!done.has(next) && Object.hasOwn(services, next)) enter(next);
  }
}

function report(cycle: readonly string[], services: Services, links: Links, to: Reading): void {
  const [from, next] = cycle.slice(-2);
  const service = own(services, from ?? '');
  const linked = service && links.place(service, next ?? '');
  const place = linked !== undefined && to.isMarked(linked) ? linked : service?.origin;
  if (place !== undefined) to.errorAt(place, 'cycle', `${links.message}: ${cycle.join(' → ')}`);
}
