import type { AttachedProcess } from '../../core/streams.ts';
import type { Output } from '../output/output.ts';
import { DetachKeys } from './detach-keys.ts';

export interface ConverseOptions {
  /** Send what this terminal or pipe gives. */
  stdin: boolean;
  /** The process has a terminal: ours goes raw and its size follows. */
  tty: boolean;
  /** Bytes that, typed one after the other, let go of the process. Default: all is passed on. */
  detachKeys?: readonly number[];
  signal: AbortSignal;
}

/**
 * Connects this process's stdin, stdout and stderr with `process` until its output ends. Resolves to `detached` when the
 * person let go of it. The terminal is restored on every way out.
 */
export async function converse(
  attached: AttachedProcess,
  output: Output,
  options: ConverseOptions,
): Promise<'ended' | 'detached'> {
  const { stdin, stdout } = process;
  const raw = options.tty && options.stdin && stdin.isTTY === true;
  const resize = (): void => {
    void attached.resize(terminalSize()).catch(() => undefined);
  };
  const restore = (): void => {
    if (raw) stdin.setRawMode(false);
  };
  let detached = false;
  const letGo = (): void => {
    detached = true;
    attached.close();
  };
  if (raw) {
    stdin.setRawMode(true);
    process.on('exit', restore);
  }
  if (options.tty && stdout.isTTY) {
    stdout.on('resize', resize);
    resize();
  }
  const input = options.stdin
    ? sendInput(attached, new DetachKeys(options.detachKeys ?? []), letGo)
    : undefined;
  try {
    for await (const chunk of attached) {
      if (chunk.kind === 'stderr') output.rawError(chunk.data);
      else output.raw(chunk.data);
      if (output.full) await output.flushed(options.signal);
    }
    return detached ? 'detached' : 'ended';
  } catch (error) {
    if (detached) return 'detached';
    throw error;
  } finally {
    input?.stop();
    stdout.off('resize', resize);
    restore();
    process.off('exit', restore);
  }
}

/** Size of the terminal that stdout is; 80×24 when it does not tell. */
export function terminalSize(): { columns: number; rows: number } {
  const { columns, rows } = process.stdout;
  return { columns: columns || 80, rows: rows || 24 };
}

/** Sends stdin to the process, as fast as it takes it, and then its end. What fails ends the sending only: the output tells why. */
function sendInput(attached: AttachedProcess, keys: DetachKeys, letGo: () => void): { stop: () => void } {
  const { stdin } = process;
  let queue: Promise<void> = Promise.resolve();
  const send = (step: () => Promise<void>): void => {
    queue = queue.then(step).catch(() => stop());
  };
  const onData = (data: Uint8Array): void => {
    if (stdin.isTTY && keys.seen(data)) {
      letGo();
      return;
    }
    stdin.pause();
    send(async () => {
      await attached.write(data);
      stdin.resume();
    });
  };
  const onEnd = (): void => send(() => attached.end());
  const stop = (): void => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.off('error', onEnd);
    stdin.pause();
  };
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  stdin.on('error', onEnd);
  return { stop };
}
