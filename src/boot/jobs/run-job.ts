import type { Job, Project } from '../../compose/index.ts';
import { type Backend, cancelled, isWherryError, WherryError } from '../../core/index.ts';
import type { BootOptions } from '../options.ts';
import { stopServices } from '../stop-services.ts';
import { up } from '../up.ts';

/** How a run of a job ended. */
export interface JobRun {
  exitCode: number;
  /** Id of its container, which stays until the next run. */
  container: string;
}

/**
 * Runs a job of the project to its end, after what it depends on is up, in a container that takes the place of that of its
 * last run. When `signal` fires its container is stopped. Fails as `up` does; an exit code is no failure.
 */
export async function runJob(
  backend: Backend,
  project: Project,
  job: Job,
  options: BootOptions = {},
): Promise<JobRun> {
  try {
    return await runToItsEnd(backend, project, job, options);
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
    const started = { projectName: project.name, services: [job.name] };
    await stopServices(backend, started).catch(ignoreGone);
    throw cancelled(options.signal);
  }
}

async function runToItsEnd(
  backend: Backend,
  project: Project,
  job: Job,
  options: BootOptions,
): Promise<JobRun> {
  const services = { ...project.services, [job.name]: job.service };
  const wishes = { ...options, services: [job.name], forceRecreate: true };
  const { rows } = await up(backend, { ...project, services }, wishes);
  const row = rows.find(({ name }) => name === job.name);
  const container = row?.containers[0]?.id;
  if (row?.error && !hasRun(row.error)) throw row.error;
  if (container === undefined)
    throw row?.error ?? new WherryError('INTERNAL', `the job ${job.name} has no container`);
  const { exitCode } = await backend.wait(container, { signal: options.signal });
  return { exitCode, container };
}

/** One that ended at once with another code than 0. */
function hasRun(error: WherryError): boolean {
  return isWherryError(error, 'EXIT') && error.details.oomKilled !== undefined;
}

function ignoreGone(error: unknown): void {
  if (!isWherryError(error, 'NOT_FOUND')) throw error;
}
