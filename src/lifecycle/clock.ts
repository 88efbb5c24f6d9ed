/** Time as the lifecycle rooms see it, so that tests can turn the hands. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Runs `run` once after `ms`, unless the returned function is called before. It does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}

/** Longest time that a timer of Node's can take; longer ones fire at once. */
const longest = 2 ** 31 - 1;

/** The wall clock and Node's timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), longest));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
