import { isWherryError } from '../../core/errors.ts';
import { Frame } from '../../transport/demux.ts';

/**
 * Reads a log with timestamps: followed, or what there is from `since` on (seconds with nanoseconds). `tail` is for this
 * reading; without it, and without `since`, the caller's own counts.
 */
export type ReadStamped = (how: {
  follow: boolean;
  since?: string;
  tail?: number | undefined;
  signal?: AbortSignal;
}) => AsyncIterable<Frame[]>;

const SPACE = 0x20;

/**
 * A followed log to its real end. Docker before 23 ends the stream when the container dies, though its last lines may
 * not have been sent (moby/moby#43860): so what lies behind the last entry is read once more. `stamps` tells
 * whether the caller wants the timestamps too.
 */
export async function* followToTheEnd(
  read: ReadStamped,
  { stamps }: { stamps: boolean },
): AsyncGenerator<Frame[], void, undefined> {
  const position = new LogPosition();
  for await (const entries of stampedEntries(read({ follow: true }))) {
    for (const { stamp } of entries) if (stamp !== null) position.moveTo(stamp);
    yield entries.map((entry) => frameOf(entry, stamps));
  }
  const { since } = position;
  if (since === undefined) return;
  try {
    for await (const entries of stampedEntries(read({ follow: false, since }))) {
      const fresh = entries.filter((entry) => position.isBehind(entry));
      if (fresh.length > 0) yield fresh.map((entry) => frameOf(entry, stamps));
    }
  } catch (error) {
    // Removed in the meantime (or just being so), and its log with it.
    if (!isWherryError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
  }
}

/** A frame, or a further piece of one; a first piece tells its timestamp and where its text begins. */
export interface Entry {
  frame: Frame;
  stamp: string | null;
  text: number;
}

/** How far a log was read: the time of the last entry, and how many entries have that time. */
class LogPosition {
  #last: string | undefined;
  #count = 0;
  #skipping = false;

  moveTo(stamp: string): void {
    this.#count = stamp === this.#last ? this.#count + 1 : 1;
    this.#last = stamp;
  }

  get since(): string | undefined {
    if (this.#last === undefined) return undefined;
    const fraction = /\.(\d+)/.exec(this.#last)?.[1] ?? '0';
    return `${Math.floor(Date.parse(this.#last) / 1000)}.${fraction.padEnd(9, '0')}`;
  }

  /** Whether an entry of the second reading was not in the first. */
  isBehind({ stamp }: Entry): boolean {
    if (stamp === null) return !this.#skipping;
    this.#skipping = stamp === this.#last && this.#count > 0;
    if (this.#skipping) this.#count -= 1;
    return !this.#skipping;
  }
}

export async function* stampedEntries(batches: AsyncIterable<Frame[]>): AsyncGenerator<Entry[]> {
  let cut: Frame | undefined;
  for await (const batch of batches) {
    const entries: Entry[] = [];
    for (const piece of batch) {
      const frame: Frame = cut === undefined ? piece : joined(cut, piece);
      cut = undefined;
      if (!frame.first) {
        entries.push({ frame, stamp: null, text: frame.start });
        continue;
      }
      const space = frame.bytes.indexOf(SPACE);
      if (space < 0) {
        cut = frame;
        continue;
      }
      const stamp = frame.bytes.toString('latin1', 0, space);
      entries.push({ frame, stamp, text: frame.start + space + 1 });
    }
    if (entries.length > 0) yield entries;
  }
}

/** A timestamp that was cut in two. */
function joined(first: Frame, second: Frame): Frame {
  const bytes = Buffer.concat([first.bytes, second.bytes]);
  return new Frame(first.kind, true, bytes, 0, bytes.length);
}

export function frameOf({ frame, text }: Entry, stamps: boolean): Frame {
  return stamps ? frame : new Frame(frame.kind, frame.first, frame.source, text, frame.end);
}
