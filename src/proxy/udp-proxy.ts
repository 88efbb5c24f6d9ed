import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WherryError } from '../core/errors.ts';
import { ActivityCount, type ProxyActivity } from './activity.ts';
import { formatAddress, type TargetAddress } from './address.ts';
import { listenError } from './listen-error.ts';
import { type DrainOptions, defaults, type UdpProxyOptions } from './options.ts';
import { refusal, tooMany } from './refusal.ts';
import { Targets } from './targets.ts';
import { UdpSession } from './udp-session.ts';

/**
 * Listens on a UDP port for a service that need not be up. The first datagram of a client gets the service up; what comes
 * until it is ready is kept, up to a limit. A client counts as gone when it has been silent for a while.
 */
export class UdpProxy implements AsyncDisposable {
  readonly #options: UdpProxyOptions;
  readonly #socket: Socket;
  readonly #targets: Targets;
  readonly #count = new ActivityCount();
  readonly #sessions = new Map<string, UdpSession>();
  #sweeping: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;

  constructor(options: UdpProxyOptions) {
    this.#options = options;
    this.#targets = new Targets(options.targets ?? []);
    this.#socket = createSocket(isIPv6(options.host ?? defaults.host) ? 'udp6' : 'udp4');
  }

  /** Begins to listen. Fails with `PORT_TAKEN`, `PERMISSION`, or `INVALID` for an address that is not this machine's. */
  async listen(): Promise<void> {
    const { host = defaults.host, port, idleTimeout = defaults.idleTimeout } = this.#options;
    const socket = this.#socket;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => reject(listenError(error, { host, port }, 'udp'));
      socket.once('error', fail);
      socket.bind({ address: host, port }, () => {
        socket.off('error', fail);
        // A client that does not listen any more has its replies refused; it will count as gone soon.
        socket.on('error', () => undefined);
        resolve();
      });
    });
    socket.on('message', (datagram, client) => this.#take(datagram, client));
    this.#sweeping = setInterval(() => this.#sweep(idleTimeout), Math.max(10, idleTimeout / 4));
  }

  /** Where it listens. Fails with `CONFLICT` when it does not. */
  get address(): TargetAddress {
    try {
      const { address, port } = this.#socket.address();
      return { host: address, port };
    } catch (cause) {
      throw new WherryError('CONFLICT', 'the proxy does not listen', { cause });
    }
  }

  get activity(): ProxyActivity {
    return this.#count.snapshot;
  }

  /** Clients that are there, held ones too. */
  active(): number {
    return this.#count.open;
  }

  /** When a client last came or left; the epoch when none ever did. */
  lastActivity(): Date {
    return this.#count.snapshot.lastActivity ?? new Date(0);
  }

  /** From now on clients are sent to these addresses, in turn; those whose address is still among them stay where they are. */
  retarget(targets: readonly TargetAddress[]): void {
    this.#targets.replace(targets);
    const names = new Set(targets.map(formatAddress));
    for (const [name, { address }] of this.#sessions)
      if (address !== undefined && !names.has(formatAddress(address))) void this.#leave(name);
  }

  /** Takes no new clients, waits until the others are silent, and drops those that are not at the limit. */
  drain(options: DrainOptions = {}): Promise<void> {
    this.#draining ??= this.#drain(options);
    return this.#draining;
  }

  /** Stops listening and drops all clients. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#draining ??= Promise.resolve();
    await this.#close();
  }

  async #drain({ limit = defaults.drainLimit, signal }: DrainOptions): Promise<void> {
    const end = performance.now() + limit;
    while (this.#sessions.size > 0 && performance.now() < end && signal?.aborted !== true)
      await sleep(Math.min(50, limit), undefined, signal === undefined ? {} : { signal }).catch(
        () => undefined,
      );
    await this.#close();
  }

  async #close(): Promise<void> {
    if (this.#sweeping !== undefined) {
      clearInterval(this.#sweeping);
      this.#sweeping = undefined;
      await new Promise<void>((resolve) => {
        this.#socket.close(() => resolve());
      });
    }
    await Promise.all([...this.#sessions.keys()].map((name) => this.#leave(name)));
  }

  #take(datagram: Buffer, client: RemoteInfo): void {
    const name = formatAddress({ host: client.address, port: client.port });
    const session = this.#sessions.get(name) ?? this.#enter(name, client);
    session?.take(datagram);
  }

  #enter(name: string, client: RemoteInfo): UdpSession | undefined {
    const { lazy, maxWait = defaults.maxWait, maxBuffered = defaults.maxBuffered } = this.#options;
    const { maxClients = defaults.maxClients, maxHeld = defaults.maxHeld } = this.#options;
    if (this.#draining !== undefined) return undefined;
    if (this.#sessions.size >= maxClients) return this.#refuse(tooMany(`${maxClients} clients are there`));
    if (this.#count.held >= maxHeld) return this.#refuse(tooMany(`${maxHeld} clients wait`));
    const session = new UdpSession({
      lazy,
      target: () => this.#targets.next(),
      maxWait,
      maxBuffered,
      reply: (datagram) => this.#socket.send(datagram, client.port, client.address),
    });
    this.#sessions.set(name, session);
    this.#count.entered();
    void this.#open(name, session);
    return session;
  }

  /** Never rejects. */
  async #open(name: string, session: UdpSession): Promise<void> {
    this.#count.held += 1;
    try {
      await session.open();
    } catch (error) {
      if (this.#sessions.get(name) !== session) return;
      this.#refuse(refusal(error));
      await this.#leave(name);
    } finally {
      this.#count.held -= 1;
    }
  }

  #refuse(reason: WherryError): undefined {
    this.#count.refused();
    this.#options.onRefused?.(reason);
  }

  #sweep(idleTimeout: number): void {
    const oldest = performance.now() - idleTimeout;
    for (const [name, session] of this.#sessions)
      if (session.opened && session.lastSeen < oldest) void this.#leave(name);
  }

  async #leave(name: string): Promise<void> {
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    this.#sessions.delete(name);
    this.#count.left(session.bytes);
    await session.close().catch(() => undefined);
  }
}
