import { cancelled, WherryError } from '../../core/errors.ts';
import type { CaptureOptions, ExecProcess, ExecResult } from '../../core/streams.ts';

const DEFAULT_MAX_OUTPUT = 10 * 1024 * 1024;

/** Starts an exec that ends when `signal` fires. */
export type StartExec = (signal: AbortSignal) => Promise<ExecProcess>;

/** `Backend.execCapture` on top of any `exec`. */
export async function captureExec(start: StartExec, options: CaptureOptions): Promise<ExecResult> {
  if (options.stdin === true) {
    throw new WherryError('INVALID', 'a captured process cannot be written to while it runs', {
      hint: 'give its whole input as `stdin`, or use `exec`',
    });
  }
  const { maxOutput = DEFAULT_MAX_OUTPUT, timeout, signal } = options;
  const startedAt = performance.now();
  const limit = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => limit.abort(), timeout);
  const stdout = new Capture(maxOutput);
  const stderr = new Capture(maxOutput);
  let exitCode: number | null = null;
  try {
    const process = await start(
      signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
    );
    for await (const chunk of process) (chunk.kind === 'stderr' ? stderr : stdout).add(chunk.data);
    exitCode = await process.exitCode();
  } catch (error) {
    if (signal?.aborted) throw cancelled(signal);
    if (!limit.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    exitCode,
    signal: null,
    stdout: stdout.text(),
    stderr: stderr.text(),
    timedOut: limit.signal.aborted && exitCode === null,
    truncated: stdout.truncated || stderr.truncated,
    durationMs: performance.now() - startedAt,
  };
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
