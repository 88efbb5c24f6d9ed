import type { Pressure, Stall } from '../core/index.ts';

/** CPU time of the whole machine from `/proc/stat`, in ticks. Waiting for a disk is idle time. */
export function parseCpuTimes(stat: string): { cpus: number; busy: number; total: number } | null {
  const line = /^cpu +(.+)$/m.exec(stat)?.[1];
  if (line === undefined) return null;
  // Guest time (the last two) is part of user time already.
  const fields = line.split(' ').slice(0, 8).map(Number);
  const total = fields.reduce((sum, ticks) => sum + ticks, 0);
  const [, , , idle = 0, ioWait = 0] = fields;
  return { cpus: stat.match(/^cpu\d+ /gm)?.length ?? 0, busy: total - idle - ioWait, total };
}

/** Bytes from `/proc/meminfo`; `available` is null on kernels before 3.14. */
export function parseMemory(meminfo: string): { total: number; available: number | null } | null {
  const bytes = (name: string): number | null => {
    const kib = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  };
  const total = bytes('MemTotal');
  return total === null ? null : { total, available: bytes('MemAvailable') };
}

/** Averages from `/proc/loadavg`. */
export function parseLoad(loadavg: string): [number, number, number] | null {
  const [one = Number.NaN, five = Number.NaN, fifteen = Number.NaN] = loadavg.split(' ').map(Number);
  return Number.isNaN(one + five + fifteen) ? null : [one, five, fifteen];
}

/** Bytes by interface from `/proc/net/dev`. */
export function parseInterfaces(dev: string): Map<string, { rx: number; tx: number }> {
  const interfaces = new Map<string, { rx: number; tx: number }>();
  // Old kernels leave no space between the colon and the first number.
  for (const [, name = '', numbers = ''] of dev.matchAll(/^ *([^\s:]+(?::[^\s:]+)*):([\d ]+)$/gm)) {
    const fields = numbers.trim().split(/ +/).map(Number);
    interfaces.set(name, { rx: fields[0] ?? 0, tx: fields[8] ?? 0 });
  }
  return interfaces;
}

/** One file of `/proc/pressure`. */
export function parsePressure(text: string): Pressure | null {
  const some = stall(text, 'some');
  return some === null ? null : { some, full: stall(text, 'full') };
}

function stall(text: string, kind: 'some' | 'full'): Stall | null {
  const match = new RegExp(
    `^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)$`,
    'm',
  ).exec(text);
  if (match === null) return null;
  const [avg10 = 0, avg60 = 0, avg300 = 0, microseconds = 0] = match.slice(1).map(Number);
  return { avg10, avg60, avg300, total: microseconds / 1000 };
}
