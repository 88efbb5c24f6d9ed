import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to a unix socket that can be broken off and closed, as by an engine that is restarted. */
export class SocketProxy implements AsyncDisposable {
  readonly host: string;
  readonly #target: string;
  readonly #path: string;
  readonly #directory: string;
  readonly #sockets: Set<Socket> = new Set();
  #server: Server | undefined;

  static async before(host: string): Promise<SocketProxy> {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-proxy-'));
    const proxy = new SocketProxy(host.replace('unix://', ''), directory);
    await proxy.open();
    return proxy;
  }

  private constructor(target: string, directory: string) {
    this.#target = target;
    this.#directory = directory;
    this.#path = join(directory, 'proxy.sock');
    this.host = `unix://${this.#path}`;
  }

  async open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ path: this.#target, allowHalfOpen: true });
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.pipe(near);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#path, resolve));
  }

  /** Breaks all connections; new ones are taken. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks all connections and takes no more. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.cut();
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
