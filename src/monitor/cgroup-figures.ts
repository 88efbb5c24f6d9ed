import type { CgroupFolders } from './cgroup-path.ts';
import type { HostAccess } from './host-access.ts';

/** What the kernel counted for one control group; the same words and units on v1 and v2. */
export interface CgroupFigures {
  /** ns since the group was made. */
  cpuTime: number | null;
  /** Cores; null when there is no limit. */
  cpuLimit: number | null;
  /** Bytes without page cache that nobody used lately. */
  memory: number | null;
  /** Bytes; null when there is no limit. */
  memoryLimit: number | null;
  /** Bytes from and to block devices. */
  blockRead: number | null;
  blockWrite: number | null;
  pids: number | null;
}

/** Reads the figures; null when the group is gone. */
export function cgroupFigures(host: HostAccess, folders: CgroupFolders): CgroupFigures | null {
  const figures = folders.version === 1 ? v1(host, folders) : v2(host, folders.folder);
  return figures.cpuTime === null && figures.memory === null ? null : figures;
}

function v1(host: HostAccess, folders: Extract<CgroupFolders, { version: 1 }>): CgroupFigures {
  const { cpuacct, cpu, memory, blkio, pids, cpuset } = folders;
  const stat = host.read(`${memory}/memory.stat`) ?? '';
  const limit = field(stat, 'hierarchical_memory_limit');
  const bytes =
    host.read(`${blkio}/blkio.throttle.io_service_bytes_recursive`) ??
    host.read(`${blkio}/blkio.throttle.io_service_bytes`);
  return {
    cpuTime: whole(host.read(`${cpuacct}/cpuacct.usage`)),
    cpuLimit:
      quota(host.read(`${cpu}/cpu.cfs_quota_us`), () => host.read(`${cpu}/cpu.cfs_period_us`)) ??
      cpusInSet(host.read(`${cpuset}/cpuset.cpus`)),
    memory: working(whole(host.read(`${memory}/memory.usage_in_bytes`)), field(stat, 'total_inactive_file')),
    // No limit is the largest number of pages, in bytes.
    memoryLimit: limit === null || limit >= 2 ** 62 ? null : limit,
    blockRead: operationBytes(bytes, /^\d+:\d+ Read (\d+)$/gm),
    blockWrite: operationBytes(bytes, /^\d+:\d+ Write (\d+)$/gm),
    pids: whole(host.read(`${pids}/pids.current`)),
  };
}

function v2(host: HostAccess, folder: string): CgroupFigures {
  const stat = host.read(`${folder}/memory.stat`) ?? '';
  const microseconds = field(host.read(`${folder}/cpu.stat`) ?? '', 'usage_usec');
  const [most = '', period = ''] = host.read(`${folder}/cpu.max`)?.trim().split(' ') ?? [];
  const io = host.read(`${folder}/io.stat`);
  return {
    cpuTime: microseconds === null ? null : microseconds * 1000,
    cpuLimit: quota(most, () => period) ?? cpusInSet(host.read(`${folder}/cpuset.cpus`)),
    memory: working(whole(host.read(`${folder}/memory.current`)), field(stat, 'inactive_file')),
    memoryLimit: whole(host.read(`${folder}/memory.max`)),
    blockRead: operationBytes(io, /\brbytes=(\d+)/g),
    blockWrite: operationBytes(io, /\bwbytes=(\d+)/g),
    pids: whole(host.read(`${folder}/pids.current`)),
  };
}

/** One number; null for `max` and for what is not there. */
function whole(text: string | null): number | null {
  return text !== null && /^\d+\s*$/.test(text) ? Number(text) : null;
}

function field(text: string, name: string): number | null {
  const at = text.startsWith(`${name} `) ? 0 : text.indexOf(`\n${name} `) + 1;
  if (at === 0 && !text.startsWith(`${name} `)) return null;
  return Number.parseInt(text.slice(at + name.length + 1), 10);
}

/** As the engines count: page cache that the kernel can take back is not the container's need. */
function working(usage: number | null, reclaimable: number | null): number | null {
  if (usage === null) return null;
  return reclaimable !== null && reclaimable < usage ? usage - reclaimable : usage;
}

/** Cores from a share of time in each period; null for -1 and `max`. */
function quota(most: string | null, period: () => string | null): number | null {
  const time = whole(most);
  const every = time === null ? null : whole(period());
  return time === null || !every ? null : time / every;
}

function cpusInSet(text: string | null): number | null {
  const set = text?.trim() ?? '';
  if (set === '') return null;
  return set.split(',').reduce((count, part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return count + last - first + 1;
  }, 0);
}

function operationBytes(text: string | null, pattern: RegExp): number | null {
  if (text === null) return null;
  let sum = 0;
  for (const match of text.matchAll(pattern)) sum += Number(match[1]);
  return sum;
}
