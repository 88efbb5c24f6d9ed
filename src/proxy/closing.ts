import type { Socket } from 'node:net';

/** ms that a client has to read what it was told before its connection is cut. */
const linger = 1000;

/** Ends a connection in an orderly way: what was written still arrives, what the client still sends is thrown away. */
export function closeGently(client: Socket): void {
  if (client.destroyed) return;
  client.end();
  client.resume();
  const timer = setTimeout(() => client.destroy(), linger);
  client.once('close', () => clearTimeout(timer));
}

/** Resolves when all sockets are closed, `limit` ms are over or `signal` fires, whatever is first. */
export function allClosed(
  sockets: Iterable<Socket>,
  options: { limit: number; signal: AbortSignal | undefined },
): Promise<void> {
  const open = new Set([...sockets].filter((socket) => !socket.closed));
  const { limit, signal } = options;
  if (open.size === 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', settle);
      resolve();
    };
    const timer = setTimeout(settle, limit);
    signal?.addEventListener('abort', settle, { once: true });
    for (const socket of open) {
      socket.once('close', () => {
        open.delete(socket);
        if (open.size === 0) settle();
      });
    }
  });
}
