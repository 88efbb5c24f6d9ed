import type { Socket } from 'node:net';
import type { ServiceConnection } from './service-connection.ts';

/**
 * Passes bytes between a client and its service, both ways, until both are closed. Each side is read no faster than the
 * other takes it; the end of one direction leaves the other open; a side that breaks has the other one reset. Both sockets
 * must have been made with `allowHalfOpen`. A chunk costs the bare minimum of work: what is counted is read from the sockets
 * in the end.
 */
export function forward(client: Socket, service: ServiceConnection): void {
  const { socket } = service;
  client.on('data', (chunk) => {
    if (!socket.write(chunk)) client.pause();
  });
  socket.on('drain', () => client.resume());
  service.flowTo(client);
  passEnd(client, socket);
  passEnd(socket, client);
}

function passEnd(from: Socket, to: Socket): void {
  // An end with nothing before it is told while nobody reads: a client may have said it while it was held.
  if (from.readableEnded) to.end();
  else from.on('end', () => to.end());
  from.on('close', (hadError) => {
    const complete = !hadError && from.readableEnded && from.writableFinished;
    if (!complete && !to.destroyed) to.resetAndDestroy();
  });
  if (from.destroyed) to.resetAndDestroy();
}
