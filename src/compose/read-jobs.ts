import { asWherryError } from '../core/index.ts';
import { decodeStruct } from './canonical/decode.ts';
import { jobShape } from './canonical/shapes-project.ts';
import { parseCrontab } from './crontab.ts';
import { boolean, filledText, listOf, oneOf, type Read } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { JobSchedule, JobTriggers } from './model-parts.ts';
import { serviceFields } from './read-service.ts';
import type { Reading } from './reading.ts';
import { emptyService, type ServiceDraft } from './service-draft.ts';
import type { Node, Path, Place } from './tree.ts';

/** A job as it was written. */
export interface JobDraft extends ServiceDraft {
  triggers?: JobTriggers;
}

const cron: Read<string> = (node, path, to) => {
  const line = filledText(node, path, to);
  if (line === undefined) return undefined;
  try {
    parseCrontab(line);
    return line;
  } catch (error) {
    const { message, hint } = asWherryError(error);
    return to.error('value', message, node, path, hint ?? undefined);
  }
};

const timezone: Read<string> = (node, path, to) => {
  const zone = filledText(node, path, to);
  if (zone === undefined) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return to.error('value', `"${zone}" is no time zone`, node, path, 'write one such as Europe/Paris');
  }
};

type ScheduleDraft = Omit<JobSchedule, 'cron'> & { cron?: string };
const setSchedule = setter<ScheduleDraft>();
const scheduleFields: Fields<ScheduleDraft> = {
  scope: 'jobs.*.triggers.schedule.[]',
  keys: {
    concurrency: setSchedule('concurrency', oneOf('forbid', 'queue')),
    cron: setSchedule('cron', cron),
    missed_fires: setSchedule('missedFires', oneOf('one', 'skip')),
    timezone: setSchedule('timezone', timezone),
  },
};

const readSchedule: Read<JobSchedule> = (node, path, to) => {
  const draft: ScheduleDraft = { concurrency: 'forbid', missedFires: 'one' };
  const read = readFields(draft, scheduleFields, node, path, to);
  if (read?.cron !== undefined) return { ...read, cron: read.cron };
  const silent = read === undefined || node.kind !== 'mapping' || node.entries.has('cron');
  return silent ? undefined : to.error('missing-key', 'needs a crontab line', node, path);
};

const setTrigger = setter<JobTriggers>();
const triggerFields: Fields<JobTriggers> = {
  scope: 'jobs.*.triggers',
  keys: { manual: setTrigger('manual', boolean), schedule: setTrigger('schedule', listOf(readSchedule)) },
};

const triggersHint =
  'say when it runs: triggers: { schedule: ["0 3 * * *"] }, or { manual: true } for `wherry run` alone';

const set = setter<JobDraft>();
const jobFields: Fields<JobDraft> = {
  scope: 'jobs.*',
  keys: {
    ...serviceFields.keys,
    triggers: set('triggers', (node, path, to) => {
      const read = readFields<JobTriggers>({ manual: true, schedule: [] }, triggerFields, node, path, to);
      if (node.kind === 'mapping' && node.entries.size === 0)
        to.error('missing-key', 'needs manual or schedule', node, path, triggersHint);
      return read;
    }),
  },
};

/** One of the `jobs`. */
export function readJob(
  name: string,
  place: Place,
  node: Node,
  path: Path,
  to: Reading,
): JobDraft | undefined {
  const draft: JobDraft = emptyService(name, place, decodeStruct(node, jobShape));
  const read = readFields(draft, jobFields, node, path, to);
  if (read === undefined || node.kind !== 'mapping') return undefined;
  const { entries } = node;
  if (!entries.has('triggers')) to.error('missing-key', 'needs triggers', place, path, triggersHint);
  to.mark(read.origin, place, path);
  return read;
}
