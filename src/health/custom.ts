import type { Check } from './check.ts';
import type { CustomTarget } from './target.ts';

/** Calls the caller's function, and lets go of it at the time limit even when it ignores the signal. */
export const checkCustom: Check<CustomTarget> = async (target, { signal }) => {
  let abort: () => void = () => undefined;
  const limit = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    await Promise.race([target.check(signal), limit]);
    return { healthy: true, message: 'the check passed' };
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
