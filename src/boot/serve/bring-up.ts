import { setTimeout as sleep } from 'node:timers/promises';
import { outsideProbe, type Project } from '../../compose/index.ts';
import { type Backend, type ContainerInfo, cancelled, isWherryError, WherryError } from '../../core/index.ts';
import { answers, forwarderPatience } from '../../proxy/index.ts';
import { died } from '../failure.ts';
import { observeContainers } from '../observed.ts';
import type { BootOptions, ChangeSummary } from '../options.ts';
import { pauseServices, resumeServices } from '../services.ts';
import { startServices } from '../start-services.ts';
import { stopServices } from '../stop-services.ts';
import { up } from '../up.ts';
import { type ContainerPort, whereabouts } from './where.ts';

export interface BringUpOptions {
  backend: Backend;
  project: Project;
  service: string;
  /** Ports of which one has to answer before a service without a health check counts as ready. */
  ports: readonly ContainerPort[];
  /** ms for the service to become ready. */
  maxWait: number;
  boot: Omit<BootOptions, 'signal'>;
}

/** ms between two looks whether the service listens. */
const between = 20;

/**
 * Gets a service and what it depends on up, however it was left, and waits until it is ready: healthy, or without a health
 * check until a port of it answers. Resolves to its containers.
 */
export async function bringUp(
  options: BringUpOptions,
  signal: AbortSignal,
): Promise<readonly ContainerInfo[]> {
  const { backend, project, service, maxWait, boot } = options;
  const scope = { projectName: project.name, project, services: [service], signal };
  await orNothing(resumeServices(backend, scope));
  const declared = project.services[service];
  const probed = declared !== undefined && outsideProbe(declared) !== undefined;
  const summary = await up(backend, project, {
    ...boot,
    services: [service],
    wait: probed,
    waitTimeout: maxWait,
    signal,
  });
  const failed = summary.rows.find(({ error }) => error !== null);
  if (failed?.error) throw failed.error;
  const containers = await runningContainers(options, signal);
  if (containers.length === 0) throw await ended(options, signal);
  if (probed) return containers;
  if (containers.some(({ health }) => health === 'none')) await listens(options, containers, signal);
  // Not by `up` itself, which would give one without a health check half a second to prove itself.
  else throwFailure(await startServices(backend, { ...boot, ...scope, wait: true, waitTimeout: maxWait }));
  return containers;
}

/** Gets the service out of the way: ended, or frozen. What is not there is out of the way. */
export async function bringToZero(
  { backend, project, service, boot }: Pick<BringUpOptions, 'backend' | 'project' | 'service' | 'boot'>,
  action: 'stop' | 'pause',
): Promise<void> {
  const scope = { ...boot, projectName: project.name, project, services: [service] };
  const verb = action === 'pause' ? pauseServices : stopServices;
  // Not every engine stops what is frozen.
  if (action === 'stop') throwFailure(await orNothing(resumeServices(backend, scope)));
  throwFailure(await orNothing(verb(backend, scope)));
}

/** The containers of a service that run now. */
export async function runningContainers(
  { backend, project, service }: Pick<BringUpOptions, 'backend' | 'project' | 'service'>,
  signal?: AbortSignal,
): Promise<readonly ContainerInfo[]> {
  const rows = await observeContainers(backend, project.name, { signal });
  const mine = rows.filter((row) => row.service === service && !row.oneOff && row.status === 'running');
  const infos = await Promise.all(mine.map(({ id }) => backend.inspect(id, { signal })));
  return infos.filter(({ status }) => status === 'running');
}

/** Until a port answers. Fails with `EXIT` when the container ends before, with `TIMEOUT` when it takes too long. */
async function listens(
  { backend, service, ports, maxWait }: BringUpOptions,
  containers: readonly ContainerInfo[],
  signal: AbortSignal,
): Promise<void> {
  const places = ports
    .filter(({ protocol }) => protocol === 'tcp')
    .flatMap((port) => containers.flatMap((container) => whereabouts(container, port) ?? []));
  if (places.length === 0) return;
  const end = performance.now() + maxWait;
  for (;;) {
    const found = await Promise.all(
      places.map(({ address, direct }) =>
        answers(address, { stays: direct ? 0 : forwarderPatience, signal }),
      ),
    );
    if (found.includes(true)) return;
    if (signal.aborted) throw cancelled(signal);
    await stillRuns(backend, containers, signal);
    if (performance.now() > end) throw deaf(service, maxWait);
    await sleep(between, undefined, { signal }).catch(() => undefined);
  }
}

async function stillRuns(
  backend: Backend,
  containers: readonly ContainerInfo[],
  signal: AbortSignal,
): Promise<void> {
  for (const { id, name } of containers) {
    const info = await backend.inspect(id, { signal });
    if (info.status !== 'running' && info.status !== 'starting') throw await died(backend, { id, name });
  }
}

/** Why nothing runs of what was started. */
async function ended(
  { backend, project, service }: BringUpOptions,
  signal: AbortSignal,
): Promise<WherryError> {
  const rows = await observeContainers(backend, project.name, { signal });
  const last = rows.find((row) => row.service === service && !row.oneOff);
  if (last !== undefined) return died(backend, last);
  return new WherryError('NOT_FOUND', `${service} has no container: its scale is 0, or somebody removed it`);
}

function deaf(service: string, maxWait: number): WherryError {
  return new WherryError('TIMEOUT', `${service} runs, but none of its ports answered within ${maxWait} ms`, {
    hint: 'give it a health check, or publish a port that it listens on',
    details: { service, maxWait },
  });
}

function throwFailure(summary: ChangeSummary | null): void {
  const failed = summary?.rows.find(({ error }) => error !== null);
  if (failed?.error) throw failed.error;
}

/** A service that has no container yet has nothing to do it with. */
async function orNothing(work: Promise<ChangeSummary>): Promise<ChangeSummary | null> {
  try {
    return await work;
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
