/**
 * What went wrong, as a stable string that callers switch on. Messages may change between releases, codes do not.
 *
 * | code | meaning |
 * |---|---|
 * | `NOT_FOUND` | the container, image, network, volume, file or key does not exist |
 * | `ALREADY_EXISTS` | the name is taken |
 * | `CONFLICT` | the thing exists but its state forbids the request (running, in use, paused …) |
 * | `PORT_TAKEN` | a host port is held by somebody else (`details.port`, `details.holder`) |
 * | `INVALID` | the input breaks its grammar or its rules (`details.problems`) |
 * | `UNSUPPORTED` | this engine cannot do it (`details.problems`, each with a reason) |
 * | `UNAVAILABLE` | the engine does not answer or cannot be reached |
 * | `PERMISSION` | the socket, file or registry refuses this user |
 * | `UNAUTHORIZED` | the registry wants other credentials |
 * | `TIMEOUT` | a deadline of ours passed |
 * | `CANCELLED` | the caller's AbortSignal fired |
 * | `IMAGE_PULL` | pulling or pushing failed |
 * | `BUILD_FAILED` | an image build failed (`details.log` has the last lines) |
 * | `EXIT` | a process ended with a code other than the wanted one (`details.exitCode`) |
 * | `UNHEALTHY` | a health gate was not passed (`details` has the last result and the last log lines) |
 * | `STREAM_CUT` | a stream ended before the engine said that it was complete |
 * | `PROTOCOL` | the peer sent something that its protocol does not allow |
 * | `NO_SPACE` | a disk is full |
 * | `ENGINE` | the engine failed in a way that has no code of its own (`details.status`) |
 * | `DEPENDENCY` | something that this depends on failed first (`details.dependency`) |
 * | `INTERNAL` | a fault of Wherry itself |
 */
export type ErrorCode =
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'CONFLICT'
  | 'PORT_TAKEN'
  | 'INVALID'
  | 'UNSUPPORTED'
  | 'UNAVAILABLE'
  | 'PERMISSION'
  | 'UNAUTHORIZED'
  | 'TIMEOUT'
  | 'CANCELLED'
  | 'IMAGE_PULL'
  | 'BUILD_FAILED'
  | 'EXIT'
  | 'UNHEALTHY'
  | 'STREAM_CUT'
  | 'PROTOCOL'
  | 'NO_SPACE'
  | 'ENGINE'
  | 'DEPENDENCY'
  | 'INTERNAL';

export interface ErrorFields {
  /** One sentence that tells how to fix it. */
  hint?: string | undefined;
  /** Machine-readable facts beside the message. Never holds secrets. */
  details?: Readonly<Record<string, unknown>> | undefined;
  cause?: unknown;
}

const mark = Symbol.for('wherry.error');

/** The one error type of Wherry: `code` for programs, `message` and `hint` for people, `details` for logs. */
export class WherryError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.hint = fields.hint;
    this.details = fields.details ?? {};
  }

  /** True for errors of any copy of this package, so that two installed versions recognise each other's errors. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && mark in value;
  }

  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      hint: this.hint,
      details: this.details,
    };
  }
}
WherryError.prototype.name = 'WherryError';
Object.defineProperty(WherryError.prototype, mark, { value: true });

/** Whether `error` is a {@link WherryError}, optionally one with one of these codes. */
export function isWherryError(error: unknown, ...codes: ErrorCode[]): error is WherryError {
  return error instanceof WherryError && (codes.length === 0 || codes.includes(error.code));
}

const codesOfSystem: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EFBIG: 'NO_SPACE',
  EACCES: 'PERMISSION',
  EPERM: 'PERMISSION',
  EROFS: 'PERMISSION',
};

const hintsOfSystem: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space on that disk',
  EDQUOT: 'free some space on that disk',
  EFBIG: 'raise the limit on the size of files (ulimit -f)',
};

/**
 * Names the file that the operating system had something against: `NO_SPACE` or `PERMISSION`. What says neither is
 * returned as it is.
 */
export function fileError(error: unknown, path: string): unknown {
  return refusalOfSystem(error, path) ?? error;
}

function refusalOfSystem(error: unknown, path?: string): WherryError | undefined {
  if (!(error instanceof Error) || error instanceof WherryError) return undefined;
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const code = Object.hasOwn(codesOfSystem, errno) ? codesOfSystem[errno] : undefined;
  if (code === undefined) return undefined;
  const said = error.message.replace(`${errno}: `, '');
  const message = path === undefined || said.includes(path) ? said : `${path}: ${said}`;
  return new WherryError(code, message, {
    hint: hintsOfSystem[errno],
    details: { errno, ...(path && { path }) },
    cause: error,
  });
}

/**
 * Makes a {@link WherryError} of whatever was thrown: itself, what the operating system says of a full disk or a lack of
 * rights (`NO_SPACE`, `PERMISSION`), or an `INTERNAL` one with it as the cause.
 */
export function asWherryError(error: unknown): WherryError {
  if (error instanceof WherryError) return error;
  const refusal = refusalOfSystem(error);
  if (refusal !== undefined) return refusal;
  const message = error instanceof Error ? error.message : String(error);
  return new WherryError('INTERNAL', message, { cause: error });
}

/** The error to throw when `signal` fired: its own reason when that is ours, else `CANCELLED` with it as the cause. */
export function cancelled(signal: AbortSignal): WherryError {
  const reason: unknown = signal.reason;
  if (reason instanceof WherryError) return reason;
  if (reason instanceof Error && reason.name === 'TimeoutError') {
    return new WherryError('TIMEOUT', 'the time limit of the call passed', { cause: reason });
  }
  return new WherryError('CANCELLED', 'the call was cancelled', { cause: reason });
}

/** Throws {@link cancelled} when `signal` has already fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal);
}
