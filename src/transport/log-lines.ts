import { ByteGatherer } from './bytes.ts';
import type { Frame, FrameKind } from './demux.ts';
import { flatten } from './flatten.ts';
import { LONGEST_STAMP, parseStamp, type Stamp } from './log-stamp.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
/** Docker's log copier splits longer lines at exactly this size, and stamps each part (moby daemon/logger/copier.go). */
const COPIER_SIZE = 16 * 1024;

const LONGEST_CODE_POINT = 4;

export interface LogLineOptions {
  /** Whether the engine was asked to put an RFC 3339 time and a space before each line. Default: false. */
  timestamps?: boolean | undefined;
  /** Bytes after which a line is handed out in parts, so that memory stays bounded. Default: 1 MiB. */
  maxLineBytes?: number | undefined;
}

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

/**
 * Turns frames into lines, each stream on its own. With `timestamps`, the engine's stamp is taken off every line, and
 * off every further part of a line that the engine had split (it stamps each part: docker/cli#4941); the parts are joined.
 */
export class LogLineSplitter {
  readonly #streams: Map<FrameKind, LineStream> = new Map();
  readonly #newlines: NewlineFinder = new NewlineFinder();
  readonly #timestamps: boolean;
  readonly #maxLineBytes: number;

  constructor(options: LogLineOptions = {}) {
    this.#timestamps = options.timestamps ?? false;
    this.#maxLineBytes = Math.max(options.maxLineBytes ?? 1024 * 1024, LONGEST_CODE_POINT);
  }

  /** The lines that `frames` complete, in the order of their ends. */
  push(frames: readonly Frame[]): LogLine[] {
    const lines: LogLine[] = [];
    for (const frame of frames) this.#stream(frame.kind).push(frame, lines);
    return lines;
  }

  /** What is left of lines that were not ended. */
  end(): LogLine[] {
    const lines: LogLine[] = [];
    for (const stream of this.#streams.values()) stream.end(lines);
    return lines;
  }

  #stream(kind: FrameKind): LineStream {
    let stream = this.#streams.get(kind);
    if (stream === undefined) {
      stream = new LineStream(kind, this.#newlines, this.#timestamps, this.#maxLineBytes);
      this.#streams.set(kind, stream);
    }
    return stream;
  }
}

/** The lines of a stream of frames, those of each batch together. */
export async function* logLineBatches(
  batches: AsyncIterable<readonly Frame[]>,
  options: LogLineOptions = {},
): AsyncGenerator<LogLine[], void, undefined> {
  const splitter = new LogLineSplitter(options);
  for await (const frames of batches) {
    const lines = splitter.push(frames);
    if (lines.length > 0) yield lines;
  }
  const lines = splitter.end();
  if (lines.length > 0) yield lines;
}

/** As {@link logLineBatches}, one by one. */
export function logLines(
  batches: AsyncIterable<readonly Frame[]>,
  options: LogLineOptions = {},
): AsyncIterableIterator<LogLine, void, undefined> {
  return flatten(logLineBatches(batches, options));
}

class LineStream {
  readonly #kind: FrameKind;
  readonly #newlines: NewlineFinder;
  readonly #timestamps: boolean;
  readonly #maxLineBytes: number;
  /** The line so far, when it began in an earlier piece. */
  readonly #line: ByteGatherer = new ByteGatherer();
  /** A stamp that is not complete yet. */
  readonly #partialStamp: ByteGatherer = new ByteGatherer();
  #stamp: Stamp | null = null;
  #atLineStart = true;
  #stampDue: boolean;
  /** Bytes of content since the last stamp. */
  #sinceStamp = 0;

  constructor(kind: FrameKind, newlines: NewlineFinder, timestamps: boolean, maxLineBytes: number) {
    this.#kind = kind;
    this.#newlines = newlines;
    this.#timestamps = timestamps;
    this.#maxLineBytes = maxLineBytes;
    this.#stampDue = timestamps;
  }

  push(frame: Frame, lines: LogLine[]): void {
    const { source, end } = frame;
    let at = frame.start;
    if (this.#timestamps && frame.first) {
      this.#giveUpStamp(lines);
      this.#stampDue = true;
    }
    while (at < end) {
      if (this.#stampDue) {
        at = this.#readStamp(source, at, end, lines);
        continue;
      }
      at = this.#readContent(source, at, this.#contentEnd(at, end), lines);
    }
  }

  end(lines: LogLine[]): void {
    this.#giveUpStamp(lines);
    if (this.#line.length > 0) this.#emitGathered(lines);
  }

  /** Without frames (a terminal), only its size tells where the engine has split a line and stamped the next part. */
  #contentEnd(at: number, end: number): number {
    if (!this.#timestamps || this.#kind !== 'merged') return end;
    return Math.min(end, at + COPIER_SIZE - this.#sinceStamp);
  }

  #readContent(source: Buffer, start: number, end: number, lines: LogLine[]): number {
    const newline = this.#newlines.find(source, start);
    if (newline === -1 || newline >= end) {
      this.#gather(source, start, end, lines);
      this.#sinceStamp += end - start;
      if (this.#timestamps && this.#kind === 'merged' && this.#sinceStamp === COPIER_SIZE)
        this.#stampDue = true;
      return end;
    }
    if (this.#line.length === 0 && newline - start <= this.#maxLineBytes) {
      lines.push(
        new LogLine(this.#kind, true, source, start, this.#trim(source, start, newline), this.#stamp),
      );
    } else {
      this.#gather(source, start, newline, lines);
      const line = this.#line.take();
      lines.push(new LogLine(this.#kind, true, line, 0, this.#trim(line, 0, line.length), this.#stamp));
    }
    this.#stamp = null;
    this.#atLineStart = true;
    this.#stampDue = this.#timestamps;
    this.#sinceStamp = 0;
    return newline + 1;
  }

  #readStamp(source: Buffer, start: number, end: number, lines: LogLine[]): number {
    const room = LONGEST_STAMP + 1 - this.#partialStamp.length;
    const limit = Math.min(end, start + room);
    let at = start;
    while (at < limit && isStampByte(source[at])) at += 1;
    if (at === end && at - start < room) {
      this.#partialStamp.append(source, start, end);
      return end;
    }
    if (at < limit && source[at] === SPACE) {
      const stamp = this.#takeStamp(source, start, at);
      if (stamp !== null) {
        if (this.#atLineStart) this.#stamp = stamp;
        this.#stampDue = false;
        this.#atLineStart = false;
        this.#sinceStamp = 0;
        return at + 1;
      }
    }
    // Not a stamp: what looked like the start of one is content.
    this.#giveUpStamp(lines);
    return start;
  }

  #takeStamp(source: Buffer, start: number, end: number): Stamp | null {
    if (this.#partialStamp.length === 0) return parseStamp(source, start, end);
    const partial = this.#partialStamp.take();
    const whole = Buffer.concat([partial, source.subarray(start, end)]);
    const stamp = parseStamp(whole, 0, whole.length);
    if (stamp === null) this.#partialStamp.append(partial, 0, partial.length);
    return stamp;
  }

  #giveUpStamp(lines: LogLine[]): void {
    this.#stampDue = false;
    if (this.#sinceStamp >= COPIER_SIZE) this.#sinceStamp = 0;
    if (this.#partialStamp.length === 0) return;
    const bytes = this.#partialStamp.take();
    this.#sinceStamp += bytes.length;
    this.#gather(bytes, 0, bytes.length, lines);
  }

  #gather(source: Buffer, start: number, end: number, lines: LogLine[]): void {
    this.#atLineStart = false;
    let at = start;
    while (at < end) {
      if (this.#line.length >= this.#maxLineBytes) this.#emitFull(lines);
      const next = Math.min(end, at + this.#maxLineBytes - this.#line.length);
      this.#line.append(source, at, next);
      at = next;
    }
  }

  /** Hands out a full line up to its last whole code point. */
  #emitFull(lines: LogLine[]): void {
    const bytes = this.#line.take();
    const cut = codePointBoundary(bytes);
    lines.push(new LogLine(this.#kind, false, bytes, 0, cut, this.#stamp));
    this.#line.append(bytes, cut, bytes.length);
  }

  #emitGathered(lines: LogLine[]): void {
    const bytes = this.#line.take();
    lines.push(new LogLine(this.#kind, false, bytes, 0, bytes.length, this.#stamp));
  }

  /** A terminal ends its lines with CR LF. */
  #trim(source: Buffer, start: number, end: number): number {
    return this.#kind === 'merged' && end > start && source[end - 1] === RETURN ? end - 1 : end;
  }
}

/** Finds newlines so that every byte of a chunk is searched once, however many frames the chunk holds. */
class NewlineFinder {
  #source: Buffer | undefined;
  #from = 0;
  #at = 0;

  find(source: Buffer, from: number): number {
    const known = this.#source === source && from >= this.#from && (this.#at === -1 || from <= this.#at);
    if (!known) {
      this.#source = source;
      this.#from = from;
      this.#at = source.indexOf(NEWLINE, from);
    }
    return this.#at;
  }
}

function isStampByte(byte: number | undefined): boolean {
  // Digits, `-`, `.`, `:`, `+`, `T` and `Z`.
  if (byte === undefined) return false;
  return (
    (byte >= 0x30 && byte <= 0x3a) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    byte === 0x54 ||
    byte === 0x5a
  );
}

/** The length of `bytes` without a code point that is not complete at its end. */
function codePointBoundary(bytes: Buffer): number {
  for (let back = 1; back < LONGEST_CODE_POINT && back < bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return size > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
