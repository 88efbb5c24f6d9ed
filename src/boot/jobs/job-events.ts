import { type EventOf, isWherryError } from '../../core/index.ts';
import { readHistory } from '../../history/index.ts';

const types = ['job.started', 'job.completed', 'job.skipped'] as const;

export type JobEvent = EventOf<(typeof types)[number]>;

/** What a history tells of jobs, the oldest first; nothing where there is no history yet. */
export async function* jobEvents(file: string, signal?: AbortSignal): AsyncGenerator<JobEvent> {
  try {
    for await (const event of readHistory(file, { types, signal })) yield event as JobEvent;
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
  }
}
