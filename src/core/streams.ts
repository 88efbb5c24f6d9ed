/** Which stream a piece of output came from; `merged` when the engine or a TTY does not keep them apart. */
export type OutputKind = 'stdout' | 'stderr' | 'merged';

/** A piece of raw output, cut anywhere. */
export interface OutputChunk {
  kind: OutputKind;
  data: Uint8Array;
}

/** One line of a container's log, without its line end. `time` is null when timestamps were not asked for or not kept. */
export interface LogRecord {
  kind: OutputKind;
  time: Date | null;
  /** Nanoseconds within the second beyond `time`'s milliseconds are kept here: RFC 3339 as the engine wrote it, or null. */
  timestamp: string | null;
  line: string;
}

export interface LogOptions {
  /** Keep the stream open for what comes. Default: false. */
  follow?: boolean;
  /** Only the last N lines. Default: all. */
  tail?: number | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** Ask the engine for the time of each line. Default: true. */
  timestamps?: boolean;
  /** Default: both. */
  streams?: readonly ('stdout' | 'stderr')[];
  signal?: AbortSignal | undefined;
}

/**
 * Log records, one at a time or in batches where speed counts. Leaving the loop closes the stream; errors surface on the
 * first `next()`. A stream is consumed once: as records, as `batches()` or as raw `chunks()`.
 */
export interface LogStream extends AsyncIterable<LogRecord> {
  batches(): AsyncIterable<readonly LogRecord[]>;
  /** The bytes as the container wrote them, with no timestamps (asked for or not). */
  chunks(): AsyncIterable<OutputChunk>;
}

/** A conversation with a process: what it writes comes out of the iterator, `stdin` goes in. */
export interface AttachedProcess extends AsyncIterable<OutputChunk>, AsyncDisposable {
  /** Writes to the process; resolves when the bytes left us (backpressure). */
  write(data: Uint8Array | string): Promise<void>;
  /** Half-close: the process sees end of file on its stdin, its output goes on. */
  end(): Promise<void>;
  /** Only with a TTY. */
  resize(size: TerminalSize): Promise<void>;
  /** Lets go of the process without ending it. */
  close(): void;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

export interface AttachOptions {
  /** Connect our end of stdin. Default: false. */
  stdin?: boolean;
  /** Also replay what was logged before. Default: false. */
  logs?: boolean;
  signal?: AbortSignal | undefined;
}

export interface ExecOptions {
  command: readonly string[];
  environment?: Readonly<Record<string, string>> | undefined;
  user?: string | undefined;
  workingDir?: string | undefined;
  privileged?: boolean;
  /** Give it a terminal: streams are merged then. Default: false. */
  tty?: boolean;
  /** Size of the terminal at the start. */
  size?: TerminalSize | undefined;
  /** `true` keeps stdin open for `write`; bytes are sent and closed. Default: no stdin. */
  stdin?: boolean | Uint8Array | string | AsyncIterable<Uint8Array | string>;
  /** Start it and do not wait: the process has neither output nor exit code for us. Default: false. */
  detach?: boolean;
  signal?: AbortSignal | undefined;
}

export interface CaptureOptions extends ExecOptions {
  /** ms after which it is killed where the engine can, and `timedOut` set. Default: none. */
  timeout?: number;
  /** Bytes kept of each stream; more sets `truncated`. Default: 10 MiB. */
  maxOutput?: number;
}

/** The end of a process, on success and failure alike. */
export interface ExecResult {
  /** Null when it did not exit by itself or the engine does not tell. */
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  /** Output beyond `maxOutput` was dropped. */
  truncated: boolean;
  durationMs: number;
}

/** A running exec. Its output is read once; `execCapture` is the way to have all of it at the end. */
export interface ExecProcess extends AttachedProcess {
  /** The engine's id of this exec. */
  readonly id: string;
  /** The exit code, once the process ended. */
  exitCode(): Promise<number | null>;
}
