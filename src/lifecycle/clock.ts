import { timerDelay } from '../core/timer.ts';

/** Time as the lifecycle rooms see it, so that tests can turn the hands. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Runs `run` once after `ms`, unless the returned function is called before. It does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

/** The wall clock and Node's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, timerDelay(Math.max(0, ms)));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
