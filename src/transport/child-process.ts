import type { ChildProcess } from 'node:child_process';
import { cancelled, throwIfAborted, WherryError } from '../core/errors.ts';
import { timerDelay } from '../core/timer.ts';
import { childProcess } from './builtin.ts';
import { errorCode, messageOf } from './connection-errors.ts';

export interface RunOptions {
  /** Given to the program's standard input, which is then closed. Default: nothing. */
  input?: string | Uint8Array | undefined;
  /** The whole environment. Default: ours. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  cwd?: string | undefined;
  /** Kills the program; {@link run} then rejects with `CANCELLED`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds after which the program is killed; the result then says `timedOut`. Default: no limit. */
  timeout?: number | undefined;
  /** Bytes kept of stdout and of stderr, each; the rest is read and dropped. Default: 1 MiB. */
  maxOutput?: number | undefined;
  /** Gets what the program writes to stdout as it comes; the result has none of it then. */
  onStdout?: ((chunk: Uint8Array) => void) | undefined;
}

export interface RunResult {
  /** Null when a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Whether output beyond `maxOutput` was dropped. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** How long a killed program's descendants may hold its output open before we stop waiting for them. */
const DRAIN_LIMIT_MS = 500;

/**
 * Runs a program to its end, without a shell; an exit code other than 0 is a result, not an error.
 * Errors: `NOT_FOUND` (no such program or directory), `PERMISSION` (not executable), `INVALID` (arguments that no program
 * can be given), `CANCELLED`.
 */
export function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> {
  const { signal, timeout, maxOutput = 1024 * 1024 } = options;
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
    throwIfAborted(signal);
    const started = performance.now();
    let child: ChildProcess;
    try {
      child = childProcess().spawn(file, args, {
        cwd: options.cwd,
        env: options.env as NodeJS.ProcessEnv | undefined,
        stdio: ['pipe', 'pipe', 'pipe'],
        shell: false,
        windowsHide: true,
      });
    } catch (error) {
      reject(spawnError(error, file));
      return;
    }
    const stdout = new BoundedCapture(maxOutput);
    const stderr = new BoundedCapture(maxOutput);
    let timedOut = false;
    let drain: NodeJS.Timeout | undefined;
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill();
          }, timerDelay(timeout));
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    const release = (): void => {
      clearTimeout(timer);
      clearTimeout(drain);
      signal?.removeEventListener('abort', kill);
    };
    signal?.addEventListener('abort', kill);
    child.on('error', (error) => {
      release();
      reject(spawnError(error, file));
    });
    child.on('exit', () => {
      if (!timedOut && signal?.aborted !== true) return;
      drain = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, DRAIN_LIMIT_MS);
    });
    child.on('close', (exitCode, exitSignal) => {
      release();
      if (signal?.aborted) {
        reject(cancelled(signal));
        return;
      }
      resolve({
        exitCode,
        signal: exitSignal,
        stdout: stdout.text(),
        stderr: stderr.text(),
        timedOut,
        truncated: stdout.truncated || stderr.truncated,
        durationMs: performance.now() - started,
      });
    });
    child.stdout?.on('data', options.onStdout ?? ((chunk: Buffer) => stdout.add(chunk)));
    child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
    // A program that exits without reading its input is no error.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}

class BoundedCapture {
  readonly #limit: number;
  readonly #parts: Buffer[] = [];
  #size = 0;
  truncated = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    const room = this.#limit - this.#size;
    if (chunk.length > room) this.truncated = true;
    if (room <= 0) return;
    this.#parts.push(chunk.subarray(0, room));
    this.#size += Math.min(chunk.length, room);
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('utf8');
  }
}

function spawnError(cause: unknown, file: string): WherryError {
  const code = errorCode(cause);
  if (code === 'ENOENT') {
    return new WherryError(
      'NOT_FOUND',
      `the program ${file} (or the directory to run it in) does not exist`,
      {
        hint: `Install ${file}, or put its directory on PATH.`,
        details: { file },
        cause,
      },
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new WherryError('PERMISSION', `the program ${file} may not be run by this user`, {
      hint: 'Check that the file is executable.',
      details: { file },
      cause,
    });
  }
  const isInput = code === 'E2BIG' || code?.startsWith('ERR_') === true;
  const message = `the program ${file} could not be started: ${messageOf(cause)}`;
  return new WherryError(isInput ? 'INVALID' : 'INTERNAL', message, {
    details: { file },
    cause,
  });
}
