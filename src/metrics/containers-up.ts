import type { ResourceSnapshot } from '../core/index.ts';

interface Known {
  up: boolean;
  /** ms since the epoch. */
  time: number;
  /** A monitor looks at it, so that it is down when the monitor misses it. */
  monitored: boolean;
}

/** Which containers are up: the newest word of events and snapshots counts. */
export class ContainersUp {
  readonly #known: Map<string, Known> = new Map();

  has(name: string): boolean {
    return this.#known.get(name)?.up === true;
  }

  all(): ReadonlyMap<string, { readonly up: boolean }> {
    return this.#known;
  }

  set(name: string, up: boolean, time: Date): void {
    const monitored = this.#known.get(name)?.monitored ?? false;
    this.#known.set(name, { up, time: time.getTime(), monitored });
  }

  forget(name: string): void {
    this.#known.delete(name);
  }

  /** A monitor saw it running. */
  seen(name: string, time: Date): void {
    const known = this.#known.get(name);
    if (known === undefined || known.time <= time.getTime())
      this.#known.set(name, { up: true, time: time.getTime(), monitored: true });
  }

  /** What a monitor saw before and sees no more is down, unless an engine does not tell. */
  missing({ time, containers, engines }: ResourceSnapshot): void {
    if (engines.some(({ error }) => error !== null)) return;
    const running = new Set(containers.map(({ name }) => name));
    for (const [name, known] of this.#known) {
      if (known.monitored && known.up && known.time < time.getTime() && !running.has(name))
        this.#known.set(name, { up: false, time: time.getTime(), monitored: true });
    }
  }
}
