import type { Frame, FrameKind } from './demux.ts';
import { flatten } from './flatten.ts';
import { LineStream, LONGEST_CODE_POINT } from './line-stream.ts';
import type { LogLine } from './log-line.ts';
import { NewlineFinder } from './newline-finder.ts';

export interface LogLineOptions {
  /** Whether the engine was asked to put an RFC 3339 time and a space before each line. Default: false. */
  timestamps?: boolean | undefined;
  /** Bytes after which a line is handed out in parts, so that memory stays bounded. Default: 1 MiB. */
  maxLineBytes?: number | undefined;
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
