import type { Socket } from 'node:net';

/**
 * Passes bytes between two open sockets, both ways, until both are closed. Each side is read no faster than the other
 * takes it; the end of one direction leaves the other open; a side that breaks has the other one reset. Both sockets must
 * have been made with `allowHalfOpen`.
 */
export function forward(client: Socket, target: Socket): void {
  pump(client, target);
  pump(target, client);
}

/** The bare minimum of work for a chunk: what is counted is read from the sockets in the end. */
function pump(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  // An end with nothing before it is told while nobody reads: a client may have said it while it was held.
  if (from.readableEnded) to.end();
  else from.on('end', () => to.end());
  from.on('close', (hadError) => {
    const complete = !hadError && from.readableEnded && from.writableFinished;
    if (!complete && !to.destroyed) to.resetAndDestroy();
  });
  if (from.destroyed) to.resetAndDestroy();
}
