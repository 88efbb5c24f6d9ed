import { isExpired, type RegisteredService, saysTheSame } from './registry-entry.ts';
import type { RegistryRecovery } from './registry-file.ts';

/**
 * What happened in a registry. `changed`: what the entry says is different, or it went stale or fresh. `expired`: nobody
 * saw it for its `ttl`. `recovered`: the file was damaged, the good part was kept.
 */
export type RegistryChange =
  | { kind: 'added' | 'changed' | 'removed' | 'expired'; service: RegisteredService }
  | ({ kind: 'recovered' } & RegistryRecovery);

type ServiceChange = Exclude<RegistryChange, { kind: 'recovered' }>;

/** What became of each entry from one reading of the file to the next. */
export function changesBetween(
  before: ReadonlyMap<string, RegisteredService>,
  after: ReadonlyMap<string, RegisteredService>,
  now: Date,
): ServiceChange[] {
  const changes: ServiceChange[] = [];
  for (const [id, service] of before) {
    if (!after.has(id)) changes.push({ kind: isExpired(service, now) ? 'expired' : 'removed', service });
  }
  for (const [id, service] of after) {
    const known = before.get(id);
    if (known === undefined) changes.push({ kind: 'added', service });
    else if (!saysTheSame(known, service)) changes.push({ kind: 'changed', service });
  }
  return changes;
}

/** Changes for one reader: of a slow one's each entry is kept once, as it became last. */
export class ChangeQueue {
  readonly #changes = new Map<string, RegistryChange>();
  #wake = (): void => undefined;
  #ended = false;

  add(change: RegistryChange): void {
    if (change.kind === 'recovered') this.#changes.set('', change);
    else this.#merge(change);
    this.#wake();
  }

  /** The next change; undefined after `end`, when all are read. */
  async next(): Promise<RegistryChange | undefined> {
    for (;;) {
      for (const [id, change] of this.#changes) {
        this.#changes.delete(id);
        return change;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  #merge(change: ServiceChange): void {
    const { id } = change.service;
    const waiting = this.#changes.get(id)?.kind;
    const isGone = change.kind === 'removed' || change.kind === 'expired';
    this.#changes.delete(id);
    // What the reader never heard of needs no farewell, and what it still knows did not appear.
    if (waiting === 'added' && isGone) return;
    if (waiting === 'added') this.#changes.set(id, { ...change, kind: 'added' });
    else if (waiting !== undefined && change.kind === 'added')
      this.#changes.set(id, { ...change, kind: 'changed' });
    else this.#changes.set(id, change);
  }
}
