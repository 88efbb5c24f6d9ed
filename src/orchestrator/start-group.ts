import { type BootProgress, type BootSummary, type UpOptions, up } from '../boot/index.ts';
import { assertBooted, summarize } from '../boot/summary.ts';
import {
  asWherryError,
  type Backend,
  cancelled,
  type EventBus,
  isWherryError,
  type Logger,
  WherryError,
} from '../core/index.ts';
import { type HealthChecker, waitHealthy } from '../health/index.ts';
import { loadService } from './compose-project.ts';
import { type ServiceGroup, servicesOf } from './groups.ts';
import type { RemoteHook } from './remote-hook.ts';
import { emptyRow } from './run-groups.ts';
import type { OrchestratedService } from './service.ts';
import type { OrchestrationRow } from './summary.ts';

/** What starting and stopping work with. */
export interface GroupContext {
  /** Undefined: everything runs on other hosts. */
  backend: Backend | undefined;
  env: Readonly<Record<string, string | undefined>>;
  checker: () => HealthChecker;
  remote: RemoteHook | undefined;
  fallback: 'local' | 'none';
  events: EventBus | undefined;
  logger: Logger | undefined;
}

/** Progress of one project. */
export type OnProjectProgress = (project: string, progress: BootProgress) => void;

export interface StartOptions
  extends Pick<
    UpOptions,
    | 'wait'
    | 'waitTimeout'
    | 'timeout'
    | 'pull'
    | 'build'
    | 'forceRecreate'
    | 'noRecreate'
    | 'removeOrphans'
    | 'renewAnonymousVolumes'
    | 'noStart'
    | 'signal'
  > {
  onProgress?: OnProjectProgress | undefined;
}

/** ms for health checks of orchestrated services where `waitTimeout` gives none. */
const healthDeadline = 60_000;

/** Starts the members of a group: on other hosts where the hook says so, the others here by one `up`. */
export async function startGroup(
  context: GroupContext,
  group: ServiceGroup,
  options: StartOptions & { signal: AbortSignal },
): Promise<OrchestrationRow[]> {
  const placed = await Promise.all(
    group.members.map((member) => startElsewhere(context, member, options.signal)),
  );
  const here = group.members.filter((_, index) => !isDone(placed[index], context));
  if (here.length === 0) return placed.filter((row) => row !== null);
  const services = servicesOf(here);
  const { signal, onProgress, ...wishes } = options;
  const project = await loadService({ ...group, services }, { env: context.env, signal });
  const summary = await up(engineOf(context.backend), project, {
    ...wishes,
    signal,
    events: context.events,
    logger: context.logger,
    onProgress: (progress) => onProgress?.(project.name, progress),
  });
  const rows = here.map(async (member): Promise<OrchestrationRow> => {
    const row = rowOf(member, project.name, summary);
    const error = row.error ?? (await unhealthy(context, member, options));
    const remoteError = placed[group.members.indexOf(member)]?.remoteError ?? null;
    return { ...row, remoteError, error, outcome: error === null ? 'started' : 'failed' };
  });
  return [...placed.filter((row) => isDone(row, context)), ...(await Promise.all(rows))].filter(
    (row) => row !== null,
  );
}

/** Fails with `INVALID` where there is none. */
export function engineOf(backend: Backend | undefined): Backend {
  if (backend !== undefined) return backend;
  throw new WherryError('INVALID', 'the orchestrator has no engine to start, stop or list services on', {
    hint: 'make it with `new Orchestrator({ backend })`',
  });
}

/** Null: it belongs here. A row with a `remoteError`: the other host failed. */
async function startElsewhere(
  { remote }: GroupContext,
  member: OrchestratedService,
  signal: AbortSignal,
): Promise<OrchestrationRow | null> {
  if (remote === undefined) return null;
  const began = performance.now();
  let row: OrchestrationRow = { ...emptyRow(member), project: null, changed: true };
  try {
    const host = await remote.place(member, { signal });
    if (host === null) return null;
    row = { ...row, host };
    await remote.start(member, host, { signal });
    return { ...row, durationMs: performance.now() - began };
  } catch (thrown) {
    if (signal.aborted) throw cancelled(signal);
    const error = asWherryError(thrown);
    return { ...row, outcome: 'failed', error, remoteError: error, durationMs: performance.now() - began };
  }
}

function isDone(row: OrchestrationRow | null | undefined, { fallback }: GroupContext): boolean {
  return row !== null && row !== undefined && (row.error === null || fallback === 'none');
}

/** Of one `up` for several, what is about this one. */
function rowOf(member: OrchestratedService, project: string, summary: BootSummary): OrchestrationRow {
  const mine = summary.rows.filter(
    ({ name }) => member.services.length === 0 || member.services.includes(name),
  );
  const own = summarize(mine, summary.durationMs, summary.warnings);
  return {
    ...emptyRow(member),
    project,
    changed: mine.some(({ change }) => change !== 'kept' && change !== 'none'),
    error: errorOf(own),
    durationMs: summary.durationMs,
    warnings: summary.warnings,
  };
}

function errorOf(summary: BootSummary): WherryError | null {
  try {
    assertBooted(summary);
    return null;
  } catch (error) {
    return asWherryError(error);
  }
}

async function unhealthy(
  { checker }: GroupContext,
  { health }: OrchestratedService,
  { waitTimeout, noStart, signal }: StartOptions,
): Promise<WherryError | null> {
  if (health === null || noStart === true) return null;
  try {
    await waitHealthy(checker(), health, { policy: { deadline: waitTimeout ?? healthDeadline }, signal });
    return null;
  } catch (error) {
    if (isWherryError(error, 'CANCELLED')) throw error;
    return asWherryError(error);
  }
}
