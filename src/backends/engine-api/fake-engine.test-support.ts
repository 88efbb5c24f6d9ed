import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unixDialer } from '../../transport/dialer.ts';
import { EngineApiBackend } from './backend.ts';
import { EngineConnection } from './connection.ts';
import type { ContainerRecord } from './records.ts';

export interface FakeRequest {
  method: string;
  /** Without the version before it and the query behind it. */
  path: string;
  query: URLSearchParams;
  body: string;
  /** How many requests for this method and path came before. */
  nth: number;
}

/** The bytes of an answer, and how they are sent. */
export interface FakeAnswer {
  bytes: Buffer;
  /** Send this many bytes alone, and the others a moment later. */
  splitAt?: number;
  /** Break the connection after this many bytes. */
  cutAt?: number;
  /** Close after the last byte. Default: false. */
  close?: boolean;
}

export type Route = (request: FakeRequest) => FakeAnswer | undefined;

/** An engine that says exactly the bytes that a test gives it, over a unix socket of its own. */
export class FakeEngine implements AsyncDisposable {
  readonly requests: FakeRequest[] = [];
  readonly path: string;
  readonly #directory: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set();
  readonly #route: Route;

  static async listen(route: Route): Promise<FakeEngine> {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-fake-'));
    const engine = new FakeEngine(directory, route);
    await new Promise<void>((resolve) => engine.#server.listen(engine.path, resolve));
    return engine;
  }

  private constructor(directory: string, route: Route) {
    this.#directory = directory;
    this.path = join(directory, 'engine.sock');
    this.#route = route;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  backend(): FakeBackend {
    return new FakeBackend({ connection: new EngineConnection(unixDialer(this.path)) });
  }

  /** Breaks all connections, as an engine that dies. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#directory, { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
      if (text.length < head + 4 + length) return;
      const request = this.#parse(text.slice(0, head), text.slice(head + 4, head + 4 + length));
      text = text.slice(head + 4 + length);
      this.requests.push(request);
      const answer = this.#route(request) ?? common(request) ?? json({ message: 'page not found' }, 404);
      void send(socket, answer);
    });
  }

  #parse(head: string, body: string): FakeRequest {
    const [method = '', target = ''] = (head.split('\r\n')[0] ?? '').split(' ');
    const url = new URL(target, 'http://engine');
    const path = url.pathname.replace(/^\/v\d+\.\d+/, '');
    const nth = this.requests.filter((other) => other.method === method && other.path === path).length;
    return { method, path, query: url.searchParams, body, nth };
  }
}

export class FakeBackend extends EngineApiBackend {
  readonly type = 'docker' as const;
}

export function json(value: unknown, status = 200): FakeAnswer {
  const body = JSON.stringify(value);
  return {
    bytes: Buffer.from(
      `HTTP/1.1 ${status} Status\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  };
}

/** A chunked answer; without `end` it stays open. */
export function chunked(parts: readonly (string | Uint8Array)[], options: { end: boolean }): FakeAnswer {
  const chunks = parts.map((part) => {
    const data = Buffer.from(part);
    return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
  });
  const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  return { bytes: Buffer.concat([head, ...chunks, Buffer.from(options.end ? '0\r\n\r\n' : '')]) };
}

/** A connection that leaves HTTP, says `data` and is closed by the engine. */
export function hijacked(data: Uint8Array): FakeAnswer {
  const head =
    'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n';
  return { bytes: Buffer.concat([Buffer.from(head), data]), close: true };
}

/** A frame of the multiplexed stream: 1 is stdout, 2 is stderr. */
export function frame(stream: 1 | 2, text: string): Buffer {
  const data = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

export const fakeContainer: ContainerRecord = {
  Id: 'c'.repeat(64),
  Name: '/fake',
  Created: '2026-01-01T00:00:00Z',
  Image: `sha256:${'d'.repeat(64)}`,
  State: { Status: 'running', Running: true, Pid: 0, ExitCode: 0, StartedAt: '2026-01-01T00:00:01Z' },
  Config: { Image: 'fake:1', Tty: false },
};

function common({ path }: FakeRequest): FakeAnswer | undefined {
  if (path !== '/_ping') return undefined;
  return { bytes: Buffer.from('HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Length: 2\r\n\r\nOK') };
}

async function send(socket: Socket, { bytes, splitAt, cutAt, close }: FakeAnswer): Promise<void> {
  if (cutAt !== undefined) {
    if (cutAt === 0) socket.destroy();
    else socket.write(bytes.subarray(0, cutAt), () => socket.destroy());
    return;
  }
  if (splitAt !== undefined) {
    socket.write(bytes.subarray(0, splitAt));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  }
  const rest = bytes.subarray(splitAt ?? 0);
  if (close === true) socket.end(rest);
  else socket.write(rest);
}
