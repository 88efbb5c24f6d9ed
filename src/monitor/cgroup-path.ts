import type { HostAccess } from './host-access.ts';

/** Folders of one container's control group: by controller on v1, one for all on v2. */
export type CgroupFolders =
  | { version: 1; cpuacct: string; cpu: string; memory: string; blkio: string; pids: string; cpuset: string }
  | { version: 2; folder: string };

interface CgroupMount {
  /** Path in the hierarchy that is mounted. */
  root: string;
  mountPoint: string;
}

/**
 * The folders of the container that process `pid` is the main one of; null when that process is not here, or is not of
 * this container (the engine is on another machine, in a VM, or beside us in other namespaces). The paths that engines
 * make always have the container's id in them.
 */
export function findCgroup(host: HostAccess, pid: number, containerId: string): CgroupFolders | null {
  const paths = containerPaths(host.read(`/proc/${pid}/cgroup`) ?? '', containerId);
  const mounts = cgroupMounts(host.read('/proc/self/mountinfo') ?? '');
  const folder = (controller: string): string | null => {
    const path = paths.get(controller);
    const mount = mounts.get(controller);
    return path === undefined || mount === undefined ? null : below(mount, path);
  };
  const memory = folder('memory');
  const cpuacct = folder('cpuacct');
  if (memory !== null && cpuacct !== null) {
    // A controller that the kernel lacks has no folder: its files are then not there either.
    const other = (name: string): string => folder(name) ?? memory;
    return {
      version: 1,
      cpuacct,
      memory,
      cpu: other('cpu'),
      blkio: other('blkio'),
      pids: other('pids'),
      cpuset: other('cpuset'),
    };
  }
  const unified = folder('');
  // A hierarchy without controllers (hybrid mode) has no figures.
  if (unified === null || host.read(`${unified}/memory.current`) === null) return null;
  return { version: 2, folder: unified };
}

/** `/proc/PID/cgroup` by controller (the unified hierarchy as the empty name), cut after the part with the id. */
function containerPaths(text: string, id: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [, controllers = '', path = ''] of text.matchAll(/^\d+:([^:]*):(.+)$/gm)) {
    const parts = path.split('/');
    const own = parts.findIndex((part) => part.includes(id));
    if (own === -1) continue;
    for (const name of controllers.split(',')) paths.set(name, parts.slice(0, own + 1).join('/'));
  }
  return paths;
}

/** Where hierarchies are mounted, from `/proc/self/mountinfo`. */
function cgroupMounts(text: string): Map<string, CgroupMount> {
  const mounts = new Map<string, CgroupMount>();
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [type = '', , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    for (const name of type === 'cgroup2' ? [''] : options.split(','))
      if (!mounts.has(name)) mounts.set(name, { root, mountPoint });
  }
  return mounts;
}

/** In a namespace of control groups only what is below the mount's root can be seen. */
function below({ root, mountPoint }: CgroupMount, path: string): string | null {
  if (root === '/') return mountPoint + path;
  return path === root || path.startsWith(`${root}/`) ? mountPoint + path.slice(root.length) : null;
}
