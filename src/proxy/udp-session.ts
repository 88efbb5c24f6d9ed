import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { cancelled, WherryError } from '../core/errors.ts';
import type { Lazy, Lease } from '../core/lazy.ts';
import { firesAfter } from '../core/timer.ts';
import type { TargetAddress } from './address.ts';

export interface UdpSessionOptions {
  lazy: Lazy;
  target: () => TargetAddress;
  /** ms until the service has to be ready. */
  maxWait: number;
  /** Bytes. */
  maxBuffered: number;
  /** Sends a datagram back to the client. */
  reply: (datagram: Buffer) => void;
}

/** ms before datagrams are sent once more to a service that runs and does not listen yet. */
const resendPause = 50;

/** One client of a UDP service: all that comes from one address and port until it falls silent. */
export class UdpSession {
  readonly #options: UdpSessionOptions;
  readonly #closing = new AbortController();
  /** What the service did not get yet, or refused; empty from its first reply on. */
  #buffer: Buffer[] = [];
  #buffered = 0;
  #socket: Socket | undefined;
  #address: TargetAddress | undefined;
  #lease: Lease | undefined;
  #answered = false;
  #resending: NodeJS.Timeout | undefined;
  #received = 0;
  #sent = 0;
  #lastSeen = performance.now();
  #expiry = 0;

  constructor(options: UdpSessionOptions) {
    this.#options = options;
  }

  /** Where its datagrams go; undefined until the service is up for it. */
  get address(): TargetAddress | undefined {
    return this.#address;
  }

  /** Bytes in both directions so far. */
  get bytes(): { received: number; sent: number } {
    return { received: this.#received, sent: this.#sent };
  }

  /** `performance.now()` of the last datagram in either direction. */
  get lastSeen(): number {
    return this.#lastSeen;
  }

  /** Whether the service is up for it. */
  get opened(): boolean {
    return this.#socket !== undefined;
  }

  /** Gets the service up and sends it what has come meanwhile. Rejects with what kept it from starting. */
  async open(): Promise<void> {
    const { lazy, maxWait, target } = this.#options;
    const limit = firesAfter(maxWait);
    const closing = this.#closing.signal;
    this.#expiry = performance.now() + maxWait;
    try {
      const lease = await lazy.acquire({ signal: AbortSignal.any([limit, closing]) });
      if (closing.aborted) {
        await lease.release();
        throw cancelled(closing);
      }
      this.#lease = lease;
      const address = target();
      const socket = await this.#connected(address);
      if (closing.aborted) {
        socket.close();
        throw cancelled(closing);
      }
      this.#socket = socket;
      this.#address = address;
    } catch (error) {
      if (!limit.aborted || closing.aborted) throw error;
      throw new WherryError('TIMEOUT', `the service was not ready within ${maxWait} ms`);
    }
    this.#lastSeen = performance.now();
    this.#flush();
  }

  /** From the client to the service. A datagram that there is no room for is lost, as datagrams may be. */
  take(datagram: Buffer): void {
    this.#lastSeen = performance.now();
    this.#received += datagram.length;
    if (!this.#answered && this.#buffered + datagram.length <= this.#options.maxBuffered) {
      this.#buffered += datagram.length;
      this.#buffer.push(datagram);
    }
    if (this.#resending === undefined) this.#socket?.send(datagram);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    clearTimeout(this.#resending);
    this.#buffer = [];
    this.#socket?.close();
    await this.#lease?.release();
  }

  #flush(): void {
    this.#resending = undefined;
    for (const datagram of this.#buffer) this.#socket?.send(datagram);
  }

  #connected({ host, port }: TargetAddress): Promise<Socket> {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.on('message', (datagram) => {
      this.#lastSeen = performance.now();
      this.#sent += datagram.length;
      this.#answered = true;
      this.#buffer = [];
      this.#options.reply(datagram);
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, host, () => {
        socket.off('error', reject);
        socket.on('error', () => this.#refused());
        resolve(socket);
      });
    });
  }

  /** Nothing listens there: after a start it will soon. */
  #refused(): void {
    if (this.#answered || this.#resending !== undefined || performance.now() > this.#expiry) return;
    if (!this.#closing.signal.aborted) this.#resending = setTimeout(() => this.#flush(), resendPause);
  }
}
