import type { Project } from '../../compose/index.ts';
import type { ActivitySource } from '../../lifecycle/index.ts';
import type { RunningContainers } from './running-containers.ts';

/**
 * Use of a service by running containers that depend on it and hold no lease: those of services that do not scale to
 * zero, and one-off ones.
 */
export class OtherUse implements ActivitySource {
  readonly #running: RunningContainers;
  readonly #dependants: ReadonlySet<string>;
  readonly #served: ReadonlySet<string>;
  #last = new Date(0);

  constructor(options: {
    project: Project;
    service: string;
    /** Services that scale to zero. */
    served: ReadonlySet<string>;
    running: RunningContainers;
  }) {
    this.#running = options.running;
    this.#served = options.served;
    this.#dependants = dependantsOf(options.service, options.project);
  }

  active(): number {
    return this.#running.all.filter(
      ({ service, oneOff }) => this.#dependants.has(service) && (oneOff || !this.#served.has(service)),
    ).length;
  }

  lastActivity(): Date {
    return this.#last;
  }

  /** Call when a container started or ended. */
  note(service: string): void {
    if (this.#dependants.has(service)) this.#last = new Date();
  }
}

/** All services that need `service` to run, over any number of steps. */
function dependantsOf(service: string, { services }: Project): ReadonlySet<string> {
  const found = new Set<string>();
  const wanted = [service];
  for (const needed of wanted) {
    for (const { name, dependsOn } of Object.values(services)) {
      if (!Object.hasOwn(dependsOn, needed) || found.has(name)) continue;
      found.add(name);
      wanted.push(name);
    }
  }
  found.delete(service);
  return found;
}
