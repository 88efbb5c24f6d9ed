import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { fs } from '../../transport/builtin.ts';
import type { EngineConnection } from './connection.ts';
import type { ContainerRow } from './records.ts';

const LISTEN = '0A';

/** A `PORT_TAKEN` error that names who holds the port; any other error as it is. */
export async function withPortHolder(
  connection: EngineConnection,
  id: string,
  error: unknown,
  options: CallOptions,
): Promise<unknown> {
  if (!isWherryError(error, 'PORT_TAKEN')) return error;
  const port = error.details.port;
  if (typeof port !== 'number') return error;
  const holder =
    (await holdingContainer(connection, id, port, options).catch(() => null)) ??
    (connection.address.startsWith('unix://') ? await holdingProcess(port) : null);
  if (holder === null) return error;
  return new WherryError('PORT_TAKEN', `host port ${port} is held by ${holder}: ${error.message}`, {
    hint: error.hint,
    details: { ...error.details, holder },
    cause: error,
  });
}

async function holdingContainer(
  connection: EngineConnection,
  id: string,
  port: number,
  { signal }: CallOptions,
): Promise<string | null> {
  const rows = await connection.list<ContainerRow>({ path: '/containers/json', signal });
  const holder = rows.find(
    (row) => row.Id !== id && (row.Ports ?? []).some((mapping) => mapping.PublicPort === port),
  );
  const name = holder?.Names?.[0]?.replace(/^\//, '');
  return name === undefined ? null : `container ${name}`;
}

/** By the kernel's tables; null when it is not told, because the holder is another user's and we are not root. */
async function holdingProcess(port: number): Promise<string | null> {
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
