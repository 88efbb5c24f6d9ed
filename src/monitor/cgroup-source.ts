import { type CgroupFigures, cgroupFigures } from './cgroup-figures.ts';
import { type CgroupFolders, findCgroup } from './cgroup-path.ts';
import type { MonitorClock } from './clock.ts';
import type { ContainerFigures } from './container-meter.ts';
import type { HostAccess } from './host-access.ts';
import { parseInterfaces, parseMemory } from './proc.ts';
import type { RunningContainer } from './running-containers.ts';

/** Containers read at a stretch; others get their turn in between. */
const STRETCH = 50;

export interface CgroupSample {
  container: RunningContainer;
  figures: ContainerFigures;
  /** Monotonic ms. */
  time: number;
}

/** Reads the figures of containers of this machine from the kernel's files. */
export class CgroupSource {
  readonly #host: HostAccess;
  readonly #clock: MonitorClock;
  readonly #folders: WeakMap<RunningContainer, CgroupFolders | null> = new WeakMap();

  constructor(host: HostAccess, clock: MonitorClock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** Whether the container is a process of this machine whose figures can be read here. */
  canSee(container: RunningContainer): boolean {
    return this.#foldersOf(container) !== null;
  }

  /** One sample of each; those that ended meanwhile have none. */
  async sample(containers: readonly RunningContainer[]): Promise<readonly CgroupSample[]> {
    const memory = parseMemory(this.#host.read('/proc/meminfo') ?? '')?.total ?? this.#host.totalMemory();
    const { cpus } = this.#host.cpuTimes();
    const samples: CgroupSample[] = [];
    for (const [index, container] of containers.entries()) {
      if (index > 0 && index % STRETCH === 0) await new Promise((resolve) => setImmediate(resolve));
      const folders = this.#foldersOf(container);
      const figures = folders === null ? null : cgroupFigures(this.#host, folders);
      if (figures === null) continue;
      const [time, date] = [this.#clock.monotonic(), this.#clock.now()];
      samples.push({
        container,
        time,
        figures: { time: date, ...this.#whole(container, figures, { memory, cpus }) },
      });
    }
    return samples;
  }

  #foldersOf(container: RunningContainer): CgroupFolders | null {
    const known = this.#folders.get(container);
    if (known !== undefined) return known;
    const found = container.pid === null ? null : findCgroup(this.#host, container.pid, container.id);
    this.#folders.set(container, found);
    return found;
  }

  /** Where a group has no limit, the machine is one. */
  #whole(
    container: RunningContainer,
    figures: CgroupFigures,
    machine: { memory: number; cpus: number },
  ): Omit<ContainerFigures, 'time'> {
    const { cpuTime, cpuLimit, memory, memoryLimit, blockRead, blockWrite, pids } = figures;
    return {
      cpu: null,
      cpuSeconds: cpuTime === null ? null : cpuTime / 1e9,
      cpuLimit: cpuLimit ?? machine.cpus,
      memory,
      memoryLimit: Math.min(memoryLimit ?? machine.memory, machine.memory),
      ...this.#network(container),
      blockRead,
      blockWrite,
      pids,
    };
  }

  #network({ pid, hostNetwork }: RunningContainer): { networkRx: number | null; networkTx: number | null } {
    const text = hostNetwork ? null : this.#host.read(`/proc/${pid}/net/dev`);
    const interfaces = [...parseInterfaces(text ?? '')].filter(([name]) => name !== 'lo');
    if (interfaces.length === 0) return { networkRx: null, networkTx: null };
    return {
      networkRx: interfaces.reduce((sum, [, { rx }]) => sum + rx, 0),
      networkTx: interfaces.reduce((sum, [, { tx }]) => sum + tx, 0),
    };
  }
}
