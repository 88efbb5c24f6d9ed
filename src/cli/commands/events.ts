import { composeLabel } from '../../core/compose-labels.ts';
import type { EngineEvent } from '../../core/engine-event.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { printable } from '../output/width.ts';
import { splitNames, unknownName } from '../targets.ts';
import { t } from '../text.ts';
import { peerEvent } from './peer-event.ts';

export interface EventsOptions {
  since: Date | undefined;
  until: Date | undefined;
  filter: readonly Filter[];
  history: string | undefined;
}

/** Prints what happens to containers, one line for each event, until it is stopped. */
export async function events({ context, words, options }: Invocation<EventsOptions>): Promise<undefined> {
  const { output, signal } = context;
  const { history, since, until } = options;
  if (history !== undefined) {
    const { printHistory } = await import('./events-history.ts');
    return printHistory(context, {
      history,
      since,
      until,
      types: valuesOf(options.filter, 'event'),
      names: words,
    });
  }
  const scope = await context.scope();
  const backend = await context.backend();
  const labels = valuesOf(options.filter, 'label');
  if (scope.kind === 'project' && context.role === 'compose') {
    const { containers: unknown, rows } = await splitNames(context, scope, words);
    const [name] = unknown;
    if (name !== undefined) throw unknownName(context, scope, name, rows);
  }
  if (scope.kind === 'project')
    labels.push(`${composeLabel.project}=${scope.name}`, `${composeLabel.oneOff}=False`);
  const containers = valuesOf(options.filter, 'container');
  const types = valuesOf(options.filter, 'event');
  const stream = backend.events({
    since,
    until,
    labels: labels.length > 0 ? labels : undefined,
    containers: containers.length > 0 ? containers : undefined,
    signal,
  });
  for await (const event of stream) {
    if (types.length > 0 && !types.includes(event.type)) continue;
    if (event.type !== 'resync' && words.length > 0 && !isAbout(event, words)) continue;
    if (output.json) output.value(scope.kind === 'project' ? peerEvent(event) : event, 'line');
    else output.line(eventLine(event));
  }
}

function isAbout(event: Exclude<EngineEvent, { type: 'resync' }>, names: readonly string[]): boolean {
  const service = event.subject.labels[composeLabel.service];
  return names.includes(event.subject.name) || (service !== undefined && names.includes(service));
}

function eventLine(event: EngineEvent): string {
  const time = event.time.toISOString();
  if (event.type === 'resync')
    return `${time} resync ${t('events.resync', { count: event.containers.length })}`;
  const { name, image } = event.subject;
  return `${time} ${event.type} ${printable(name)} (${[`image=${printable(image)}`, ...facts(event)].join(', ')})`;
}

function facts(event: EngineEvent): string[] {
  if (event.type === 'died') {
    return [`exitCode=${event.exitCode ?? '?'}`, ...(event.oomKilled === true ? ['oomKilled'] : [])];
  }
  if (event.type === 'health') return [`health=${event.health}`];
  return event.type === 'renamed' && event.previousName !== null
    ? [`previousName=${event.previousName}`]
    : [];
}
