import { ByteGatherer } from './bytes.ts';
import type { Frame, FrameKind } from './demux.ts';
import { LogLine } from './log-line.ts';
import { isStampByte, LONGEST_STAMP, parseStamp, type Stamp } from './log-stamp.ts';
import type { NewlineFinder } from './newline-finder.ts';

const RETURN = 0x0d;
const SPACE = 0x20;
/** Docker's log copier splits longer lines at exactly this size, and stamps each part (moby daemon/logger/copier.go). */
const COPIER_SIZE = 16 * 1024;
export const LONGEST_CODE_POINT = 4;

/** Puts the lines of one stream together. */
export class LineStream {
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
