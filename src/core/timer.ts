/** ms; a timer of Node's that is to take longer fires at once. */
const longest = 2 ** 31 - 1;

/** `ms` for a timer of Node's, which takes at most some 24 days: what is longer, and what has no end, is as long as that. */
export function timerDelay(ms: number): number {
  return Math.min(Math.ceil(ms), longest);
}

/** A signal that fires after `ms`; not within some 24 days where `ms` is longer. */
export function firesAfter(ms: number): AbortSignal {
  return AbortSignal.timeout(timerDelay(Math.max(0, ms)));
}
