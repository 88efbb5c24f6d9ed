import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { dirname } from 'node:path';
import { fileError } from '../../core/errors.ts';
import { isWherryError, WherryError } from '../../core/index.ts';
import { claim } from '../claim.ts';
import type { HeldPorts, SwitchOver } from '../port-holder.ts';
import { ownDirectory } from '../runtime-directory.ts';

/** What a `serve` can be asked for by other processes of this user. */
export interface Orders {
  services(): readonly string[];
  /** Where it listens, as engines list published ports. */
  ports(): HeldPorts;
  switchOver(change: SwitchOver): Promise<void>;
}

/** Takes orders on a unix socket. Fails with `CONFLICT` when another process does so already, also one that is stopped. */
export async function takeOrders(path: string, orders: Orders): Promise<AsyncDisposable> {
  await ownDirectory(dirname(path));
  // Of two that start at the same time, one would take the other's socket away.
  const place = await claim(`${path}.lock`, 'the project is served');
  try {
    // What a killed one left.
    await rm(path, { force: true });
    const server = createServer((asked, answer) => {
      void reply(asked, orders).then(({ status, body }) => {
        answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    server.listen(path);
    await once(server, 'listening');
    await chmod(path, 0o600);
    return {
      [Symbol.asyncDispose]: async () => {
        await close(server);
        await place[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw fileError(error, path);
  }
}

/** Asks the process behind `path`. Fails with `UNAVAILABLE` when there is none, or with the error that it answers. */
export async function call<T>(
  path: string,
  method: 'GET' | 'POST',
  what: string,
  options: { body?: object; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const { body, signal } = options;
  const asking = request({ socketPath: path, method, path: what, ...(signal && { signal }) });
  asking.end(body === undefined ? '' : JSON.stringify(body));
  try {
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    const said: unknown = JSON.parse(await textOf(answer));
    if (answer.statusCode === 200) return said as T;
    const { code, message } = said as { code: 'INTERNAL'; message: string };
    throw new WherryError(code, message);
  } catch (cause) {
    if (isWherryError(cause)) throw cause;
    throw new WherryError('UNAVAILABLE', 'the wherry serve that holds the ports does not answer', {
      hint: 'stop that process, or let it go on',
      cause,
    });
  }
}

/** Never rejects. */
async function reply(asked: IncomingMessage, orders: Orders): Promise<{ status: number; body: unknown }> {
  try {
    if (asked.url === '/services') return { status: 200, body: orders.services() };
    if (asked.url === '/ports') return { status: 200, body: [...orders.ports()] };
    if (asked.method !== 'POST' || asked.url !== '/switch-over')
      throw new WherryError('INVALID', `there is no ${asked.method} ${asked.url}`);
    await orders.switchOver(JSON.parse(await textOf(asked)) as SwitchOver);
    return { status: 200, body: {} };
  } catch (error) {
    const { code, message } = isWherryError(error)
      ? error
      : new WherryError('INTERNAL', error instanceof Error ? error.message : String(error));
    return { status: 500, body: { code, message } };
  }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  return Buffer.concat((await stream.toArray()) as Buffer[]).toString('utf8');
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
