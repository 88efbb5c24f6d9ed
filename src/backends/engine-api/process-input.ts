import type { Duplex } from 'node:stream';
import { WherryError } from '../../core/errors.ts';

/** The character that ends the input of a terminal. */
const END_OF_TRANSMISSION = '\x04';

/** Resolves when the bytes left us. What a process that is gone does not read is dropped without error. */
export function writeInput(socket: Duplex, data: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.writableEnded || socket.destroyed) {
      reject(closedInput(socket));
      return;
    }
    socket.write(data, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Half-close: the process sees the end of its input, its output goes on. */
export function endInput(socket: Duplex, options: { tty: boolean }): Promise<void> {
  return new Promise((resolve) => {
    if (socket.writableEnded || socket.destroyed) {
      resolve();
      return;
    }
    socket.once('close', () => resolve());
    if (options.tty) socket.write(END_OF_TRANSMISSION);
    socket.end(() => resolve());
  });
}

/** Sends all of `input`, then ends it. What a process that is gone does not read is dropped; rejects with what `input` throws. */
export async function sendInput(
  socket: Duplex,
  input: Uint8Array | string | AsyncIterable<Uint8Array | string>,
  options: { tty: boolean },
): Promise<void> {
  if (typeof input === 'string' || input instanceof Uint8Array) {
    if (input.length > 0) await writeInput(socket, input).catch(() => undefined);
  } else {
    for await (const chunk of input) {
      if (socket.writableEnded || socket.destroyed) return;
      await writeInput(socket, chunk).catch(() => undefined);
    }
  }
  await endInput(socket, options);
}

function closedInput(socket: Duplex): Error {
  return (
    socket.errored ??
    new WherryError('CONFLICT', 'the input of the process is closed', {
      hint: 'write before `end()` or `close()`, and ask for `stdin`',
    })
  );
}
