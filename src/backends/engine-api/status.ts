import type { ContainerStatus, EngineHealth } from '../../core/container.ts';

const statuses: Readonly<Record<string, ContainerStatus>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  restarting: 'starting',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  removing: 'stopping',
  exited: 'exited',
  stopped: 'exited',
  dead: 'dead',
};

/** The engine's words (Docker's and Podman's) in our vocabulary. */
export function containerStatus(word: string | undefined): ContainerStatus {
  return statuses[word?.toLowerCase() ?? ''] ?? 'unknown';
}

export function engineHealth(word: string | undefined): EngineHealth {
  switch (word?.toLowerCase()) {
    case 'starting':
    case 'healthy':
    case 'unhealthy':
      return word.toLowerCase() as EngineHealth;
    default:
      return 'none';
  }
}

/** A time of the engine; null for Go's zero time, which it writes for "never". */
export function engineTime(text: string | undefined): Date | null {
  if (text === undefined || text === '' || text.startsWith('0001-01-01')) return null;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? null : time;
}
