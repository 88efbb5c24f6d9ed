import type { DiskSpace, NetworkTraffic, SystemResources } from '../core/index.ts';
import type { MonitorClock } from './clock.ts';
import type { HostAccess } from './host-access.ts';
import { parseCpuTimes, parseInterfaces, parseLoad, parseMemory, parsePressure } from './proc.ts';
import { Rate } from './rate.ts';

/** Figures of the machine that we run on: from the kernel's files on Linux, else what Node knows. */
export class SystemSampler {
  readonly #host: HostAccess;
  readonly #clock: MonitorClock;
  readonly #disks: readonly string[];
  readonly #received = new Rate();
  readonly #sent = new Rate();
  #cpuBefore: { busy: number; total: number } | null = null;

  constructor(options: { host: HostAccess; clock: MonitorClock; disks: readonly string[] }) {
    this.#host = options.host;
    this.#clock = options.clock;
    this.#disks = options.disks;
  }

  /** Takes all figures; rates and the CPU's share are those since the last call. */
  sample(): SystemResources {
    const disks = this.#disks.flatMap((path) => this.#disk(path) ?? []);
    return {
      time: this.#clock.now(),
      ...this.#cpu(),
      load: this.#load(),
      ...this.#memory(),
      disks,
      diskPercent: disks.length === 0 ? null : Math.max(...disks.map(({ percent }) => percent)),
      network: this.#network(),
      pressure: this.#pressure(),
    };
  }

  #linux(path: string): string | null {
    return this.#host.platform === 'linux' ? this.#host.read(path) : null;
  }

  #cpu(): { cpus: number; cpuPercent: number | null } {
    const { cpus, busy, total } = parseCpuTimes(this.#linux('/proc/stat') ?? '') ?? this.#host.cpuTimes();
    const before = this.#cpuBefore;
    this.#cpuBefore = { busy, total };
    if (before === null || total <= before.total) return { cpus, cpuPercent: null };
    const share = (busy - before.busy) / (total - before.total);
    // The kernel's iowait may go back a little, and a share with it.
    return { cpus, cpuPercent: 100 * Math.min(1, Math.max(0, share)) };
  }

  /** Windows has no such figure, and Node says zero there. */
  #load(): [number, number, number] | null {
    if (this.#host.platform === 'win32') return null;
    const [one = 0, five = 0, fifteen = 0] = this.#host.loadAverage();
    return parseLoad(this.#linux('/proc/loadavg') ?? '') ?? [one, five, fifteen];
  }

  #memory(): Pick<SystemResources, 'memoryTotal' | 'memoryUsed' | 'memoryPercent'> {
    const memory = parseMemory(this.#linux('/proc/meminfo') ?? '');
    const memoryTotal = memory?.total ?? this.#host.totalMemory();
    // On macOS Node counts as free only what nothing was ever cached in: the rest says nothing of need.
    const available =
      memory === null
        ? this.#host.platform === 'darwin'
          ? null
          : this.#host.freeMemory()
        : memory.available;
    const memoryUsed = available === null ? null : memoryTotal - available;
    return { memoryTotal, memoryUsed, memoryPercent: percent(memoryUsed, memoryTotal) };
  }

  #disk(path: string): DiskSpace | null {
    const space = this.#host.diskSpace(path);
    if (space === null) return null;
    const { total, free, available } = space;
    const used = total - free;
    return { path, total, used, available, percent: percent(used, used + available) ?? 0 };
  }

  #network(): NetworkTraffic | null {
    const interfaces = [...parseInterfaces(this.#linux('/proc/net/dev') ?? '')].filter(
      ([name]) => name !== 'lo',
    );
    if (interfaces.length === 0) return null;
    // Bridges and the like carry what real ones carry again. Where there is no real one we are in a container.
    const real = interfaces.filter(
      ([name]) => this.#host.readLink(`/sys/class/net/${name}`)?.includes('/virtual/') === false,
    );
    let rx = 0;
    let tx = 0;
    for (const [, traffic] of real.length > 0 ? real : interfaces) {
      rx += traffic.rx;
      tx += traffic.tx;
    }
    const time = this.#clock.monotonic();
    return { rx, tx, rxRate: this.#received.next(rx, time), txRate: this.#sent.next(tx, time) };
  }

  #pressure(): SystemResources['pressure'] {
    const [cpu = null, memory = null, io = null] = ['cpu', 'memory', 'io'].map((resource) =>
      parsePressure(this.#linux(`/proc/pressure/${resource}`) ?? ''),
    );
    return cpu === null && memory === null && io === null ? null : { cpu, memory, io };
  }
}

function percent(part: number | null, whole: number): number | null {
  return part === null || whole <= 0 ? null : (100 * part) / whole;
}
