import type { Duplex } from 'node:stream';
import { cancelled, throwIfAborted, WherryError } from '../core/errors.ts';
import { timerDelay } from '../core/timer.ts';
import type { Dialer } from './dialer.ts';
import { noAnswer, notHttp, requestError } from './http-exchange.ts';
import { idleError, streamCut } from './response-body.ts';
import { type WholeAnswer, WholeAnswerReader } from './whole-answer.ts';

export interface WholeGetRequest {
  /** With its query, as it goes over the wire. */
  path: string;
  headers: Readonly<Record<string, string | string[]>>;
  signal: AbortSignal | undefined;
  /** Milliseconds until the head of the answer. */
  timeout: number | undefined;
  /** Milliseconds without a byte of the body. */
  idle: number | undefined;
  /** Milliseconds until the end of the answer, however it trickles in. */
  limit: number | undefined;
}

/** A connection without use for this long (ms) is closed, as Node's own agent has it by default. */
const KEPT_MS = 5000;

/**
 * GETs whose answers are read whole, over connections of their own that are kept for the next one. Node's own client
 * spends 10 ms at its first request, most of what a short command has; streams and bodies to send go through that one.
 */
export class WholeGets {
  readonly #dialer: Dialer;
  /** The connections without use, each with what ends the watch on it. */
  readonly #idle: Map<Duplex, () => void> = new Map();
  #closed = false;

  constructor(dialer: Dialer) {
    this.#dialer = dialer;
  }

  /** `INVALID` for a path or header that HTTP forbids; else as {@link HttpClient.request}, and `STREAM_CUT` for a body that breaks off. */
  async get(request: WholeGetRequest): Promise<WholeAnswer> {
    const bytes = requestBytes(request);
    throwIfAborted(request.signal);
    const kept = this.#takeIdle();
    if (kept !== undefined) {
      try {
        return await this.#ask(Promise.resolve(kept), bytes, request);
      } catch (error) {
        // What closed one idle connection (an engine that restarted) closed them all.
        if (!(error instanceof StaleConnection)) throw error;
        this.#dropIdle();
        throwIfAborted(request.signal);
      }
    }
    try {
      return await this.#ask(this.#dialer.dial({ signal: request.signal }), bytes, request);
    } catch (error) {
      throw error instanceof StaleConnection ? error.reason : error;
    }
  }

  /** Closes idle connections, and those in use after their answer. */
  close(): void {
    this.#closed = true;
    this.#dropIdle();
  }

  #dropIdle(): void {
    for (let socket = this.#takeIdle(); socket !== undefined; socket = this.#takeIdle()) socket.destroy();
  }

  #takeIdle(): Duplex | undefined {
    const [entry] = this.#idle;
    if (entry === undefined) return undefined;
    const [socket, unwatch] = entry;
    unwatch();
    return socket;
  }

  async #ask(opening: Promise<Duplex>, bytes: string, request: WholeGetRequest): Promise<WholeAnswer> {
    const { socket, answer } = await ask(opening, bytes, { ...request, address: this.#dialer.address });
    if (answer.isReusable && !this.#closed) this.#keep(socket);
    else socket.destroy();
    return answer;
  }

  #keep(socket: Duplex): void {
    const signs = ['data', 'end', 'close'];
    const drop = (): void => {
      unwatch();
      socket.destroy();
    };
    const timer = setTimeout(drop, KEPT_MS).unref();
    const unwatch = (): void => {
      this.#idle.delete(socket);
      clearTimeout(timer);
      for (const sign of signs) socket.off(sign, drop);
    };
    for (const sign of signs) socket.on(sign, drop);
    socket.resume();
    setRef(socket, 'unref');
    this.#idle.set(socket, unwatch);
  }
}

/** The peer closed before a byte of its answer: on a connection that was kept, only a sign that it was too old. */
class StaleConnection extends Error {
  readonly reason: WherryError;

  constructor(reason: WherryError) {
    super(reason.message);
    this.reason = reason;
  }
}

interface Asked {
  socket: Duplex;
  answer: WholeAnswer;
}

function ask(
  opening: Promise<Duplex>,
  bytes: string,
  request: WholeGetRequest & { address: string },
): Promise<Asked> {
  const { address, signal, timeout, idle, limit } = request;
  return new Promise((resolve, reject) => {
    const reader = new WholeAnswerReader();
    let socket: Duplex | undefined;
    let isSilent = true;
    let isSettled = false;
    let timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => fail(noAnswer(timeout, request)), timerDelay(timeout));
    const deadline =
      limit === undefined ? undefined : setTimeout(() => fail(noAnswer(limit, request)), timerDelay(limit));
    const release = (): void => {
      isSettled = true;
      clearTimeout(timer);
      clearTimeout(deadline);
      signal?.removeEventListener('abort', onAbort);
      socket?.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const fail = (error: unknown): void => {
      release();
      socket?.destroy();
      reject(error);
    };
    /** Whether `step` settled what became of the request. */
    const settles = (step: () => WholeAnswer | undefined): boolean => {
      try {
        const answer = step();
        if (answer === undefined || socket === undefined) return false;
        if (answer.status === 101) throw new Error('it switched protocols without being asked to');
        release();
        socket.pause();
        resolve({ socket, answer });
      } catch (error) {
        fail(notHttp(error, address));
      }
      return true;
    };
    const onData = (chunk: Buffer): void => {
      isSilent = false;
      if (settles(() => reader.push(chunk)) || !reader.hasHead) return;
      clearTimeout(timer);
      timer = idle === undefined ? undefined : setTimeout(() => fail(idleError(idle, request)), idle);
    };
    const onEnd = (): void => {
      if (!settles(() => reader.end())) onClose();
    };
    const onClose = (cause?: unknown): void => {
      const why = cause instanceof Error ? cause : undefined;
      if (reader.hasHead) fail(streamCut(why, request));
      else if (isSilent) fail(new StaleConnection(requestError(why, address)));
      else fail(requestError(why, address));
    };
    const onAbort = (): void => {
      if (signal !== undefined) fail(cancelled(signal));
    };
    signal?.addEventListener('abort', onAbort);
    opening.then((opened) => {
      if (isSettled) {
        opened.destroy();
        return;
      }
      socket = opened;
      socket.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
      setRef(socket, 'ref');
      socket.resume();
      if (socket.destroyed) onClose();
      else socket.write(bytes);
    }, fail);
  });
}

/** A dialer may hand out any Duplex: a tunnel's stream has no such methods. */
function setRef(socket: Duplex, method: 'ref' | 'unref'): void {
  const call: unknown = Reflect.get(socket, method);
  if (typeof call === 'function') call.call(socket);
}

function requestBytes({ path, headers }: WholeGetRequest): string {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  if (!/^\/[!-~]*$/.test(path) || lines.some((line) => !/^[\w!#$%&'*+.^`|~-]+: [\t -~]*$/.test(line))) {
    throw new WherryError(
      'INVALID',
      'the request cannot be sent: its path or a header has characters that HTTP forbids',
      {
        details: { path },
      },
    );
  }
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
