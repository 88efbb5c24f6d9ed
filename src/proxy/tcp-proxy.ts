import { setMaxListeners } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { WherryError } from '../core/errors.ts';
import { Gate } from '../transport/gate.ts';
import { ActivityCount, type ProxyActivity } from './activity.ts';
import { formatAddress, type TargetAddress } from './address.ts';
import { allClosed, closeGently } from './closing.ts';
import { forward } from './forward.ts';
import { hold, type Passage } from './held-client.ts';
import { listenError } from './listen-error.ts';
import { type DrainOptions, defaults, type TcpProxyOptions } from './options.ts';
import { refusal, tooMany } from './refusal.ts';
import { keepAliveInitialDelay } from './service-connection.ts';
import { Targets } from './targets.ts';

/** Clients that are let at once to a service that has just come up: its queue of connections is short, and what overflows is reset. */
const releasedAtOnce = 8;

/** A client that has its way to the service. */
interface Connection extends Passage {
  client: Socket;
}

/**
 * Listens on a port for a service that need not be up. A connection holds a lease as long as it is open, waits until the
 * service is ready, and is then forwarded byte by byte, with half-close, backpressure and resets.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #options: TcpProxyOptions;
  readonly #server: Server;
  readonly #targets: Targets;
  readonly #count = new ActivityCount();
  readonly #clients = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  readonly #cutting = new AbortController();
  readonly #release = new Gate(releasedAtOnce);
  #draining: Promise<void> | undefined;

  constructor(options: TcpProxyOptions) {
    this.#options = options;
    this.#targets = new Targets(options.targets ?? []);
    const each = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay };
    // One listener for each client that is held.
    setMaxListeners(0, this.#cutting.signal);
    this.#server = createServer(each, (client) => this.#accept(client));
  }

  /** Begins to listen. Fails with `PORT_TAKEN`, `PERMISSION`, or `INVALID` for an address that is not this machine's. */
  async listen(): Promise<void> {
    const { host = defaults.host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => reject(listenError(error, { host, port }, 'tcp'));
      this.#server.once('error', fail);
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', fail);
        // Out of file descriptors, say: clients wait in the kernel's queue until there is room again.
        this.#server.on('error', () => undefined);
        resolve();
      });
    });
  }

  /** Where it listens. Fails with `CONFLICT` when it does not. */
  get address(): TargetAddress {
    const address = this.#server.address() as AddressInfo | null;
    if (address === null) throw new WherryError('CONFLICT', 'the proxy does not listen');
    return { host: address.address, port: address.port };
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

  /** From now on connections go to these addresses, in turn, those of held clients too; open ones stay where they are. */
  retarget(targets: readonly TargetAddress[]): void {
    this.#targets.replace(targets);
  }

  /** Waits until the connections to `target` are closed, at most `limit` ms; resolves to the number of those that are not. */
  async leaving(target: TargetAddress, options: DrainOptions = {}): Promise<number> {
    const name = formatAddress(target);
    const open = [...this.#connections].filter(({ address }) => formatAddress(address) === name);
    const clients = open.map(({ client }) => client);
    await allClosed(clients, { limit: options.limit ?? defaults.drainLimit, signal: options.signal });
    return clients.filter((client) => !client.closed).length;
  }

  /** Stops listening, waits for clients to leave, and cuts those that are still there at the limit. */
  drain(options: DrainOptions = {}): Promise<void> {
    this.#draining ??= this.#drain(options);
    return this.#draining;
  }

  /** Stops listening and cuts all clients. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#cut();
    await this.drain({ limit: 0 });
  }

  async #drain({ limit = defaults.drainLimit, signal }: DrainOptions): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    const ended =
      signal === undefined ? this.#cutting.signal : AbortSignal.any([signal, this.#cutting.signal]);
    await allClosed(this.#clients, { limit, signal: ended });
    this.#cut();
    await closed;
  }

  #cut(): void {
    this.#cutting.abort();
    for (const client of this.#clients) client.resetAndDestroy();
  }

  #accept(client: Socket): void {
    const { maxClients = defaults.maxClients, maxHeld = defaults.maxHeld } = this.#options;
    const count = this.#count;
    // How a connection ends is told by `close`.
    client.on('error', () => undefined);
    count.entered();
    this.#clients.add(client);
    client.once('close', () => {
      this.#clients.delete(client);
      count.left({ received: client.bytesRead, sent: client.bytesWritten });
    });
    if (this.#clients.size > maxClients) this.#refuse(client, tooMany(`${maxClients} clients are there`));
    else if (count.held >= maxHeld) this.#refuse(client, tooMany(`${maxHeld} clients wait`));
    else void this.#admit(client);
  }

  /** Never rejects. */
  async #admit(client: Socket): Promise<void> {
    const { lazy, maxWait = defaults.maxWait, waitingAnswer } = this.#options;
    const target = (): TargetAddress => this.#targets.next();
    const { signal } = this.#cutting;
    const release = this.#release;
    this.#count.held += 1;
    try {
      const passage = await hold(client, { lazy, target, maxWait, waitingAnswer, release, signal });
      if (passage !== null) this.#forward({ client, ...passage });
    } catch (error) {
      if (!client.destroyed) this.#refuse(client, refusal(error));
    } finally {
      this.#count.held -= 1;
    }
  }

  #forward(connection: Connection): void {
    const { client, service, lease } = connection;
    this.#connections.add(connection);
    let open = 2;
    const closed = (): void => {
      open -= 1;
      if (open > 0) return;
      this.#connections.delete(connection);
      void Promise.resolve(lease.release()).catch(() => undefined);
    };
    for (const end of [client, service.socket]) {
      if (end.closed) closed();
      else end.once('close', closed);
    }
    forward(client, service);
  }

  #refuse(client: Socket, reason: WherryError): void {
    this.#count.refused();
    this.#options.onRefused?.(reason);
    closeGently(client);
  }
}
