import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileError } from '../core/errors.ts';
import { isId, newId } from '../core/index.ts';
import {
  livenessOf,
  type ProcessIdentity,
  parseIdentity,
  thisProcess,
} from '../transport/process-identity.ts';

/**
 * A claim of this process on things that it makes: its id is the value of their label `dev.wherry.lease`. While the
 * process lives, `gc` leaves them alone.
 */
export interface Lease extends AsyncDisposable {
  readonly id: string;
  /** Moves the expiry. Only needed where the process itself cannot be seen (another machine's). */
  renew(): Promise<void>;
  /** Forgets the lease: everything under it is gone, or belongs to somebody else now. */
  release(): Promise<void>;
  /** Gives up what is under it to the next `gc`. */
  abandon(): Promise<void>;
}

export interface LeaseOptions {
  /** ms until it expires for those who cannot see the process. Default: one day. */
  ttl?: number | undefined;
  /** Default: `wherry/leases` in `XDG_STATE_HOME`. */
  directory?: string | undefined;
}

interface LeaseFile {
  id: string;
  /** Address of the engine. */
  engine: string;
  holder: ProcessIdentity;
  expiresAt: string;
  abandoned: boolean;
}

/** `unknown`: there is no such lease here, so that nobody can tell. */
export type LeaseState = 'held' | 'stale' | 'unknown';

const day = 86_400_000;

/** Writes a lease of this process on things of the engine at `address` (`backend.address`); disposing it releases it. */
export async function createLease(address: string, options: LeaseOptions = {}): Promise<Lease> {
  const directory = options.directory ?? leaseDirectory();
  const ttl = options.ttl ?? day;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const id = newId('lease');
  const holder = await thisProcess();
  const save = (abandoned: boolean): Promise<void> =>
    write(directory, {
      id,
      engine: address,
      holder,
      expiresAt: new Date(Date.now() + ttl).toISOString(),
      abandoned,
    });
  const release = (): Promise<void> => forgetLease(id, { directory });
  await save(false);
  return {
    id,
    renew: () => save(false),
    release,
    abandon: () => save(true),
    [Symbol.asyncDispose]: release,
  };
}

/** Whether the holder of a lease on things of that engine is still there. */
export async function leaseState(
  address: string,
  id: string,
  options: Pick<LeaseOptions, 'directory'> & { now?: Date } = {},
): Promise<LeaseState> {
  const lease = await read(options.directory ?? leaseDirectory(), id);
  if (lease === null || lease.engine !== address) return 'unknown';
  if (lease.abandoned) return 'stale';
  const liveness = await livenessOf(lease.holder);
  if (liveness !== 'unknown') return liveness === 'alive' ? 'held' : 'stale';
  return new Date(lease.expiresAt) < (options.now ?? new Date()) ? 'stale' : 'held';
}

/** Ids of all leases that there are files of, on any engine. */
export async function leaseIds(options: Pick<LeaseOptions, 'directory'> = {}): Promise<string[]> {
  try {
    const names = await readdir(options.directory ?? leaseDirectory());
    return names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [])).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export async function forgetLease(id: string, options: Pick<LeaseOptions, 'directory'> = {}): Promise<void> {
  await rm(pathOf(options.directory ?? leaseDirectory(), id), { force: true });
}

/** A whole file takes the place of the old one, so that nobody reads half of it. */
async function write(directory: string, lease: LeaseFile): Promise<void> {
  const path = pathOf(directory, lease.id);
  const draft = `${path}.${process.pid}.part`;
  try {
    await writeFile(draft, JSON.stringify(lease), { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw fileError(error, path);
  }
}

async function read(directory: string, id: string): Promise<LeaseFile | null> {
  // The id comes from a label, which anybody can write: it must not name a file elsewhere.
  if (!isId(id)) return null;
  try {
    const value: unknown = JSON.parse(await readFile(pathOf(directory, id), 'utf8'));
    const { engine, holder, expiresAt, abandoned } = value as Record<string, unknown>;
    const identity = parseIdentity(holder);
    if (identity === null || typeof expiresAt !== 'string' || typeof engine !== 'string') return null;
    return { id, engine, holder: identity, expiresAt, abandoned: abandoned === true };
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function pathOf(directory: string, id: string): string {
  return join(directory, `${id}.json`);
}

function leaseDirectory(): string {
  const state = process.env.XDG_STATE_HOME;
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return join(base, 'wherry', 'leases');
}
