import type { ContainerStatus, EngineHealth, PublishedPort } from '../../core/container.ts';

interface State {
  status: ContainerStatus;
  health: EngineHealth;
  exitCode: number | null;
}

/** `running (healthy)`, `exited (1)`, `created`. */
export function statusText({ status, health, exitCode }: State): string {
  if (status === 'exited' || status === 'dead') return exitCode === null ? status : `${status} (${exitCode})`;
  return health === 'none' || status === 'created' ? status : `${status} (${health})`;
}

/** Ports as docker writes them: `0.0.0.0:8080->80/tcp, 443/tcp`. */
export function portsText(ports: readonly PublishedPort[]): string {
  const sorted = [...ports].sort(
    (a, b) => a.target - b.target || (a.hostIp ?? '').localeCompare(b.hostIp ?? ''),
  );
  return [...new Set(sorted.map(portText))].join(', ');
}

/** `0.0.0.0:8080->80/tcp`, or `80/tcp` when it is not published. */
export function portText(port: PublishedPort): string {
  const target = `${port.target}/${port.protocol}`;
  return port.published === null ? target : `${hostAddress(port)}->${target}`;
}

/** `0.0.0.0:8080`, `[::]:8080`. */
export function hostAddress(port: PublishedPort): string {
  const host = port.hostIp ?? '0.0.0.0';
  return `${host.includes(':') ? `[${host}]` : host}:${port.published}`;
}

/** First 12 digits of an id, without its algorithm. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
