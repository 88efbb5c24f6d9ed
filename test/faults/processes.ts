import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processes whose command line has that text, such as the folder of a test's own engine. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => fileOf(`/proc/${pid}/cmdline`).includes(text))
    .map(Number);
}

/** The processes that this one started and that still are. */
export function childrenOf(pid: number): number[] {
  const children = fileOf(`/proc/${pid}/task/${pid}/children`);
  return children.split(' ').filter(Boolean).map(Number);
}

/** Sends a signal; nothing when there is no such process any more. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resolves when the process is gone: a dead one that nobody waits for is. */
export async function gone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 500 && isAlive(pid); attempt += 1) await sleep(20);
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(fileOf(`/proc/${pid}/status`));
}

/** What is mounted below a folder, the deepest first. */
export function mountsBelow(folder: string): string[] {
  return fileOf('/proc/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

function fileOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
