import type { Project } from '../../compose/index.ts';
import { type Backend, WherryError } from '../../core/index.ts';
import { Cron } from './cron.ts';
import { type JobEvent, jobEvents } from './job-events.ts';
import { jobHistoryFile } from './serve-jobs.ts';

/** How a run by schedule went, as far as it was recorded. */
export type JobOutcome =
  /** No end is recorded: it runs, or what ran it was killed. */
  | { kind: 'started' }
  | { kind: 'ended'; exitCode: number | null; durationMs: number }
  | { kind: 'failed'; error: string }
  | { kind: 'skipped'; reason: 'running' | 'missed' };

export interface ScheduledRun {
  job: string;
  cron: string;
  /** The time of its schedule. */
  due: Date;
  /** When it started, or was left out. */
  at: Date;
  outcome: JobOutcome;
}

export interface JobStatus {
  name: string;
  /** Whether `run` may run it. */
  manual: boolean;
  schedules: readonly {
    cron: string;
    /** Undefined: that of the machine. */
    timezone: string | undefined;
    /** The next time after now, whether or not anybody is there to run it; null when there is none. */
    next: Date | null;
  }[];
  /** By schedule, the oldest first. */
  runs: readonly ScheduledRun[];
}

export interface ListJobsOptions {
  /** Names of jobs. Default: all. */
  jobs?: readonly string[] | undefined;
  /** Where `serveJobs` records runs. Default: {@link jobHistoryFile}. */
  history?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The jobs of a project with their next times and the runs by schedule that are recorded. `NOT_FOUND` for a job that the
 * project does not have.
 */
export async function listJobs(
  backend: Pick<Backend, 'address'>,
  project: Project,
  options: ListJobsOptions = {},
): Promise<readonly JobStatus[]> {
  const { history = jobHistoryFile(backend.address, project.name), signal } = options;
  const jobs = (options.jobs ?? Object.keys(project.jobs)).map((name) => jobOf(project, name));
  const runs = jobs.length === 0 ? [] : await scheduledRuns(history, project.name, signal);
  const now = new Date();
  return jobs.map(({ name, triggers }) => ({
    name,
    manual: triggers.manual,
    schedules: triggers.schedule.map(({ cron, timezone }) => ({
      cron,
      timezone,
      next: new Cron(cron, { timezone }).next(now),
    })),
    runs: runs.filter(({ job }) => job === name),
  }));
}

function jobOf(project: Project, name: string): Project['jobs'][string] {
  const job = Object.hasOwn(project.jobs, name) ? project.jobs[name] : undefined;
  if (job !== undefined) return job;
  const names = Object.keys(project.jobs);
  throw new WherryError('NOT_FOUND', `the project ${project.name} has no job ${name}`, {
    hint: names.length === 0 ? 'jobs are declared under `jobs:` in the file' : `jobs: ${names.join(', ')}`,
  });
}

async function scheduledRuns(file: string, project: string, signal?: AbortSignal): Promise<ScheduledRun[]> {
  const runs: ScheduledRun[] = [];
  for await (const event of jobEvents(file, signal)) if (event.data.project === project) record(runs, event);
  return runs;
}

function record(runs: ScheduledRun[], event: JobEvent): void {
  const { job, cron, due } = event.data;
  const run = { job, cron, due, at: event.time };
  if (event.type === 'job.started') runs.push({ ...run, outcome: { kind: 'started' } });
  else if (event.type === 'job.skipped')
    runs.push({ ...run, outcome: { kind: 'skipped', reason: event.data.reason } });
  else {
    const { exitCode, durationMs } = event.data;
    const begun = runs.findLast((one) => one.job === job && one.cron === cron && +one.due === +due);
    if (begun === undefined) return;
    begun.outcome =
      event.error === null
        ? { kind: 'ended', exitCode, durationMs }
        : { kind: 'failed', error: event.error.message };
  }
}
