import { Limit } from '../boot/limit.ts';
import { asWherryError, cancelled, WherryError } from '../core/index.ts';
import { type ServiceGroup, servicesOf } from './groups.ts';
import type { OrchestratedService } from './service.ts';
import type { OrchestrationRow } from './summary.ts';

/** Carries out one group. What it throws is the error of all its members. */
export type GroupWork = (group: ServiceGroup, signal: AbortSignal) => Promise<readonly OrchestrationRow[]>;

export interface RunOptions {
  /** Groups at once. */
  parallel: number;
  /** `up`: dependencies first; `down`: those that depend on a group before it. */
  direction: 'up' | 'down';
  signal: AbortSignal;
}

/**
 * Runs groups side by side, each as soon as those before it are done; groups of one project take turns. One that fails
 * keeps up only what depends on it, on the way up. Rejects only with `CANCELLED`, when all under way has settled.
 */
export async function runGroups(
  groups: readonly ServiceGroup[],
  work: GroupWork,
  { parallel, direction, signal }: RunOptions,
): Promise<OrchestrationRow[]> {
  const limit = new Limit(parallel);
  const running = new Map<string, Promise<readonly OrchestrationRow[]>>();
  const ordered = direction === 'up' ? groups : [...groups].reverse();
  for (const group of ordered) {
    const isBefore = (other: ServiceGroup): boolean =>
      direction === 'up' ? group.after.includes(other.name) : other.after.includes(group.name);
    const before = ordered.filter(
      (other) => running.has(other.name) && (isBefore(other) || shareProject(group, other)),
    );
    const done = before.map((other) => running.get(other.name) ?? []);
    const run = async (): Promise<readonly OrchestrationRow[]> => {
      const rows = (await Promise.all(done)).flat();
      const ready = direction === 'up' ? group.members.filter((one) => !missing(one, rows)) : group.members;
      const skipped = group.members.filter((one) => !ready.includes(one));
      const left = skipped.map((one) => skippedRow(one, missing(one, rows)));
      if (ready.length === 0 || signal.aborted) return left;
      const carried = await limit.run(() => carryOut(membersOnly(group, ready), work, signal), signal);
      return [...carried, ...left];
    };
    running.set(group.name, run());
  }
  const settled = await Promise.allSettled(running.values());
  if (signal.aborted) throw cancelled(signal);
  return settled.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function carryOut(
  group: ServiceGroup,
  work: GroupWork,
  signal: AbortSignal,
): Promise<readonly OrchestrationRow[]> {
  const began = performance.now();
  try {
    return await work(group, signal);
  } catch (thrown) {
    if (signal.aborted) throw cancelled(signal);
    const error = asWherryError(thrown);
    const durationMs = performance.now() - began;
    return group.members.map((one) => ({ ...emptyRow(one), outcome: 'failed', error, durationMs }));
  }
}

function shareProject(a: ServiceGroup, b: ServiceGroup): boolean {
  if (a.project !== null && b.project !== null) return a.project === b.project;
  // Without a name of its own, the files decide it.
  return a.files[0] === b.files[0];
}

function missing(
  { dependsOn }: OrchestratedService,
  rows: readonly OrchestrationRow[],
): OrchestrationRow | undefined {
  return rows.find(({ name, error, required }) => dependsOn.includes(name) && error !== null && required);
}

function membersOnly(group: ServiceGroup, members: readonly OrchestratedService[]): ServiceGroup {
  if (members.length === group.members.length) return group;
  return { ...group, members, services: servicesOf(members) };
}

function skippedRow(service: OrchestratedService, failed: OrchestrationRow | undefined): OrchestrationRow {
  const dependency = failed?.name ?? '';
  const error = new WherryError('DEPENDENCY', `${dependency} failed first: ${failed?.error?.message}`, {
    hint: failed?.error?.hint,
    details: { dependency },
    cause: failed?.error,
  });
  return { ...emptyRow(service), outcome: 'skipped', error };
}

/** A row of which only the service is known yet. */
export function emptyRow({ name, project, required }: OrchestratedService): OrchestrationRow {
  return {
    name,
    project,
    outcome: 'started',
    changed: false,
    host: null,
    required,
    error: null,
    remoteError: null,
    durationMs: 0,
    warnings: [],
  };
}
