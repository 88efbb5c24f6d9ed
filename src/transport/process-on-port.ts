import { fs } from './builtin.ts';

const LISTEN = '0A';

/**
 * Which process of this machine listens on a port, in words, by the kernel's tables; null when it is not told, because it is
 * another user's and we are not root.
 */
export async function processOnPort(port: number): Promise<string | null> {
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map((table) => readText(`/proc/net/${table}`)),
  );
  const inodes = new Set(tables.flatMap((table, index) => inodesOf(table, port, index < 2)));
  if (inodes.size === 0) return null;
  const { readdir, readlink } = fs().promises;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (!inodes.has(target)) continue;
      const name = (await readText(`/proc/${pid}/comm`)).trim();
      return `process ${name || 'unknown'} (pid ${pid})`;
    }
  }
  return null;
}

function inodesOf(table: string, port: number, isTcp: boolean): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    if (!local.endsWith(suffix) || (isTcp && state !== LISTEN)) return [];
    return [`socket:[${inode}]`];
  });
}

async function readText(path: string): Promise<string> {
  return fs()
    .promises.readFile(path, 'utf8')
    .catch(() => '');
}
