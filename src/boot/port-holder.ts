import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CallOptions, cancelled, type PublishedPort, WherryError } from '../core/index.ts';
import { nameOf, runtimeDirectory } from './runtime-directory.ts';

/** A `serve` that holds published ports of a project. */
export interface PortHolder {
  /** Services whose ports it holds: their containers are published on the loopback only. */
  services: readonly string[];
  /** Sends new connections to the container `to`, and resolves when those to `from` have ended or had their time. */
  switchOver(change: SwitchOver, options: CallOptions): Promise<void>;
}

/** One container takes the place of another. */
export interface SwitchOver {
  service: string;
  /** Id of the container that is ready. */
  to: string;
  /** Id of the container that will be stopped. */
  from: string;
}

/** Where a `serve` listens in place of the engine, by service. */
export type HeldPorts = ReadonlyMap<string, readonly PublishedPort[]>;

/** ms that a `serve` may take to say what it holds; it has that at hand. */
const patience = 10_000;
/** The same in ms for what is only shown: one that hangs must not be waited for. */
const briefly = 500;

/** The socket on which a `serve` of the project takes orders. Its path is short enough for a socket. */
export function holderSocket(address: string, project: string): string {
  return join(runtimeDirectory('serve'), `${nameOf(address, project)}.sock`);
}

/** Where the `serve` of the project remembers since when nobody uses a service, for the one after it. */
export function idleRecordFile(address: string, project: string, service: string): string {
  return join(runtimeDirectory('serve'), `${nameOf(address, project, service)}.idle.json`);
}

/**
 * The holder of the project's ports; null when there is none, which costs one look at the disk. Fails with `UNAVAILABLE`
 * when it hangs.
 */
export async function findPortHolder(
  address: string,
  project: string,
  { signal }: CallOptions = {},
): Promise<PortHolder | null> {
  const path = holderSocket(address, project);
  const services = await ask<readonly string[]>(path, '/services', { signal, limit: patience });
  if (services === null) return null;
  return {
    services,
    switchOver: async (change, options) => {
      const { call } = await import('./serve/control.ts');
      await call(path, 'POST', '/switch-over', { body: change, signal: options.signal });
    },
  };
}

/** Where a `serve` of the project listens; nothing when there is none, or it does not say so at once. */
export async function heldPorts(
  address: string,
  project: string,
  { signal }: CallOptions = {},
): Promise<HeldPorts> {
  if (!somebodyServes()) return new Map();
  const path = holderSocket(address, project);
  try {
    return new Map(await ask<[string, PublishedPort[]][]>(path, '/ports', { signal, limit: briefly }));
  } catch {
    return new Map();
  }
}

/** Asked before the name of a socket is worked out, which takes longer than all else that a `ps` without a `serve` does. */
function somebodyServes(): boolean {
  try {
    return readdirSync(runtimeDirectory('serve')).some((name) => name.endsWith('.sock'));
  } catch {
    return false;
  }
}

/** The ports of a container of `service` as its clients see them: where a `serve` listens, and what it does not hold. */
export function inPlace(
  ports: readonly PublishedPort[],
  held: readonly PublishedPort[] = [],
): readonly PublishedPort[] {
  const isHeld = ({ target, protocol }: PublishedPort): boolean =>
    held.some((one) => one.target === target && one.protocol === protocol);
  return [...held, ...ports.filter((port) => !isHeld(port))];
}

/** Null when nobody is there. */
async function ask<T>(
  path: string,
  what: string,
  { signal, limit }: { signal: AbortSignal | undefined; limit: number },
): Promise<T | null> {
  if (!existsSync(path)) return null;
  const { call } = await import('./serve/control.ts');
  const late = AbortSignal.timeout(limit);
  try {
    return await call<T>(path, 'GET', what, { signal: signal ? AbortSignal.any([signal, late]) : late });
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(signal);
    if (isStale(error)) return null;
    throw error;
  }
}

/** The socket of a process that is gone. */
function isStale(error: unknown): boolean {
  const { cause } = error instanceof WherryError ? error : { cause: undefined };
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}
