import type { Backend } from '../core/index.ts';
import type { ActivitySource } from './activity.ts';
import type { StartCall, StopCall } from './booter-options.ts';
import type { BootRetry } from './retry.ts';

/** What all services have. */
export interface ServiceSettings {
  /** Letters, digits, `_`, `.` and `-`, beginning with a letter or digit. */
  name: string;
  /** Services that are up before it starts and while it is up. Cycles are `INVALID`. */
  dependencies?: readonly string[] | undefined;
  /** Those with lower figures start sooner and stop later; equal ones side by side. Default: 0. */
  priority?: number | undefined;
  /** Started by the first `acquire`, not by `startAll`. Default: false: it is used only while it is up. */
  lazyBoot?: boolean | undefined;
  /** ms without use after which it is stopped; 0 is never. Only with `lazyBoot`. Default: 0. */
  idleTimeout?: number | undefined;
  /** Whose use counts for `idleTimeout` beside leases, such as the open connections of a proxy. */
  activity?: readonly ActivitySource[] | undefined;
  /** Leases out at a time; further ones wait in a queue. Default: no bound. */
  maxConcurrent?: number | undefined;
  retry?: BootRetry | undefined;
  whenAbandoned?: 'cancel' | 'finish' | undefined;
  /** Started again, with the pauses of `retry`, when it ended with an error. Default: false. */
  restartOnCrash?: boolean | undefined;
  /**
   * Resolves once the service is fit for use, such as `waitHealthy` of `wherry/health`; what it throws fails the start.
   * Default: what the engine's own health check says, where there is one.
   */
  health?: ((options: { signal: AbortSignal }) => Promise<unknown>) | undefined;
}

/** A service that the caller's own functions start and stop. */
export interface HookedService extends ServiceSettings {
  start(call: StartCall): Promise<unknown>;
  /** Of something that is down already: resolves at once. */
  stop?: ((call: StopCall) => Promise<unknown>) | undefined;
  /** Whether it runs, for `adopt`: since when, null when it does not. Default: nobody knows, so that nothing is adopted. */
  runningSince?: ((options: { signal?: AbortSignal | undefined }) => Promise<Date | null>) | undefined;
}

/** A container that exists on an engine. */
export interface ContainerService extends ServiceSettings {
  backend: Backend;
  /** Its id or exact name. By name it may be made anew meanwhile. */
  container: string;
  /** ms between stop signal and kill. Default: the container's own grace. */
  stopTimeout?: number | undefined;
  /** What becomes of it after `idleTimeout`. A paused one is back at once, and keeps its memory. Default: `stop`. */
  whenIdle?: 'stop' | 'pause' | undefined;
}

export type ServiceSpec = HookedService | ContainerService;
