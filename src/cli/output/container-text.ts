import type { ContainerStatus, EngineHealth, PublishedPort } from '../../core/container.ts';
import { bracketed } from '../../core/host-port.ts';

interface State {
  status: ContainerStatus;
  health: EngineHealth;
  exitCode: number | null;
  statusText?: string;
}

/** `Up 3 minutes (healthy)`, `Exited (1) 2 hours ago`; without the times where the engine's list has none. */
export function statusText({ status, health, exitCode, statusText: words = '' }: State): string {
  const since = /^(?:Up|Exited \(-?\d+\)) (.+?)(?: \([^)]*\))?$/.exec(words)?.[1];
  if (status === 'exited' || status === 'dead') {
    const end = exitCode === null ? capital(status) : `${capital(status)} (${exitCode})`;
    return since === undefined ? end : `${end} ${since}`;
  }
  if (status === 'starting') return words.startsWith('Restarting') ? words : 'Restarting';
  if (status !== 'running' && status !== 'paused') return capital(status);
  const run = since === undefined ? capital(status) : `Up ${since}`;
  if (status === 'paused') return since === undefined ? run : `${run} (paused)`;
  if (health === 'none') return run;
  return health === 'starting' ? `${run} (health: starting)` : `${run} (${health})`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** `0.0.0.0:8080`, `[::]:8080`. */
export function hostAddress(port: PublishedPort): string {
  const host = port.hostIp ?? '0.0.0.0';
  return `${bracketed(host)}:${port.published}`;
}

/** First 12 digits of an id, without its algorithm. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
