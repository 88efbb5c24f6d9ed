import type { WherryError } from '../core/errors.ts';
import type { Lazy } from '../core/lazy.ts';
import type { TargetAddress } from './address.ts';
import type { WaitingAnswer } from './waiting-answer.ts';

export interface ProxyOptions {
  /** Address to listen on. Default: 127.0.0.1. */
  host?: string | undefined;
  /** Port to listen on; 0 takes any free one. */
  port: number;
  /** What has to be up while a client is there. */
  lazy: Lazy;
  /** Where the service answers, if that is known before it is up; see `retarget`. */
  targets?: readonly TargetAddress[] | undefined;
  /** ms that a client is held until the service is ready. Default: 60 000. */
  maxWait?: number | undefined;
  /** Clients that are held at once; more are turned away. Default: 8192. */
  maxHeld?: number | undefined;
  /** Clients at once; more are turned away. Default: 16 384. */
  maxClients?: number | undefined;
  /** Told why a client was turned away. */
  onRefused?: ((reason: WherryError) => void) | undefined;
}

export interface TcpProxyOptions extends ProxyOptions {
  /** Answers HTTP clients that would be held for long. Default: they are held as all others are. */
  waitingAnswer?: WaitingAnswer | undefined;
}

export interface UdpProxyOptions extends ProxyOptions {
  /** ms without a datagram in either direction after which a client counts as gone. Default: 30 000. */
  idleTimeout?: number | undefined;
  /** Bytes that are kept for one client until the service is ready; later datagrams are dropped. Default: 65 536. */
  maxBuffered?: number | undefined;
}

export interface DrainOptions {
  /** ms that clients may take to leave by themselves; then they are cut. Default: 10 000. */
  limit?: number | undefined;
  /** Ends the waiting at once. */
  signal?: AbortSignal | undefined;
}

/** Limits that hold where the options say nothing. */
export const defaults = {
  host: '127.0.0.1',
  maxWait: 60_000,
  maxHeld: 8192,
  maxClients: 16_384,
  idleTimeout: 30_000,
  maxBuffered: 65_536,
  drainLimit: 10_000,
} as const;
