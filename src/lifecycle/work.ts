import type { StartCall, StopCall } from './booter-options.ts';

/** How one kind of service is started, stopped and looked at. */
export interface Work {
  /** Resolves once it is fit for use. */
  start(call: StartCall): Promise<void>;
  stop(call: StopCall): Promise<void>;
  /** Since when it runs as far as is known; null when it does not. */
  runningSince(options: { signal?: AbortSignal | undefined }): Promise<Date | null>;
  /** Null while nobody knows. */
  readonly healthy: boolean | null;
  /** Still holds memory though it counts as stopped. */
  readonly isPaused: boolean;
}
