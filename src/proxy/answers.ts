import { connect } from 'node:net';
import type { TargetAddress } from './address.ts';

export interface AnswerOptions {
  /**
   * ms that the connection has to stay open. Port forwarders of engines accept for a container that does not listen yet,
   * and hang up at once. Default: 0.
   */
  stays?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** ms that a forwarder's connection has to stay open: it accepts for a container that does not listen yet, and hangs up. */
export const forwarderPatience = 100;

/** Whether something accepts a TCP connection at the address now. Never rejects. */
export function answers({ host, port }: TargetAddress, options: AnswerOptions = {}): Promise<boolean> {
  const { stays = 0, signal } = options;
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let timer: NodeJS.Timeout | undefined;
    const settle = (answered: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', give);
      socket.on('error', () => undefined);
      socket.destroy();
      resolve(answered);
    };
    const give = (): void => settle(false);
    signal?.addEventListener('abort', give, { once: true });
    if (signal?.aborted) return give();
    socket.once('connect', () => {
      if (stays === 0) settle(true);
      else timer = setTimeout(() => settle(true), stays);
    });
    // Whoever speaks first is there; the end is only told to who reads.
    socket.once('data', () => settle(true));
    socket.once('error', give);
    socket.once('end', give);
    socket.once('close', give);
  });
}
