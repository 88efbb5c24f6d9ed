import type { SyncedPath } from './changed-entries.ts';

/** What the containers of a service were brought so far, so that one that was made anew gets all of it. */
export class SyncHistory {
  readonly #paths = new Map<string, SyncedPath>();
  readonly #containers = new Set<string>();

  /** What a container is to be brought when `paths` changed. */
  due(container: string, paths: readonly SyncedPath[]): readonly SyncedPath[] {
    return this.#containers.has(container) ? paths : [...this.#paths.values(), ...paths];
  }

  /** The container was brought what was due. */
  reached(container: string): void {
    this.#containers.add(container);
  }

  add(paths: readonly SyncedPath[]): void {
    for (const path of paths) this.#paths.set(path.container, path);
  }
}
