import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CallOptions, WherryError } from '../core/index.ts';
import { runtimeDirectory } from './runtime-directory.ts';

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

/** The socket on which a `serve` of the project takes orders. Its path is short enough for a socket. */
export function holderSocket(address: string, project: string): string {
  const name = createHash('sha256').update(`${address}\n${project}`).digest('hex').slice(0, 32);
  return join(runtimeDirectory('serve'), `${name}.sock`);
}

/** Where the `serve` of the project remembers since when nobody uses a service, for the one after it. */
export function idleRecordFile(address: string, project: string, service: string): string {
  const name = createHash('sha256').update(`${address}\n${project}\n${service}`).digest('hex').slice(0, 32);
  return join(runtimeDirectory('serve'), `${name}.idle.json`);
}

/** The holder of the project's ports; null when there is none, which costs one look at the disk. */
export async function findPortHolder(address: string, project: string): Promise<PortHolder | null> {
  const path = holderSocket(address, project);
  if (!existsSync(path)) return null;
  const { call } = await import('./serve/control.ts');
  const services = await call<readonly string[]>(path, 'GET', '/services').catch((error: unknown) => {
    if (isStale(error)) return null;
    throw error;
  });
  if (services === null) return null;
  return {
    services,
    switchOver: async (change, { signal }) => {
      await call(path, 'POST', '/switch-over', { body: change, signal });
    },
  };
}

/** The socket of a process that is gone. */
function isStale(error: unknown): boolean {
  const { cause } = error instanceof WherryError ? error : { cause: undefined };
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ECONNREFUSED' || code === 'ENOENT';
}
