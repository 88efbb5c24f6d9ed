import type { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { http } from './builtin.ts';
import type { Dialer } from './dialer.ts';

/** A keep-alive pool of connections to one dialer. Idle connections never keep the process alive. */
export interface ConnectionPool {
  readonly agent: Agent;
  /** Closes the idle connections; the next request dials. */
  dropIdle(): void;
  /** As {@link dropIdle}, and no connection is kept any more from now on. */
  close(): void;
}

export function connectionPool(dialer: Dialer): ConnectionPool {
  // The name is the dialer's to give; without one Node looks for it in the host header, with an expression that takes ms.
  const settings = { keepAlive: true, servername: '' };
  const agent = new (http().Agent)(settings);
  // Declared as void, yet Node's own answer is whether the peer lets the connection be kept.
  const keepSocketAlive: (socket: Duplex) => unknown = agent.keepSocketAlive.bind(agent);
  let closed = false;

  const overrides = {
    createConnection(_options: unknown, created: (error: unknown, socket?: Duplex) => void): void {
      dialer.dial().then(
        (socket) => created(null, withSocketMethods(socket)),
        (error: unknown) => created(error),
      );
    },
    keepSocketAlive: (socket: Duplex): boolean => !closed && keepSocketAlive(socket) !== false,
  };
  Object.assign(agent, overrides);

  const dropIdle = (): void => {
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of [...(sockets ?? [])]) socket.destroy();
    }
  };
  return {
    agent,
    dropIdle,
    close: () => {
      closed = true;
      dropIdle();
    },
  };
}

/** Node's pool calls methods of net.Socket; a dialer may hand out any Duplex (a tunnel's stream has none of them). */
function withSocketMethods(socket: Duplex): Duplex {
  for (const name of ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref']) {
    if (!(name in socket)) Object.defineProperty(socket, name, { value: () => socket });
  }
  return socket;
}
