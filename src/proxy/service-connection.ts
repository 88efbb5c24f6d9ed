import { connect, type Socket } from 'node:net';
import type { TargetAddress } from './address.ts';

/** ms of silence after which the kernel asks whether the other side is still there: one that vanished holds nothing up. */
export const keepAliveInitialDelay = 30_000;

/** Bytes that are read at once: few at first, since most answers are small, then as many as Node reads. */
const firstChunk = 16 * 1024;
const fullChunk = 64 * 1024;

/**
 * A connection to a service. It reads into one buffer, again and again: what Node does for each chunk otherwise (memory,
 * copy, queue) is a good part of what passing a small answer costs.
 */
export class ServiceConnection {
  readonly socket: Socket;
  #buffer = Buffer.allocUnsafeSlow(firstChunk);
  #client: Socket | undefined;
  /** What the service said before anybody took it. */
  #early: Buffer | undefined;

  constructor({ host, port }: TargetAddress) {
    this.socket = connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay,
      onread: {
        buffer: () => this.#buffer,
        callback: (length) => this.#read(length),
      },
    });
  }

  /** Passes what the service says to `client`, no faster than that takes it. */
  flowTo(client: Socket): void {
    this.#client = client;
    client.on('drain', () => this.socket.resume());
    if (this.#early !== undefined) client.write(this.#early);
    this.#early = undefined;
    this.socket.resume();
  }

  /** False: nothing more is to be read for now. */
  #read(length: number): boolean {
    const chunk = this.#buffer.subarray(0, length);
    const client = this.#client;
    if (client === undefined) {
      this.#early = Buffer.from(chunk);
      return false;
    }
    if (client.writableLength > 0) return client.write(Buffer.from(chunk));
    const goesOn = client.write(chunk);
    const outgrown = length === this.#buffer.length && length < fullChunk;
    // What the kernel did not take at once is still to be sent from there.
    if (client.writableLength > 0 || outgrown)
      this.#buffer = Buffer.allocUnsafeSlow(length < firstChunk ? firstChunk : fullChunk);
    return goesOn;
  }
}
