import type { EngineEvent, EventSubject } from '../../core/engine-event.ts';
import type { EventRecord } from './records.ts';

/** Attributes that the engine puts among the labels of the container. */
const ownAttributes: ReadonlySet<string> = new Set([
  'name',
  'image',
  'exitCode',
  'containerExitCode',
  'execDuration',
  'execID',
  'signal',
  'oldName',
  'comment',
  'podId',
]);

/** An event of Docker's (or with Docker's words) as ours; null for what has no word in the contract, such as exec events. */
export function engineEvent(record: EventRecord): EngineEvent | null {
  const { Actor: actor, Action: action = '' } = record;
  if ((record.Type !== undefined && record.Type !== 'container') || !actor?.ID) return null;
  const attributes = actor.Attributes ?? {};
  const common = { subject: subjectOf(actor.ID, attributes), time: eventTime(record) };
  switch (action) {
    case 'create':
      return { type: 'created', ...common };
    case 'start':
      return { type: 'started', ...common };
    case 'pause':
      return { type: 'paused', ...common };
    case 'unpause':
      return { type: 'resumed', ...common };
    case 'oom':
      return { type: 'oom', ...common };
    case 'die':
      return { type: 'died', ...common, exitCode: exitCodeOf(attributes.exitCode), oomKilled: null };
    case 'stop':
      return { type: 'stopped', ...common };
    case 'destroy':
      return { type: 'removed', ...common };
    case 'rename':
      return {
        type: 'renamed',
        ...common,
        previousName: attributes.oldName?.replace(/^\//, '') || null,
      };
    default:
      return healthEvent(action, common);
  }
}

/** Distinguishes events of one container; equal for the same event after a reconnect. */
export function eventKey(record: EventRecord): string {
  return `${record.Actor?.ID}\n${record.Action}\n${record.timeNano ?? record.time}`;
}

/** Seconds with nanoseconds, as `since` wants them; null when the record has no time. */
export function eventMoment(record: EventRecord): string | null {
  if (record.timeNano !== undefined) {
    // JSON numbers of this size lose their last digits: rounded down to the microsecond, which never skips an event.
    const micros = Math.floor(record.timeNano / 1000) - 1;
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}000`;
  }
  return record.time === undefined ? null : String(record.time);
}

function healthEvent(action: string, common: { subject: EventSubject; time: Date }): EngineEvent | null {
  const health = /^health_status: ?(starting|healthy|unhealthy)$/.exec(action)?.[1];
  if (health !== 'starting' && health !== 'healthy' && health !== 'unhealthy') return null;
  return { type: 'health', ...common, health };
}

function subjectOf(id: string, attributes: Readonly<Record<string, string>>): EventSubject {
  const labels = Object.entries(attributes).filter(([key]) => !ownAttributes.has(key));
  return {
    id,
    name: (attributes.name ?? '').replace(/^\//, ''),
    image: attributes.image ?? '',
    labels: Object.fromEntries(labels),
  };
}

function eventTime(record: EventRecord): Date {
  // A JSON number of this size is exact to a fraction of a microsecond only.
  if (record.timeNano !== undefined) return new Date(Math.floor(Math.round(record.timeNano / 1000) / 1000));
  return new Date((record.time ?? 0) * 1000);
}

function exitCodeOf(text: string | undefined): number | null {
  const code = Number(text);
  return text === undefined || text === '' || Number.isNaN(code) ? null : code;
}
