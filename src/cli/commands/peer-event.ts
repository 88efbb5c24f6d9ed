import { composeLabel } from '../../core/compose-labels.ts';
import type { EngineEvent } from '../../core/engine-event.ts';

const actions: Readonly<Record<Exclude<EngineEvent['type'], 'health' | 'resync'>, string>> = {
  created: 'create',
  started: 'start',
  paused: 'pause',
  resumed: 'unpause',
  oom: 'oom',
  died: 'die',
  stopped: 'stop',
  removed: 'destroy',
  renamed: 'rename',
};

/**
 * An event of a project's container as `docker compose events --json` prints it. A gap in the stream, which docker
 * compose does not tell of, has `type` `engine` and `action` `resync`.
 */
export function peerEvent(event: EngineEvent): object {
  const time = event.time.toISOString();
  if (event.type === 'resync')
    return { action: 'resync', attributes: {}, id: '', service: '', time, type: 'engine' };
  const { id, name, image, labels } = event.subject;
  const own = Object.entries(labels).filter(([key]) => !key.startsWith('com.docker.compose.'));
  return {
    action: event.type === 'health' ? `health_status: ${event.health}` : actions[event.type],
    attributes: { ...Object.fromEntries(own), ...facts(event), image, name },
    id,
    service: labels[composeLabel.service] ?? '',
    time,
    type: 'container',
  };
}

function facts(event: EngineEvent): Record<string, string> {
  if (event.type === 'died') return event.exitCode === null ? {} : { exitCode: String(event.exitCode) };
  if (event.type === 'renamed') return event.previousName === null ? {} : { oldName: event.previousName };
  return {};
}
