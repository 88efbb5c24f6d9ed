import type { Backend } from '../../src/core/index.ts';

/** Removes every container with this label (`key=value`): all of them, also when the removal of one fails. */
export async function removeLeft(backend: Backend, label: string): Promise<void> {
  const left = await backend.list({ all: true, labels: [label] });
  const removals = await Promise.allSettled(left.map(({ id }) => backend.remove(id, { force: true })));
  const failures = removals.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `containers with ${label} stay: ${failures}`);
}
