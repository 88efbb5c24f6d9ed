import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { cpus, freemem, loadavg, totalmem } from 'node:os';

/** What the monitor asks of the machine that it runs on. Null: it is not there, or not for us to see. */
export interface HostAccess {
  platform: NodeJS.Platform;
  /** Text of one of the kernel's files. */
  read(path: string): string | null;
  readLink(path: string): string | null;
  /** Bytes. */
  diskSpace(path: string): { total: number; free: number; available: number } | null;
  /** ms that the cores together were busy, and in all, since boot. */
  cpuTimes(): { cpus: number; busy: number; total: number };
  /** Bytes. */
  totalMemory(): number;
  freeMemory(): number;
  loadAverage(): readonly number[];
}

/**
 * This machine. Reads are synchronous: the kernel answers from memory within microseconds, where a trip through the
 * thread pool costs ten times as much.
 */
export const nodeHost: HostAccess = {
  platform: process.platform,
  read: (path) => orNull(() => readFileSync(path, 'utf8')),
  readLink: (path) => orNull(() => readlinkSync(path)),
  diskSpace: (path) =>
    orNull(() => {
      const { bsize, blocks, bfree, bavail } = statfsSync(path);
      return { total: bsize * blocks, free: bsize * bfree, available: bsize * bavail };
    }),
  cpuTimes: () => {
    const cores = cpus();
    let busy = 0;
    let total = 0;
    for (const { times } of cores) {
      const worked = times.user + times.nice + times.sys + times.irq;
      busy += worked;
      total += worked + times.idle;
    }
    return { cpus: cores.length, busy, total };
  },
  totalMemory: totalmem,
  freeMemory: freemem,
  loadAverage: loadavg,
};

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
