import type { EngineEvent, EventOptions } from '../../core/engine-event.ts';
import { matchesLabels } from './filters.ts';

type Wanted = Pick<EventOptions, 'containers' | 'labels'>;

/** `event` as a reader with these wishes sees it: null when it is not for him, a resync with only his containers. */
export function filteredEvent(event: EngineEvent, wanted: Wanted): EngineEvent | null {
  if (event.type !== 'resync') return isWanted(event.subject, wanted) ? event : null;
  return { ...event, containers: event.containers.filter((row) => isWanted(row, wanted)) };
}

function isWanted(
  subject: { id: string; name: string; labels: Readonly<Record<string, string>> },
  { containers = [], labels }: Wanted,
): boolean {
  const { id, name } = subject;
  const isNamed = (text: string): boolean =>
    text === name || text === id || (text.length >= 12 && id.startsWith(text));
  return (containers.length === 0 || containers.some(isNamed)) && matchesLabels(subject.labels, labels);
}
