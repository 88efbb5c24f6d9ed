import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { cancelled } from '../core/errors.ts';
import type { AcquireOptions, Lazy, Lease } from '../core/lazy.ts';
import type { TargetAddress } from './address.ts';

/** A service whose boots the test opens and shuts by hand. Waiters share one boot, as a Lazy's do. */
export class HandBooted implements Lazy {
  boots = 0;
  leases = 0;
  acquires = 0;
  #gate: PromiseWithResolvers<void> | undefined;
  #ready: boolean;

  constructor(options: { ready: boolean }) {
    this.#ready = options.ready;
  }

  async acquire({ signal }: AcquireOptions = {}): Promise<Lease> {
    this.acquires += 1;
    if (!this.#ready) await this.#boot(signal);
    this.leases += 1;
    let held = true;
    const release = (): void => {
      if (held) this.leases -= 1;
      held = false;
    };
    return { release, [Symbol.asyncDispose]: async () => release() };
  }

  succeed(): void {
    this.#ready = true;
    this.#gate?.resolve();
  }

  fail(error: Error): void {
    this.#gate?.reject(error);
    this.#gate = undefined;
  }

  async #boot(signal: AbortSignal | undefined): Promise<void> {
    if (this.#gate === undefined) {
      this.boots += 1;
      this.#gate = Promise.withResolvers();
      this.#gate.promise.catch(() => undefined);
    }
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal === undefined ? undefined : cancelled(signal));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#gate.promise, aborted]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** A TCP server on a free port of this machine; disposing cuts its connections. */
export class Service implements AsyncDisposable {
  readonly sockets: Set<Socket> = new Set();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.sockets.add(socket));
  }

  /** `backlog`: connections that may wait until it accepts them. */
  static async start(
    answer: (socket: Socket) => void,
    { backlog = 1024 }: { backlog?: number } = {},
  ): Promise<Service> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      answer(socket);
    });
    const service = new Service(server);
    server.listen(0, '127.0.0.1', backlog);
    await once(server, 'listening');
    return service;
  }

  get address(): TargetAddress {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** An open connection to `address`. */
export async function open(address: TargetAddress): Promise<Socket> {
  const socket = connect({ ...address, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return socket;
}

/** All that comes until the other side ends its direction. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** How the connection ended: by a reset, or in order. */
export function ending(socket: Socket): Promise<'reset' | 'closed'> {
  return new Promise((resolve) => {
    let reset = false;
    socket.on('error', (error) => {
      reset ||= (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    });
    socket.on('close', () => resolve(reset ? 'reset' : 'closed'));
    socket.on('end', () => socket.end());
    socket.resume();
  });
}

/** Resolves as soon as `met` says true; the test's own time limit ends it otherwise. */
export async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 2));
}
