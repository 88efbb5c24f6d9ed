import { isWherryError, throwIfAborted } from '../../core/errors.ts';
import { pause } from './pause.ts';

const WAIT_MS = 200;
const LONGEST_WAIT_MS = 60_000;

/**
 * Docker walks its stores (prunes, disk use) one call of a kind at a time and refuses a second: it waits here for its
 * turn, a minute at the most.
 */
export async function inTurn<T>(walk: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (const began = performance.now(); ; ) {
    try {
      return await walk();
    } catch (error) {
      const isTaken = isWherryError(error) && /operation is already running/i.test(error.message);
      if (!isTaken || performance.now() - began > LONGEST_WAIT_MS) throw error;
    }
    await pause(WAIT_MS, signal ?? new AbortController().signal);
    throwIfAborted(signal);
  }
}
