import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadProject } from '../../compose/index.ts';
import { memoryFiles } from '../../compose/memory-files.ts';
import { EventBus } from '../../core/index.ts';
import { JobScheduler } from './job-scheduler.ts';

const minute = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T00:00:30Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A scheduler of one job, whose runs last `lasts` ms, and what it tells. */
async function scheduling(
  schedule: object,
  { lasts = 1000, lastDue }: { lasts?: number; lastDue?: string } = {},
): Promise<{ scheduler: JobScheduler; story: string[] }> {
  const text = JSON.stringify({
    name: 'app',
    jobs: { tidy: { image: 'x', triggers: { schedule: [schedule] } } },
  });
  const { project } = await loadProject({
    workingDirectory: '/app',
    env: {},
    access: memoryFiles({ '/app/compose.yaml': text }),
  });
  const events = new EventBus();
  const story: string[] = [];
  events.subscribe({}, ({ type, time, data }) => {
    const due = 'due' in data ? data.due.toISOString().slice(11, 16) : '';
    const reason = 'reason' in data ? ` ${data.reason}` : '';
    story.push(`${time.toISOString().slice(11, 16)} ${type} ${due}${reason}`);
  });
  const scheduler = new JobScheduler({
    project: 'app',
    jobs: Object.values(project.jobs),
    run: async (_job, signal) => {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, lasts);
        signal.addEventListener('abort', () => resolve());
      });
      signal.throwIfAborted();
      return 0;
    },
    events,
    lastDue: () => (lastDue === undefined ? undefined : new Date(lastDue)),
  });
  return { scheduler, story };
}

describe('a schedule', () => {
  test('runs its job at its times, and no more once it is disposed', async () => {
    const { scheduler, story } = await scheduling({ cron: '*/2 * * * *', timezone: 'UTC' });
    scheduler.begin();
    expect(scheduler.upcoming()).toEqual([{ job: 'tidy', due: new Date('2026-01-01T00:02:00Z') }]);
    await vi.advanceTimersByTimeAsync(4 * minute);
    expect(story).toEqual([
      '00:02 job.started 00:02',
      '00:02 job.completed 00:02',
      '00:04 job.started 00:04',
      '00:04 job.completed 00:04',
    ]);
    await scheduler[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(4 * minute);
    expect(story).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves out a time while the last run is not over', async () => {
    const { scheduler, story } = await scheduling(
      { cron: '* * * * *', timezone: 'UTC' },
      { lasts: 1.5 * minute },
    );
    scheduler.begin();
    await vi.advanceTimersByTimeAsync(3 * minute);
    expect(story).toEqual([
      '00:01 job.started 00:01',
      '00:02 job.skipped 00:02 running',
      '00:02 job.completed 00:01',
      '00:03 job.started 00:03',
    ]);
    // One that runs is stopped, which is told.
    await scheduler[Symbol.asyncDispose]();
    expect(story.at(-1)).toBe('00:03 job.completed 00:03');
  });

  test('keeps a time for later when it is to queue', async () => {
    const schedule = { cron: '* * * * *', timezone: 'UTC', concurrency: 'queue' };
    const { scheduler, story } = await scheduling(schedule, { lasts: 1.5 * minute });
    scheduler.begin();
    await vi.advanceTimersByTimeAsync(3 * minute);
    expect(story).toEqual([
      '00:01 job.started 00:01',
      '00:02 job.completed 00:01',
      '00:02 job.started 00:02',
    ]);
    await scheduler[Symbol.asyncDispose]();
  });

  test.each([
    ['one', ['00:00 job.started 23:00', '00:00 job.completed 23:00']],
    ['skip', ['00:00 job.skipped 23:00 missed']],
  ])('makes up for missed times: %s', async (missed, expected) => {
    const schedule = { cron: '0 9-23 * * *', timezone: 'UTC', missed_fires: missed };
    const { scheduler, story } = await scheduling(schedule, { lastDue: '2025-12-31T09:00:00Z' });
    scheduler.begin();
    await vi.advanceTimersByTimeAsync(5000);
    expect(story).toEqual(expected);
    expect(scheduler.upcoming()).toEqual([{ job: 'tidy', due: new Date('2026-01-01T09:00:00Z') }]);
    await scheduler[Symbol.asyncDispose]();
  });
});
