import { type ChangeSummary, type DownOptions, down, downServices } from '../boot/index.ts';
import { WherryError } from '../core/index.ts';
import { loadService } from './compose-project.ts';
import type { ServiceGroup } from './groups.ts';
import { emptyRow } from './run-groups.ts';
import type { OrchestratedService } from './service.ts';
import type { GroupContext, OnProjectProgress } from './start-group.ts';
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
  const hosts = await Promise.all(
    group.members.map(async (member) => (await context.remote?.stop(member, { signal })) ?? null),
  );
  const isPart =
    group.profiles.length > 0 || group.services.length > 0 || others.some((one) => isBeside(one, group));
  const project =
    isPart || group.project === null ? await loadService(group, { env: context.env, signal }) : null;
  const projectName = project?.name ?? group.project ?? '';
  const how: DownOptions = {
    ...wishes,
    projectName,
    signal,
    events: context.events,
    logger: context.logger,
    onProgress: (progress) => onProgress?.(projectName, progress),
  };
  const summary =
    isPart && project !== null
      ? await downServices(context.backend(), Object.keys(project.services), how)
      : await down(context.backend(), how);
  const error = failureOf(summary);
  return group.members.map((member, index) => ({
    ...emptyRow(member),
    project: projectName,
    host: hosts[index] ?? null,
    outcome: error === null ? 'stopped' : 'failed',
    changed: hosts[index] !== null || summary.rows.some(({ change }) => change === 'removed'),
    error,
    durationMs: performance.now() - began,
    warnings: summary.warnings,
  }));
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
