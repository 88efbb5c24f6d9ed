import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Project } from '../../compose/index.ts';
import { type Backend, EventBus } from '../../core/index.ts';
import { recordHistory } from '../../history/index.ts';
import { claim } from '../claim.ts';
import type { BootOptions } from '../options.ts';
import { nameOf, ownDirectory, runtimeDirectory } from '../runtime-directory.ts';
import { jobEvents } from './job-events.ts';
import { JobScheduler } from './job-scheduler.ts';
import { runJob } from './run-job.ts';

export interface ServeJobsOptions extends Omit<BootOptions, 'signal'> {
  /** Where runs are recorded, and looked up at the next start. Default: {@link jobHistoryFile}. */
  history?: string | undefined;
}

/** The jobs of a project that run by themselves. */
export interface JobServer extends AsyncDisposable {
  /** When each job is due next, the soonest first. */
  upcoming(): readonly { job: string; due: Date }[];
}

/** The names of the jobs of a project that have a schedule. */
export function scheduledJobs(project: Project): readonly string[] {
  return Object.values(project.jobs).flatMap(({ name, triggers }) =>
    triggers.schedule.length > 0 ? [name] : [],
  );
}

/** Where the runs of a project's jobs on an engine are recorded: in `XDG_STATE_HOME`, else `~/.local/state`. */
export function jobHistoryFile(address: string, project: string): string {
  const state = process.env.XDG_STATE_HOME;
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  const place = createHash('sha256').update(address).digest('hex').slice(0, 12);
  return join(base, 'wherry', 'jobs', `${project}-${place}.ndjson`);
}

/**
 * Runs the scheduled jobs of a project until it is disposed, which stops those that run. Every run is told as `job.started`,
 * `job.completed` and `job.skipped` on `events`, and recorded. Fails with `INVALID` for a line that is no crontab line, `CONFLICT` when another
 * process runs them.
 */
export async function serveJobs(
  backend: Backend,
  project: Project,
  options: ServeJobsOptions = {},
): Promise<JobServer> {
  const { history = jobHistoryFile(backend.address, project.name) } = options;
  const events = options.events ?? new EventBus();
  const lock = jobsLock(backend.address, project.name);
  await ownDirectory(dirname(lock));
  const place = await claim(lock, `the jobs of ${project.name} are run`);
  try {
    return await begin(backend, project, { ...options, events, history }, place);
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

async function begin(
  backend: Backend,
  project: Project,
  options: ServeJobsOptions & { events: EventBus; history: string },
  place: AsyncDisposable,
): Promise<JobServer> {
  const { events, history, logger } = options;
  const last = await lastDues(history);
  const scheduler = new JobScheduler({
    project: project.name,
    jobs: Object.values(project.jobs),
    run: async (job, signal) => (await runJob(backend, project, job, { ...options, signal })).exitCode,
    events,
    lastDue: (job, cron) => last.get(`${job} ${cron}`),
  });
  const types = ['job.started', 'job.completed', 'job.skipped'] as const;
  const recorder = recordHistory(events, { file: history, types, logger });
  scheduler.begin();
  return {
    upcoming: () => scheduler.upcoming(),
    [Symbol.asyncDispose]: async () => {
      await scheduler[Symbol.asyncDispose]();
      await recorder[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Two processes would run each job twice. */
function jobsLock(address: string, project: string): string {
  return join(runtimeDirectory('serve'), `${nameOf(address, project)}.jobs.lock`);
}

/** When each crontab line of each job was last due. */
async function lastDues(file: string): Promise<ReadonlyMap<string, Date>> {
  const found = new Map<string, Date>();
  for await (const event of jobEvents(file)) {
    if (event.type === 'job.completed') continue;
    const { job, cron, due } = event.data;
    found.set(`${job} ${cron}`, due);
  }
  return found;
}
