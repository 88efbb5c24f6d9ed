/** Time as the monitor sees it, so that tests can turn the hands. */
export interface MonitorClock {
  now(): Date;
  /** ms that only grow, whatever happens to the wall clock. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The wall clock and Node's timers. */
export const systemClock: MonitorClock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
    }),
};
