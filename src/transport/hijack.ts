import type { Duplex, Readable, Writable } from 'node:stream';
import { cancelled, WherryError } from '../core/errors.ts';
import { stream } from './builtin.ts';
import { messageOf } from './connection-errors.ts';

export interface HijackOptions {
  /** What the peer sends. */
  source: Readable;
  /** Where our bytes go; the same connection as `source`. */
  sink: Writable;
  address: string;
  path: string;
  signal: AbortSignal | undefined;
}

/**
 * One Duplex over a connection that left HTTP. `end()` closes our direction only; destroying it closes the
 * connection; a break is a `STREAM_CUT` and never an uncaught error.
 */
export function hijackedStream({ source, sink, address, path, signal }: HijackOptions): Duplex {
  const cut = (cause?: unknown): WherryError => {
    if (cause instanceof WherryError) return cause;
    const why = cause === undefined ? '' : `: ${messageOf(cause)}`;
    return new WherryError('STREAM_CUT', `the stream of ${path} at ${address} broke off${why}`, {
      details: { address, path },
      cause,
    });
  };
  const onAbort = (): void => {
    if (signal !== undefined) duplex.destroy(cancelled(signal));
  };
  let hasWritten = false;
  const duplex = new (stream().Duplex)({
    allowHalfOpen: false,
    read() {
      source.resume();
    },
    // A peer that no longer reads (the process behind it exited) may still have output for us: only the
    // source decides how the stream ends.
    write(chunk: Buffer, _encoding, done) {
      hasWritten = true;
      sink.write(chunk, () => done());
    },
    final(done) {
      sink.end(() => done());
    },
    destroy(error, done) {
      signal?.removeEventListener('abort', onAbort);
      source.destroy();
      sink.destroy();
      done(error);
    },
  });
  duplex.on('error', () => {});
  sink.on('error', () => {});
  source.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) source.pause();
  });
  source.on('end', () => duplex.push(null));
  source.on('error', (error) => {
    if (hasWritten && isRefusal(error)) duplex.push(null);
    else duplex.destroy(cut(error));
  });
  source.on('close', () => {
    if (!source.readableEnded && !duplex.readableEnded && !isRefusal(source.errored)) duplex.destroy(cut());
  });
  source.pause();
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort);
  return duplex;
}

/** The peer closed without reading all of our input: to the reader that is an end, of which the caller must judge. */
function isRefusal(error: Error | null): boolean {
  return error !== null && 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}
