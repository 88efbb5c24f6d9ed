import type { Event } from '../../core/events.ts';
import { readHistory } from '../../history/index.ts';
import type { Context } from '../context.ts';
import { printable } from '../output/width.ts';

export interface EventsHistoryOptions {
  history: string;
  since: Date | undefined;
  until: Date | undefined;
  /** Types of events; empty is all. */
  types: readonly string[];
  /** Services, containers or projects; empty is all. */
  names: readonly string[];
}

/** Prints the lifecycle events that a history file has, and ends. */
export async function printHistory(context: Context, options: EventsHistoryOptions): Promise<undefined> {
  const { output, signal } = context;
  const { history, since, until, types, names } = options;
  for await (const event of readHistory(history, { since, until, signal })) {
    if (types.length > 0 && !types.includes(event.type)) continue;
    if (names.length > 0 && !subjects(event).some((subject) => names.includes(subject))) continue;
    if (output.json) output.value(event, 'line');
    else output.line(historyLine(event));
  }
}

function subjects({ name, data }: Event): readonly string[] {
  return [
    name,
    ...('id' in data ? [data.id, data.name] : []),
    ...('project' in data ? [data.project ?? ''] : []),
  ];
}

function historyLine({ time, type, name, source, data, error }: Event): string {
  const facts = [`source=${source}`];
  if ('exitCode' in data) facts.push(`exitCode=${data.exitCode ?? '?'}`);
  if ('to' in data) facts.push(`to=${data.to}`);
  const reason = error === null ? '' : `: ${error.message}`;
  return printable(`${time.toISOString()} ${type} ${name} (${facts.join(', ')})${reason}`);
}
