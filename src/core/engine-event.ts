import type { ContainerSummary } from './container.ts';
import type { Event } from './events.ts';
/** What an engine reports of its containers, in the order in which it happened. Smaller than {@link Event}. */
export type EngineEvent =
  | { type: 'created'; subject: EventSubject; time: Date }
  | { type: 'started'; subject: EventSubject; time: Date }
  | { type: 'paused'; subject: EventSubject; time: Date }
  | { type: 'resumed'; subject: EventSubject; time: Date }
  | { type: 'health'; subject: EventSubject; time: Date; health: 'starting' | 'healthy' | 'unhealthy' }
  /** The kernel killed a process of it for want of memory; the main process may live on. */
  | { type: 'oom'; subject: EventSubject; time: Date }
  /** The main process ended. `exitCode` is null where the engine's event does not tell. */
  | { type: 'died'; subject: EventSubject; time: Date; exitCode: number | null; oomKilled: boolean | null }
  /** A stop that was asked for is complete. */
  | { type: 'stopped'; subject: EventSubject; time: Date }
  | { type: 'removed'; subject: EventSubject; time: Date }
  | { type: 'renamed'; subject: EventSubject; time: Date; previousName: string | null }
  /**
   * The stream had a gap (the engine restarted, the connection broke): events may be missing. `containers` is the list
   * as it is now; whoever keeps state compares it with what it knew.
   */
  | { type: 'resync'; time: Date; containers: readonly ContainerSummary[] };

export interface EventSubject {
  id: string;
  name: string;
  image: string;
  labels: Readonly<Record<string, string>>;
}

export interface EventOptions {
  /** Also what happened since then, as far as the engine remembers. Default: from now. */
  since?: Date | undefined;
  /** End the stream there. Default: never. */
  until?: Date | undefined;
  /** Only these containers (ids or exact names). */
  containers?: readonly string[] | undefined;
  /** Only containers with these labels (`key` or `key=value`). */
  labels?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}
