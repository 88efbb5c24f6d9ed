import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cancelled, fileError, throwIfAborted } from '../core/errors.ts';
import { livenessOf, type ProcessIdentity, parseIdentity, thisProcess } from './process-identity.ts';

export interface FileLockOptions {
  signal?: AbortSignal | undefined;
  /** Called once when somebody else has it. */
  onWait?: ((holder: { pid: number; since: Date }) => void) | undefined;
}

interface Holder extends ProcessIdentity {
  token: string;
  since: string;
}

/** A lock file as it was found; `broken` when nothing can be read from it. */
type Found = Holder | 'broken' | null;

const longestPause = 100;
/** ms after which a draft that nothing can be read from is one of a process that died while it wrote. */
const oldDraft = 60_000;

/**
 * Holds the file at `path` as a lock for this process until disposed, and waits while another process of this machine
 * does. A holder that died without letting go is told by its pid, start time and boot. Fails with `CANCELLED`.
 */
export async function lockFile(path: string, options: FileLockOptions = {}): Promise<AsyncDisposable> {
  throwIfAborted(options.signal);
  const token = randomBytes(16).toString('hex');
  const holder: Holder = { ...(await thisProcess()), token, since: new Date().toISOString() };
  const draft = `${path}.${token}.draft`;
  try {
    await writeFile(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
    await take(path, draft, token, options);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await rm(draft, { force: true });
  }
  return { [Symbol.asyncDispose]: () => letGo(path, token) };
}

/** Whole files appear by linking, so that nobody reads half of one. */
async function take(path: string, draft: string, token: string, options: FileLockOptions): Promise<void> {
  let told = false;
  for (let wait = 2; ; wait = Math.min(wait * 2, longestPause)) {
    throwIfAborted(options.signal);
    if (await linked(draft, path)) return;
    const found = await read(path);
    if (found === null) continue;
    if (found === 'broken' || (await livenessOf(found)) === 'gone') {
      await clearAway({ path, gone: found, draft, token, signal: options.signal });
      continue;
    }
    if (!told) options.onWait?.({ pid: found.pid, since: new Date(found.since) });
    told = true;
    await pause(wait, options.signal);
  }
}

interface Clearing {
  path: string;
  gone: Holder | 'broken';
  draft: string;
  token: string;
  signal: AbortSignal | undefined;
}

/**
 * Removes the file of a holder that is gone. Only who holds the lock that is named after that holder's token may: so the
 * file that is removed is the one that was looked at, and not that of somebody who took its place meanwhile.
 */
async function clearAway({ path, gone, draft, token, signal }: Clearing): Promise<void> {
  const guard = `${path}.${gone === 'broken' ? gone : gone.token}`;
  await take(guard, draft, token, { signal });
  try {
    const found = await read(path);
    if (found !== null && tokenOf(found) === tokenOf(gone)) await rm(path, { force: true });
  } finally {
    await letGo(guard, token);
  }
  await sweep(path);
}

function tokenOf(found: Holder | 'broken'): string {
  return found === 'broken' ? found : found.token;
}

/** Removes what processes left behind that died while they waited or cleared away. */
async function sweep(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  const present = await read(path);
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(prefix) || !/^[0-9a-f]{32}(\.draft)?$/.test(name.slice(prefix.length))) continue;
    // The guard over a file that is there still means something.
    if (present !== null && name === prefix + tokenOf(present)) continue;
    const left = join(dirname(path), name);
    const writer = await read(left);
    if (writer === null) continue;
    const dead = writer === 'broken' ? await isOld(left) : (await livenessOf(writer)) === 'gone';
    if (dead) await rm(left, { force: true });
  }
}

async function isOld(path: string): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs < Date.now() - oldDraft;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
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

async function letGo(path: string, token: string): Promise<void> {
  const holder = await read(path);
  if (holder !== null && holder !== 'broken' && holder.token === token) await rm(path, { force: true });
}

async function read(path: string): Promise<Found> {
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
    // The token becomes part of a file's name.
    const whole = typeof token === 'string' && /^[0-9a-f]{32}$/.test(token) && typeof since === 'string';
    return identity === null || !whole ? 'broken' : { ...identity, token, since };
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
