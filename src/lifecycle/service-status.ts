import type { WherryError } from '../core/index.ts';
import type { SemaphoreFigures } from './semaphore.ts';
import type { LifecycleState, Transition } from './state-machine.ts';

/** A service at one moment. */
export interface ServiceStatus {
  name: string;
  state: LifecycleState;
  /** What its last check said; null while it is not up, or nobody checked. */
  healthy: boolean | null;
  /** Leases that are out. */
  activeUsers: number;
  /** Null without `maxConcurrent`. */
  queue: SemaphoreFigures | null;
  lastStarted: Date | null;
  lastStopped: Date | null;
  lastAcquired: Date | null;
  /** Null while it is in use or not up, and without `idleTimeout`. */
  idleSince: Date | null;
  /** When it will be stopped unless somebody uses it before. */
  stopsAt: Date | null;
  /** Why it is `failed`; null otherwise. */
  error: WherryError | null;
}

/** A transition of the service of that name. */
export interface ServiceTransition extends Transition {
  service: string;
}

/** What became of one service. */
export interface LifecycleRow {
  name: string;
  /** `running`: it was up already. */
  status: 'started' | 'running' | 'stopped' | 'failed';
  durationMs: number;
  error: WherryError | null;
}

/** The outcome of `startAll` and `shutdown`. */
export interface LifecycleSummary {
  rows: readonly LifecycleRow[];
  durationMs: number;
  /** No row failed. */
  ok: boolean;
}
