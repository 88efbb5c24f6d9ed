import { timerDelay } from '../core/timer.ts';
/** A signal that fires after some time or with another signal, until it is let go. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
  /** The time passed before anything else. */
  readonly passed: boolean;
}

/**
 * As `AbortSignal.any` with `AbortSignal.timeout`, whose timers and links to a long-lived signal stay for some time after
 * a check: with a hundred checks a second that is much of the memory.
 */
export function timeLimit(ms: number, outer: AbortSignal | undefined): TimeLimit {
  const scope = new AbortController();
  let passed = false;
  const timer = setTimeout(() => {
    passed = !scope.signal.aborted;
    scope.abort(new DOMException('the time limit passed', 'TimeoutError'));
  }, timerDelay(ms));
  const follow = (): void => scope.abort(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: scope.signal,
    get passed() {
      return passed;
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}
