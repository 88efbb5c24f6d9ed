import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Which process this is: a pid alone is used again for others. */
export interface ProcessIdentity {
  pid: number;
  /** Start of the process in the kernel's clock ticks; null where it does not tell. */
  startTime: string | null;
  /** Boot of the machine that it runs in; null where the kernel does not tell. */
  bootId: string | null;
  hostname: string;
}

export type Liveness = 'alive' | 'gone' | 'unknown';

export async function thisProcess(): Promise<ProcessIdentity> {
  const [startTime, bootId] = await Promise.all([startTimeOf(process.pid), currentBootId()]);
  return { pid: process.pid, startTime, bootId, hostname: hostname() };
}

/** Whether that process still lives; `unknown` for another machine's. */
export async function livenessOf(identity: ProcessIdentity): Promise<Liveness> {
  if (identity.hostname !== hostname()) return 'unknown';
  if (identity.bootId !== (await currentBootId())) return 'gone';
  if (!answersSignals(identity.pid)) return 'gone';
  const startTime = await startTimeOf(identity.pid);
  return startTime === identity.startTime ? 'alive' : 'gone';
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The 22nd field of /proc/PID/stat; the second one may hold spaces and parentheses. */
async function startTimeOf(pid: number): Promise<string | null> {
  const stat = await readOrNull(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[19] ?? null;
}

async function currentBootId(): Promise<string | null> {
  return (await readOrNull('/proc/sys/kernel/random/boot_id'))?.trim() ?? null;
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

/** Reads an identity back from JSON; null when it is none. */
export function parseIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { pid, startTime, bootId, hostname: host } = value as Record<string, unknown>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof host !== 'string')
    return null;
  return { pid, startTime: textOrNull(startTime), bootId: textOrNull(bootId), hostname: host };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
