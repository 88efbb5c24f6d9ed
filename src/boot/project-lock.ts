import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, throwIfAborted, WherryError } from '../core/index.ts';
import { livenessOf, type ProcessIdentity, parseIdentity, thisProcess } from './process-identity.ts';

export interface ProjectLockOptions {
  signal?: AbortSignal | undefined;
  /** Called once when somebody else has it. */
  onWait?: (holder: { pid: number; since: Date }) => void;
  /** Default: `XDG_RUNTIME_DIR`, else a directory of this user's in the system's temporary one. */
  directory?: string | undefined;
}

interface LockFile extends ProcessIdentity {
  token: string;
  since: string;
}

/**
 * Holds the project on that engine for this process until disposed; waits while another one does. A holder that died
 * without letting go is noticed by its pid and start time.
 */
export async function lockProject(
  address: string,
  project: string,
  options: ProjectLockOptions = {},
): Promise<AsyncDisposable> {
  const directory = options.directory ?? runtimeDirectory();
  await ownDirectory(directory);
  const name = createHash('sha256').update(`${address}\n${project}`).digest('hex').slice(0, 32);
  const path = join(directory, `${name}.lock`);
  const token = randomBytes(16).toString('hex');
  const mine: LockFile = { ...(await thisProcess()), token, since: new Date().toISOString() };
  const draft = `${path}.${token}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: 'wx' });
  try {
    await take(draft, path, options);
  } finally {
    await rm(draft, { force: true });
  }
  return { [Symbol.asyncDispose]: () => letGo(path, token) };
}

/** Whole files appear by linking, so that nobody reads half of one. */
async function take(draft: string, path: string, options: ProjectLockOptions): Promise<void> {
  let told = false;
  for (let wait = 20; ; wait = Math.min(wait * 2, 100)) {
    throwIfAborted(options.signal);
    if (await linked(draft, path)) return;
    const holder = await read(path);
    if (holder === null) continue;
    if (holder === 'broken' || (await livenessOf(holder)) === 'gone') {
      await clearAway(path, draft, holder);
      continue;
    }
    if (!told) options.onWait?.({ pid: holder.pid, since: new Date(holder.since) });
    told = true;
    await pause(wait, options.signal);
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale file aside; when a new holder's was caught instead, it is put back. */
async function clearAway(path: string, draft: string, stale: LockFile | 'broken'): Promise<void> {
  const aside = `${draft}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await read(aside);
  const expected = stale === 'broken' ? undefined : stale.token;
  if (moved !== null && moved !== 'broken' && moved.token !== expected) await linked(aside, path);
  await rm(aside, { force: true });
}

async function letGo(path: string, token: string): Promise<void> {
  const holder = await read(path);
  if (holder !== null && holder !== 'broken' && holder.token === token) await rm(path, { force: true });
}

async function read(path: string): Promise<LockFile | 'broken' | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    const identity = parseIdentity(value);
    const { token, since } = value as Record<string, unknown>;
    if (identity === null || typeof token !== 'string' || typeof since !== 'string') return 'broken';
    return { ...identity, token, since };
  } catch {
    return 'broken';
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    if (signal !== undefined) throw cancelled(signal);
  }
}

/** In the system's temporary directory somebody else may have made it first, to have our files go where they like. */
async function ownDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = await stat(directory);
  if (uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0) return;
  throw new WherryError('PERMISSION', `${directory} belongs to somebody else, or others may write to it`, {
    hint: 'set XDG_RUNTIME_DIR to a directory of your own',
    details: { directory },
  });
}

function runtimeDirectory(): string {
  const runtime = process.env.XDG_RUNTIME_DIR;
  if (runtime !== undefined && runtime !== '') return join(runtime, 'wherry', 'locks');
  return join(tmpdir(), `wherry-${userInfo().uid}`, 'locks');
}
