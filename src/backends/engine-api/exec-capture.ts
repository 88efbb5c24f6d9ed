import { cancelled, WherryError } from '../../core/errors.ts';
import type { CaptureOptions, ExecProcess, ExecResult } from '../../core/streams.ts';
import { timerDelay } from '../../core/timer.ts';
import { checkExec } from '../../core/validate-exec.ts';

const DEFAULT_MAX_OUTPUT = 10 * 1024 * 1024;
/** How long a killed process may take to let go of its output. */
const KILL_GRACE_MS = 1000;

/** An exec that can be ended; the promise tells whether a signal was sent. */
export interface KillableExec extends ExecProcess {
  kill(): Promise<boolean>;
}

/** `Backend.execCapture` on top of an exec that ends when the signal fires. */
export async function captureExec(
  start: (signal: AbortSignal) => Promise<KillableExec>,
  options: CaptureOptions,
): Promise<ExecResult> {
  if (options.stdin === true) {
    throw new WherryError('INVALID', 'a captured process cannot be written to while it runs', {
      hint: 'give its whole input as `stdin`, or use `exec`',
    });
  }
  checkExec(options);
  const { maxOutput = DEFAULT_MAX_OUTPUT, timeout, signal } = options;
  const startedAt = performance.now();
  const limit = new TimeLimit(timeout);
  const stdout = new Capture(maxOutput);
  const stderr = new Capture(maxOutput);
  let exitCode: number | null = null;
  try {
    const process = await start(
      signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
    );
    limit.killFirst(process);
    for await (const chunk of process) (chunk.kind === 'stderr' ? stderr : stdout).add(chunk.data);
    exitCode = await process.exitCode();
  } catch (error) {
    if (signal?.aborted) throw cancelled(signal);
    if (!limit.signal.aborted) throw error;
  } finally {
    limit.stop();
  }
  return {
    exitCode: limit.passed ? null : exitCode,
    signal: limit.sentSignal ? 'SIGKILL' : null,
    stdout: stdout.text(),
    stderr: stderr.text(),
    timedOut: limit.passed,
    truncated: stdout.truncated || stderr.truncated,
    durationMs: performance.now() - startedAt,
  };
}

/** The time limit of a capture: kills the process, so that all it wrote is still read, then cuts what is left. */
class TimeLimit {
  readonly #cut: AbortController = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #process: KillableExec | undefined;
  passed = false;
  sentSignal = false;

  constructor(milliseconds: number | undefined) {
    if (milliseconds !== undefined) this.#timer = setTimeout(() => this.#pass(), timerDelay(milliseconds));
  }

  /** Fires when there is nothing (more) to be killed gently. */
  get signal(): AbortSignal {
    return this.#cut.signal;
  }

  killFirst(process: KillableExec): void {
    this.#process = process;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #pass(): void {
    this.passed = true;
    if (this.#process === undefined) {
      this.#cut.abort();
      return;
    }
    this.#timer = setTimeout(() => this.#cut.abort(), KILL_GRACE_MS);
    this.#process.kill().then(
      (sent) => {
        this.sentSignal = sent;
      },
      () => undefined,
    );
  }
}

class Capture {
  readonly #limit: number;
  readonly #parts: Uint8Array[] = [];
  #size = 0;
  truncated = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(data: Uint8Array): void {
    const room = this.#limit - this.#size;
    if (data.length > room) this.truncated = true;
    if (room <= 0) return;
    const kept = data.subarray(0, room);
    this.#parts.push(kept);
    this.#size += kept.length;
  }

  text(): string {
    return Buffer.concat(this.#parts).toString('utf8');
  }
}
