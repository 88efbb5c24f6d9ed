import { timerDelay } from '../core/timer.ts';

/** Time as the lifecycle rooms see it, so that tests can turn the hands. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /**
   * Runs `run` once after `ms`, unless the returned function is called before. It keeps the process alive only where
   * somebody awaits it (`awaited`).
   */
  after(ms: number, run: () => void, options?: { awaited?: boolean }): () => void;
}

/** The wall clock and Node's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run, { awaited = false } = {}) => {
    const timer = setTimeout(run, timerDelay(Math.max(0, ms)));
    if (!awaited) timer.unref();
    return () => clearTimeout(timer);
  },
};
