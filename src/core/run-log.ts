import type { ContainerInfo } from './container.ts';

/** Engines wait at least this long before they restart a container. */
const RESTART_DELAY_MS = 100;

/**
 * From when on log lines belong to the present or last run; undefined when all of them do. Engines note the start after
 * the process has begun, so its first lines may be older than `startedAt`, and it may even have ended before; and the last
 * lines of the run before may be stamped a little after its end. So the line is drawn in the middle of the time between
 * two runs where both are known.
 */
export function runLogStart(
  run: Pick<ContainerInfo, 'startedAt' | 'finishedAt' | 'status'>,
): Date | undefined {
  const { startedAt, finishedAt, status } = run;
  if (startedAt === null || finishedAt === null) return undefined;
  const start = startedAt.getTime();
  const end = finishedAt.getTime();
  const goesOn = status === 'running' || status === 'paused' || status === 'stopping';
  if (goesOn && end < start) return new Date(end + (start - end) / 2);
  return new Date(Math.min(start, end - Math.max(0, start - end)) - RESTART_DELAY_MS);
}
