import { type ChangeSummary, type DownOptions, down, downServices } from '../boot/index.ts';
import type { Project } from '../compose/index.ts';
import { asWherryError, cancelled, WherryError } from '../core/index.ts';
import { loadService } from './compose-project.ts';
import type { ServiceGroup } from './groups.ts';
import type { RemoteHook } from './remote-hook.ts';
import { emptyRow } from './run-groups.ts';
import type { OrchestratedService } from './service.ts';
import { engineOf, type GroupContext, type OnProjectProgress } from './start-group.ts';
import type { OrchestrationRow } from './summary.ts';

export interface StopOptions extends Pick<DownOptions, 'timeout' | 'volumes' | 'images' | 'signal'> {
  onProgress?: OnProjectProgress | undefined;
}

/**
 * Takes the members of a group down, wherever they run. A project that is wholly theirs goes by its labels alone; of one
 * that others have a part in, only their own services go.
 */
export async function stopGroup(
  context: GroupContext,
  group: ServiceGroup,
  options: StopOptions & { signal: AbortSignal; others: readonly OrchestratedService[] },
): Promise<OrchestrationRow[]> {
  const began = performance.now();
  const { signal, others, onProgress, ...wishes } = options;
  const elsewhere = await Promise.all(
    group.members.map((member) => stopElsewhere(context.remote, member, signal)),
  );
  const isNoneHere = context.backend === undefined && elsewhere.every(({ host }) => host !== null);
  if (isNoneHere) return elsewhere;
  const isPart =
    group.profiles.length > 0 || group.services.length > 0 || others.some((one) => isBeside(one, group));
  const { project, warnings } = await filesOf(context, group, { isNeeded: isPart, signal });
  const projectName = project?.name ?? group.project ?? '';
  const how: DownOptions = {
    ...wishes,
    projectName,
    project: project ?? undefined,
    removeOrphans: true,
    signal,
    events: context.events,
    logger: context.logger,
    onProgress: (progress) => onProgress?.(projectName, progress),
  };
  const summary =
    isPart && project !== null
      ? await downServices(engineOf(context.backend), Object.keys(project.services), how)
      : await down(engineOf(context.backend), how);
  const error = failureOf(summary);
  return elsewhere.map((row) => {
    const bad = error ?? row.error;
    const changed = row.changed || summary.rows.some(({ change }) => change === 'removed');
    return {
      ...row,
      project: projectName,
      outcome: bad === null ? 'stopped' : 'failed',
      changed,
      error: bad,
      durationMs: performance.now() - began,
      warnings: [...warnings, ...summary.warnings],
    };
  });
}

/** The files tell the hooks and providers; where labels tell the rest, broken ones must not keep a project up. */
async function filesOf(
  { env }: GroupContext,
  group: ServiceGroup,
  { isNeeded, signal }: { isNeeded: boolean; signal: AbortSignal },
): Promise<{ project: Project | null; warnings: readonly string[] }> {
  try {
    return { project: await loadService(group, { env, signal }), warnings: [] };
  } catch (error) {
    if (isNeeded || group.project === null || signal.aborted) throw error;
    const why = `hooks and providers of ${group.project} are left out: ${asWherryError(error).message}`;
    return { project: null, warnings: [why] };
  }
}

/** What a hook that fails says must not keep the rest from being taken down. */
async function stopElsewhere(
  remote: RemoteHook | undefined,
  member: OrchestratedService,
  signal: AbortSignal,
): Promise<OrchestrationRow> {
  const row: OrchestrationRow = { ...emptyRow(member), outcome: 'stopped' };
  try {
    const host = (await remote?.stop(member, { signal })) ?? null;
    return { ...row, host, changed: host !== null };
  } catch (thrown) {
    if (signal.aborted) throw cancelled(signal);
    const error = asWherryError(thrown);
    return { ...row, outcome: 'failed', error, remoteError: error };
  }
}

/** Whether it may have containers in the group's project. */
function isBeside(service: OrchestratedService, group: ServiceGroup): boolean {
  if (group.members.some(({ name }) => name === service.name)) return false;
  if (service.project !== null && group.project !== null) return service.project === group.project;
  return service.files[0] === group.files[0];
}

/** Every reason in one error; null when nothing failed. */
function failureOf({ rows, ok }: ChangeSummary): WherryError | null {
  if (ok) return null;
  const failed = rows.filter(({ error }) => error !== null);
  const [first] = failed;
  const reasons = failed.map(({ kind, name, error }) => `${kind} ${name}: ${error?.message}`);
  return new WherryError(first?.error?.code ?? 'INTERNAL', reasons.join('; '), {
    hint: first?.error?.hint,
    details: { failed: failed.map(({ name }) => name) },
    cause: first?.error ?? undefined,
  });
}
