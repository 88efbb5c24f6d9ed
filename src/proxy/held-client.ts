import type { Socket } from 'node:net';
import { cancelled, WherryError } from '../core/errors.ts';
import type { Lazy, Lease } from '../core/lazy.ts';
import { timerDelay } from '../core/timer.ts';
import type { Gate } from '../transport/gate.ts';
import type { TargetAddress } from './address.ts';
import { closeGently } from './closing.ts';
import { dial } from './dial.ts';
import type { ServiceConnection } from './service-connection.ts';
import { answerWaiting, defaultAnswerDelay, speaksHttp, type WaitingAnswer } from './waiting-answer.ts';

export interface HoldOptions {
  lazy: Lazy;
  target: () => TargetAddress;
  /** ms. */
  maxWait: number;
  waitingAnswer: WaitingAnswer | undefined;
  /** Lets those who have waited to the service a few at a time. */
  release: Gate;
  /** Fires when nobody is to be held any more. */
  signal: AbortSignal;
}

/** A client's way to the service. */
export interface Passage {
  lease: Lease;
  address: TargetAddress;
  service: ServiceConnection;
}

/**
 * Holds a client until the service is ready and reached. Resolves to null when the client got the waiting answer instead
 * (the service starts all the same); rejects with `TIMEOUT`, with `CANCELLED` when the client left or the signal fired,
 * or with what kept the service from starting.
 */
export async function hold(client: Socket, options: HoldOptions): Promise<Passage | null> {
  const { maxWait, waitingAnswer, signal } = options;
  const waiting = new AbortController();
  const stop = (): void => waiting.abort();
  const limit = setTimeout(() => waiting.abort(tooLong(maxWait)), timerDelay(maxWait));
  let answered = false;
  const answer =
    waitingAnswer &&
    setInterval(() => {
      if (client.destroyed || !speaksHttp(client)) return;
      answered = true;
      clearInterval(answer);
      // The service is to start although this client leaves: it will come again.
      client.off('close', stop);
      answerWaiting(client, waitingAnswer);
      closeGently(client);
    }, waitingAnswer.after ?? defaultAnswerDelay);
  client.once('close', stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const passage = await reach(options, waiting.signal);
    if (!answered) return passage;
    passage.service.socket.destroy();
    await passage.lease.release();
    return null;
  } catch (error) {
    if (answered) return null;
    if (!waiting.signal.aborted) throw error;
    throw waiting.signal.reason instanceof WherryError ? waiting.signal.reason : cancelled(waiting.signal);
  } finally {
    clearTimeout(limit);
    clearInterval(answer);
    client.off('close', stop);
    signal.removeEventListener('abort', stop);
  }
}

/** ms of waiting for the service from which on a client is one of those who come all at once when it is up. */
const waited = 5;

/** ms that a service has to accept a connection, before the next of those who have waited is let to it. */
const accepting = 10;

async function reach({ lazy, target, release }: HoldOptions, signal: AbortSignal): Promise<Passage> {
  const began = performance.now();
  const lease = await lazy.acquire({ signal });
  try {
    if (performance.now() - began < waited) return { lease, ...(await dial(target, signal)) };
    const leave = await release.enter(signal);
    try {
      return { lease, ...(await dial(target, signal)) };
    } finally {
      setTimeout(leave, accepting);
    }
  } catch (error) {
    await lease.release();
    throw error;
  }
}

function tooLong(maxWait: number): WherryError {
  return new WherryError('TIMEOUT', `the service was not ready within ${maxWait} ms`, {
    details: { maxWait },
  });
}
