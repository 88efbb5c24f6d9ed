import type { Logger } from '../core/index.ts';
import type { Clock } from './clock.ts';
import type { BootRetry } from './retry.ts';

export interface StartCall {
  /** Fires when nobody waits for the start any more, or the service is stopped meanwhile. */
  signal: AbortSignal;
  /** 1 for the first try of this boot. */
  attempt: number;
}

export interface StopCall {
  /** `idle`: nobody used it; `failed`: its start failed and may have left something; `asked` otherwise. */
  reason: 'asked' | 'idle' | 'failed';
}

export interface LazyBooterOptions {
  /** For messages. */
  name: string;
  /** Resolves once the service is fit for use. */
  start(call: StartCall): Promise<void>;
  /** Resolves once it is down; of something that is down already, at once. Also called after a start that failed. */
  stop?: ((call: StopCall) => Promise<void>) | undefined;
  retry?: BootRetry | undefined;
  /** What becomes of a start when all who waited for it have left: end it (the default), or finish it for the next. */
  whenAbandoned?: 'cancel' | 'finish' | undefined;
  /** Called when a boot begins. Its promise settles with the boot, before those who wait for it. */
  onBoot?: ((outcome: Promise<void>) => void) | undefined;
  /** Called when a stop begins, with a promise that settles with it. */
  onStop?: ((outcome: Promise<void>) => void) | undefined;
  /** Transitions that are kept. Default: 50. */
  historySize?: number | undefined;
  clock?: Clock | undefined;
  /** 0 to 1, for the jitter. Default: `Math.random`. */
  random?: (() => number) | undefined;
  logger?: Logger | undefined;
}

export interface BooterStopOptions {
  /** ms for those who hold leases to release them. Default: 0. */
  drain?: number | undefined;
  /** Default: `asked`, which stops it also while it is used; `idle` leaves a service alone that is used. */
  reason?: 'asked' | 'idle' | undefined;
  /** Ends the wait for the stop; the stop itself goes on. */
  signal?: AbortSignal | undefined;
}
