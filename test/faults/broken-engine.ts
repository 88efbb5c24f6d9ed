import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How the engine is broken. */
export type Breakage =
  | 'garbage'
  | 'status 500'
  | 'web page'
  | 'hangs'
  | 'closes'
  | 'hangs after the ping'
  | 'too old';

const answer = (status: string, type: string, body: string): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const answers: Readonly<Record<Breakage, (socket: Socket, request: string) => void>> = {
  garbage: (socket) => socket.end('\x00\xff\x7f this is no HTTP \r\n\r\n'),
  'status 500': (socket) =>
    socket.end(answer('500 Internal Server Error', 'application/json', '{"message":"the disk is on fire"}')),
  'web page': (socket) => socket.end(answer('200 OK', 'text/html', '<h1>hello</h1>')),
  hangs: () => {},
  closes: (socket) => socket.destroy(),
  'too old': (socket, request) => {
    if (request.includes('/_ping')) socket.write(answer('200 OK\r\nApi-Version: 1.24', 'text/plain', 'OK'));
    else socket.write(answer('200 OK', 'application/json', '{"Version":"1.12.0","ApiVersion":"1.24"}'));
  },
  'hangs after the ping': (socket, request) => {
    if (request.includes('/_ping')) socket.write(answer('200 OK\r\nApi-Version: 1.45', 'text/plain', 'OK'));
    else if (request.includes('/version')) {
      socket.write(
        answer(
          '200 OK',
          'application/json',
          '{"Version":"26.0.0","ApiVersion":"1.45","MinAPIVersion":"1.24"}',
        ),
      );
    }
  },
};

/** A server on a unix socket that takes connections as an engine does, and answers as no engine should. */
export class BrokenEngine implements AsyncDisposable {
  readonly host: string;
  /** Lines of requests that arrived. */
  readonly requests: string[] = [];
  readonly #stop: () => Promise<void>;

  private constructor(host: string, stop: () => Promise<void>) {
    this.host = host;
    this.#stop = stop;
  }

  static async listen(breakage: Breakage): Promise<BrokenEngine> {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-fault-'));
    const path = join(directory, 'engine.sock');
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', (data) => {
        const request = data.toString('latin1');
        engine.requests.push(request.split('\r\n')[0] ?? '');
        answers[breakage](socket, request);
      });
    });
    const engine = new BrokenEngine(`unix://${path}`, async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await rm(directory, { recursive: true, force: true });
    });
    server.listen(path);
    await once(server, 'listening');
    return engine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
