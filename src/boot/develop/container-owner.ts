import { type Backend, isWherryError } from '../../core/index.ts';
import { readTar } from '../../transport/index.ts';

export interface Owner {
  uid: number;
  gid: number;
}

/** Who owns what is put into a container: the user that it runs as. Undefined for root: files keep their owners then. */
export async function containerOwner(
  backend: Backend,
  id: string,
  signal: AbortSignal,
): Promise<Owner | undefined> {
  const { spec } = await backend.inspect(id, { signal });
  const [user = '', group = ''] = (spec.user ?? '').split(':');
  if (user === '' || user === 'root' || user === '0') return undefined;
  const accounts = await fileIn(backend, id, '/etc/passwd', signal);
  const account = accounts.find(([name, , uid]) => name === user || uid === user);
  const uid = Number(/^\d+$/.test(user) ? user : account?.[2]);
  const groups = group === '' || /^\d+$/.test(group) ? [] : await fileIn(backend, id, '/etc/group', signal);
  const named = /^\d+$/.test(group) ? group : groups.find(([name]) => name === group)?.[2];
  const gid = Number(named ?? account?.[3] ?? 0);
  return Number.isSafeInteger(uid) && Number.isSafeInteger(gid) ? { uid, gid } : undefined;
}

/** The lines of `/etc/passwd` or `/etc/group` in their parts; none where there is no such file. */
async function fileIn(backend: Backend, id: string, path: string, signal: AbortSignal): Promise<string[][]> {
  try {
    for await (const { type, content } of readTar(backend.copyOut(id, path, { signal }))) {
      if (type !== 'file') return [];
      const parts: Buffer[] = [];
      for await (const part of content) parts.push(part);
      const lines = Buffer.concat(parts).toString('utf8').split('\n');
      return lines.map((line) => line.split(':'));
    }
    return [];
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return [];
    throw error;
  }
}
