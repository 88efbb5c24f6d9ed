import type { Job, JobSchedule } from '../../compose/index.ts';
import { asWherryError, type EventBus, WherryError } from '../../core/index.ts';
import { Cron } from './cron.ts';

export interface JobSchedulerOptions {
  project: string;
  jobs: readonly Job[];
  /** Runs a job to its end; resolves to its exit code. */
  run: (job: Job, signal: AbortSignal) => Promise<number>;
  events: EventBus;
  /** When a job was last due by a crontab line, as far as is known. */
  lastDue: (job: string, cron: string) => Date | undefined;
}

/** ms after which a time counts as missed: the machine slept, or nobody was there. */
const lateness = 60_000;
/** ms that a timer runs at most: clocks are set and machines sleep meanwhile. */
const longestTimer = 30_000;

interface Planned {
  job: Job;
  schedule: JobSchedule;
  cron: Cron;
  due: Date | null;
}

/** Runs jobs at the times of their schedules. A job never runs twice at once. */
export class JobScheduler implements AsyncDisposable {
  readonly #options: JobSchedulerOptions;
  readonly #planned: readonly Planned[];
  readonly #running = new Map<string, Promise<void>>();
  /** Times that wait for the end of a run, by job. */
  readonly #queued = new Map<string, { planned: Planned; due: Date }[]>();
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** Fails with `INVALID` for a line that is no crontab line. */
  constructor(options: JobSchedulerOptions) {
    this.#options = options;
    this.#planned = options.jobs.flatMap((job) =>
      job.triggers.schedule.map((schedule) => {
        const { cron: line, timezone } = schedule;
        return { job, schedule, cron: new Cron(line, { timezone }), due: null };
      }),
    );
  }

  /** When each job is due next, the soonest first. */
  upcoming(): readonly { job: string; due: Date }[] {
    return this.#planned
      .flatMap(({ job, due }) => (due === null ? [] : [{ job: job.name, due }]))
      .sort((a, b) => a.due.getTime() - b.due.getTime());
  }

  /** Begins; what was missed since the last known times is made up for once, or not, as each schedule says. */
  begin(): void {
    const now = new Date();
    for (const planned of this.#planned) {
      const last = this.#options.lastDue(planned.job.name, planned.schedule.cron);
      planned.due = planned.cron.next(last === undefined || last > now ? now : last);
    }
    this.#look();
  }

  /** No job starts from here on; those that run are stopped. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#queued.clear();
    this.#closing.abort(new WherryError('CANCELLED', 'no more jobs are run'));
    await Promise.all(this.#running.values());
  }

  #look(): void {
    const now = new Date();
    for (const planned of this.#planned) {
      if (planned.due !== null && planned.due <= now) this.#fire(planned, planned.due, now);
    }
    const soonest = Math.min(...this.#planned.map(({ due }) => due?.getTime() ?? Number.POSITIVE_INFINITY));
    if (soonest === Number.POSITIVE_INFINITY) return;
    const wait = Math.min(Math.max(soonest - Date.now(), 0), longestTimer);
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  /** Of several times that have passed it is the last one that counts. */
  #fire(planned: Planned, first: Date, now: Date): void {
    const due = planned.cron.latest(first, now);
    planned.due = planned.cron.next(due);
    const isMissed = now.getTime() - due.getTime() > lateness;
    if (isMissed && planned.schedule.missedFires === 'skip') this.#skip(planned, due, 'missed');
    else this.#start(planned, due);
  }

  #start(planned: Planned, due: Date): void {
    const { name } = planned.job;
    if (this.#running.has(name)) {
      if (planned.schedule.concurrency === 'forbid') this.#skip(planned, due, 'running');
      else this.#queued.set(name, [...(this.#queued.get(name) ?? []), { planned, due }]);
      return;
    }
    const run = this.#run(planned, due).finally(() => {
      this.#running.delete(name);
      const [next, ...rest] = this.#queued.get(name) ?? [];
      if (next === undefined || this.#closing.signal.aborted) return;
      this.#queued.set(name, rest);
      this.#start(next.planned, next.due);
    });
    this.#running.set(name, run);
  }

  /** Never rejects. */
  async #run(planned: Planned, due: Date): Promise<void> {
    const { events, run } = this.#options;
    const { job } = planned;
    const subject = this.#subject(planned, due);
    const began = performance.now();
    events.publish('job.started', 'jobs', job.name, subject);
    const end = (exitCode: number | null, error: WherryError | null): void => {
      const durationMs = performance.now() - began;
      events.publish('job.completed', 'jobs', job.name, { ...subject, exitCode, durationMs }, error);
    };
    try {
      end(await run(job, this.#closing.signal), null);
    } catch (error) {
      end(null, asWherryError(error));
    }
  }

  #skip(planned: Planned, due: Date, reason: 'running' | 'missed'): void {
    const subject = this.#subject(planned, due);
    this.#options.events.publish('job.skipped', 'jobs', planned.job.name, { ...subject, reason });
  }

  #subject({ job, schedule }: Planned, due: Date): { project: string; job: string; cron: string; due: Date } {
    return { project: this.#options.project, job: job.name, cron: schedule.cron, due };
  }
}
