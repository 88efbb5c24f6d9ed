import type { FrameKind } from './demux.ts';
import type { Stamp } from './log-stamp.ts';

/** One line of output, without its newline. */
export class LogLine {
  readonly kind: FrameKind;
  /** False for a part of a line that is longer than `maxLineBytes` and for a last line that was not ended. */
  readonly ended: boolean;
  readonly #source: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #stamp: Stamp | null;

  constructor(
    kind: FrameKind,
    ended: boolean,
    source: Buffer,
    start: number,
    end: number,
    stamp: Stamp | null,
  ) {
    this.kind = kind;
    this.ended = ended;
    this.#source = source;
    this.#start = start;
    this.#end = end;
    this.#stamp = stamp;
  }

  /** The line as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  get text(): string {
    return this.#source.toString('utf8', this.#start, this.#end);
  }

  /** A view of the chunk that the line came in, which stays in memory as long as the view does. */
  get bytes(): Buffer {
    return this.#source.subarray(this.#start, this.#end);
  }

  /** When the engine saw the line, to the millisecond; null without `timestamps`. */
  get time(): Date | null {
    return this.#stamp === null ? null : new Date(this.#stamp.seconds + Math.floor(this.#stamp.nanos / 1e6));
  }

  /** The part of `time`'s second, in nanoseconds: 0 to 999 999 999. */
  get nanos(): number {
    return this.#stamp?.nanos ?? 0;
  }
}
