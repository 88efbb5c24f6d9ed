import type { Event, EventBus, EventOf } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { placed } from '../isolation.ts';
import type { Output } from '../output/output.ts';
import { took } from '../output/time.ts';
import { printable } from '../output/width.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';

type JobEvent = EventOf<'job.started' | 'job.completed' | 'job.skipped'>;

/** Runs the scheduled jobs of the project and tells of each, until it is disposed. */
export async function openJobs(context: Context, events: EventBus): Promise<AsyncDisposable> {
  const { project } = await placed(context, await requireProject(context));
  const { serveJobs } = await import('../../boot/index.ts');
  const { output, logger } = context;
  const types = ['job.started', 'job.completed', 'job.skipped'] as const;
  const leave = events.subscribe({ types }, (event) => tell(output, event));
  const jobs = await serveJobs(await context.backend(), project, { events, logger });
  for (const { job, due } of jobs.upcoming()) {
    if (output.json) output.value({ time: new Date(), kind: 'job.planned', job, due }, 'line');
    else output.line(`${output.paint('bold', job)}: ${t('serve.jobPlanned', { due: due.toISOString() })}`);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await jobs[Symbol.asyncDispose]();
      leave();
    },
  };
}

function tell(output: Output, event: Event): void {
  if (event.type !== 'job.started' && event.type !== 'job.completed' && event.type !== 'job.skipped') return;
  const { time, type, data, error } = event;
  if (output.json) output.value({ time, kind: type, ...data, error }, 'line');
  else output.line(`${output.paint('bold', data.job)}: ${printable(textOf(event))}`);
}

function textOf({ type, data, error }: JobEvent): string {
  switch (type) {
    case 'job.started':
      return t('serve.jobStarted', { due: data.due.toISOString() });
    case 'job.skipped':
      return t(data.reason === 'running' ? 'serve.jobRunning' : 'serve.jobMissed', {
        due: data.due.toISOString(),
      });
    case 'job.completed':
      return error === null
        ? t('serve.jobEnded', { code: data.exitCode ?? '?', time: took(data.durationMs) })
        : t('serve.jobFailed', { reason: error.message });
  }
}
