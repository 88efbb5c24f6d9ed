import { isWherryError } from '../../core/errors.ts';
import type { Frame } from '../../transport/demux.ts';
import { frameOf, type ReadStamped, stampedEntries } from './log-rest.ts';
import { pause } from './pause.ts';

const GATHER_MS = 100;

/**
 * A followed log of an engine whose own following loses lines, though a plain read does not: Podman's. The followed one
 * only tells that there is something new; what it is, is read. Its timestamps have whole seconds, so that the
 * last second is read again and what was told of it is left out.
 */
export async function* followByReading(
  read: ReadStamped,
  { stamps, signal }: { stamps: boolean; signal: AbortSignal | undefined },
): AsyncGenerator<Frame[], void, undefined> {
  const bell = read({ follow: true })[Symbol.asyncIterator]();
  let second = '';
  let told = 0;
  const news = async function* (): AsyncGenerator<Frame[], void, undefined> {
    let skip = told;
    const again = second === '' ? { follow: false } : { follow: false, since: justBefore(second) };
    for await (const entries of stampedEntries(read(again))) {
      const fresh: Frame[] = [];
      for (const entry of entries) {
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        const stamp = entry.stamp?.slice(0, 19) ?? second;
        told = stamp === second ? told + 1 : 1;
        second = stamp;
        fresh.push(frameOf(entry, stamps));
      }
      if (fresh.length > 0) yield fresh;
    }
  };
  try {
    for (let ring = await bell.next(); ring.done !== true; ring = await bell.next()) {
      yield* news();
      await pause(GATHER_MS, signal ?? new AbortController().signal);
    }
    yield* news();
  } catch (error) {
    // Removed in the meantime, and its log with it.
    if (!isWherryError(error, 'NOT_FOUND') || second === '') throw error;
  } finally {
    await bell.return?.();
  }
}

/** Seconds with nanoseconds, just before a moment such as `2026-01-31T12:00:00`. */
function justBefore(moment: string): string {
  return `${Date.parse(`${moment}Z`) / 1000 - 1}.999999999`;
}
