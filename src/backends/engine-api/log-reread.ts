import { isWherryError } from '../../core/errors.ts';
import type { Frame } from '../../transport/demux.ts';
import { LogBell } from './log-bell.ts';
import { type Entry, frameOf, type ReadStamped, stampedEntries } from './log-rest.ts';
import { pause } from './pause.ts';

const GATHER_MS = 100;

export interface RereadOptions {
  stamps: boolean;
  /** Only the last N lines of what is there at the start. */
  tail: number | undefined;
  signal: AbortSignal | undefined;
  /** Ends the log when it fires, as the end of the container does. */
  end: AbortSignal | undefined;
  /** Resolves when the run of the container is over; never, or rejects, where that is not known. */
  runEnds: (signal: AbortSignal) => Promise<void>;
}

/**
 * A followed log of an engine whose own following loses lines, though a plain read does not: Podman's. The followed one
 * only tells that there is something new; what it is, is read. Its timestamps have whole seconds, so that the
 * last second is read again and what was told of it is left out.
 */
export async function* followByReading(
  read: ReadStamped,
  { stamps, tail, signal, end, runEnds }: RereadOptions,
): AsyncGenerator<Frame[], void, undefined> {
  const position = new SecondPosition();
  if (tail === 0) await skipAll(read, position);
  const first = tail === 0 ? undefined : tail;
  const bell = new LogBell(read, { tail: tail === 0 ? 1 : tail, end, runEnds });
  try {
    for (let isOpen = true; isOpen; ) {
      isOpen = await bell.rings();
      const entries = position.isAtStart ? beginning(read, first, position) : news(read, position);
      for await (const batch of entries) yield batch.map((entry) => frameOf(entry, stamps));
      if (isOpen) await pause(GATHER_MS, signal ?? new AbortController().signal);
    }
  } catch (error) {
    // Removed in the meantime, and its log with it.
    if (!isWherryError(error, 'NOT_FOUND') || position.isAtStart) throw error;
  } finally {
    bell.stop();
  }
}

/** What there is at the start. */
async function* beginning(
  read: ReadStamped,
  tail: number | undefined,
  position: SecondPosition,
): AsyncGenerator<Entry[]> {
  if (tail === undefined) {
    for await (const entries of stampedEntries(read({ follow: false }))) yield position.newOf(entries);
    return;
  }
  const last = await lastLines(stampedEntries(read({ follow: false })), tail);
  const [first] = last;
  const second = secondOf(last.findLast(({ stamp }) => stamp !== null));
  if (first === undefined || second === undefined || secondOf(first) !== second) {
    yield position.newOf(last);
    return;
  }
  // All lines are of one second, which may have had more before them: of all of it, the last are taken.
  const whole: Entry[] = [];
  for await (const entries of stampedEntries(read({ follow: false, since: justBefore(second) }))) {
    whole.push(...position.newOf(entries));
  }
  yield whole.slice(startOfLast(whole, tail));
}

/** Moves behind what there is. */
async function skipAll(read: ReadStamped, position: SecondPosition): Promise<void> {
  const [last] = await lastLines(stampedEntries(read({ follow: false, tail: 1 })), 1);
  const second = secondOf(last);
  if (second === undefined) return;
  const entries = stampedEntries(read({ follow: false, since: justBefore(second) }));
  for await (const batch of entries) position.newOf(batch);
}

/** What came since the last reading. */
async function* news(read: ReadStamped, position: SecondPosition): AsyncGenerator<Entry[]> {
  const { second } = position;
  position.readAgain();
  for await (const entries of stampedEntries(read({ follow: false, since: justBefore(second) }))) {
    const fresh = position.newOf(entries);
    if (fresh.length > 0) yield fresh;
  }
}

async function lastLines(batches: AsyncIterable<Entry[]>, tail: number): Promise<Entry[]> {
  const all: Entry[] = [];
  for await (const entries of batches) all.push(...entries);
  return all.slice(startOfLast(all, tail));
}

/** Where the last `count` lines begin; a long line is several entries. */
function startOfLast(entries: readonly Entry[], count: number): number {
  let left = count;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    if (entries[index]?.stamp === null) continue;
    left -= 1;
    if (left === 0) return index;
  }
  return 0;
}

/** How far a log was read: the last second, and how many lines of it were told. */
class SecondPosition {
  second = '';
  #told = 0;
  #skip = 0;
  #skipping = false;

  get isAtStart(): boolean {
    return this.second === '';
  }

  /** The next entries are those of the last second from its beginning. */
  readAgain(): void {
    this.#skip = this.#told;
  }

  newOf(entries: readonly Entry[]): Entry[] {
    return entries.filter((entry) => this.#isNew(entry));
  }

  #isNew(entry: Entry): boolean {
    const second = secondOf(entry);
    // A further piece of a long line belongs to its first one.
    if (second === undefined) return !this.#skipping;
    this.#skipping = this.#skip > 0;
    if (this.#skipping) {
      this.#skip -= 1;
      return false;
    }
    this.#told = second === this.second ? this.#told + 1 : 1;
    this.second = second;
    return true;
  }
}

function secondOf(entry: Entry | undefined): string | undefined {
  return entry?.stamp?.slice(0, 19);
}

/** Seconds with nanoseconds, just before a moment such as `2026-01-31T12:00:00`. */
function justBefore(moment: string): string {
  return `${Date.parse(`${moment}Z`) / 1000 - 1}.999999999`;
}
