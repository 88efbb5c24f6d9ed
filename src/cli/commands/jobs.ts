import type { JobOutcome, JobStatus, ScheduledRun } from '../../boot/index.ts';
import type { Invocation } from '../declaration.ts';
import { placed } from '../isolation.ts';
import type { Column } from '../output/table.ts';
import { took } from '../output/time.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';

export interface JobsOptions {
  runs: boolean;
}

/** Lists the jobs of the project: when each is due, and how its last run by schedule went; or all such runs. */
export async function jobs({ context, words, options }: Invocation<JobsOptions>): Promise<undefined> {
  const { output, signal } = context;
  const { project } = await placed(context, await requireProject(context));
  const { listJobs } = await import('../../boot/index.ts');
  const names = words.length === 0 ? undefined : words;
  const rows = await listJobs(await context.backend(), project, { jobs: names, signal });
  if (options.runs) {
    const runs = rows.flatMap((row) => row.runs).sort((a, b) => a.at.getTime() - b.at.getTime());
    output.list(runColumns, runs, (run) => run);
  } else output.list(columns, rows, ({ runs, ...row }) => ({ ...row, lastRun: runs.at(-1) ?? null }));
}

const columns: readonly Column<JobStatus>[] = [
  { title: t('column.job'), value: ({ name }) => name },
  { title: t('column.schedule'), value: scheduleText, shrinkTo: 12 },
  { title: t('column.next'), value: ({ schedules }) => second(soonest(schedules)) },
  { title: t('column.lastRun'), value: ({ runs }) => second(runs.at(-1)?.at) },
  { title: t('column.result'), value: ({ runs }) => resultText(runs.at(-1)), shrinkTo: 12 },
];

const runColumns: readonly Column<ScheduledRun>[] = [
  { title: t('column.job'), value: ({ job }) => job },
  { title: t('column.due'), value: ({ due }) => second(due) },
  { title: t('column.started'), value: ({ at, outcome }) => (outcome.kind === 'skipped' ? '' : second(at)) },
  { title: t('column.result'), value: resultText, shrinkTo: 12 },
];

function scheduleText({ schedules, manual }: JobStatus): string {
  if (schedules.length === 0) return t(manual ? 'jobs.byHand' : 'jobs.never');
  return schedules.map(({ cron, timezone }) => (timezone ? `${cron} (${timezone})` : cron)).join(', ');
}

function soonest(schedules: JobStatus['schedules']): Date | undefined {
  return schedules
    .flatMap(({ next }) => next ?? [])
    .sort((a, b) => a.getTime() - b.getTime())
    .at(0);
}

/** As `wherry serve` tells times, to the second. */
function second(time: Date | undefined): string {
  return time?.toISOString().replace(/\.\d+Z$/, 'Z') ?? '';
}

function resultText(run: { outcome: JobOutcome } | undefined): string {
  const outcome = run?.outcome;
  switch (outcome?.kind) {
    case undefined:
      return '';
    case 'started':
      return t('jobs.started');
    case 'ended':
      return t('jobs.ended', { code: outcome.exitCode ?? '?', time: took(outcome.durationMs) });
    case 'failed':
      return t('jobs.failed', { reason: outcome.error });
    case 'skipped':
      return t(outcome.reason === 'running' ? 'jobs.running' : 'jobs.missed');
  }
}
