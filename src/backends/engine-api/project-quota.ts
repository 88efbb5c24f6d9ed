import { fs } from '../../transport/builtin.ts';

/**
 * Whether the file system that holds `directory` is mounted with project quotas, by this machine's mount table; null
 * when the table cannot be read or the directory is not here (an engine in a VM).
 */
export async function hasProjectQuota(directory: string | undefined): Promise<boolean | null> {
  if (directory === undefined || directory === '') return null;
  const { readFile, stat } = fs().promises;
  const [table, isHere] = await Promise.all([
    readFile('/proc/self/mounts', 'utf8').catch(() => null),
    stat(directory).then(
      () => true,
      () => false,
    ),
  ]);
  if (table === null || !isHere) return null;
  const mount = table
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, path = '']) => path === '/' || directory === path || directory.startsWith(`${path}/`))
    .sort(([, a = ''], [, b = '']) => b.length - a.length)[0];
  return mount?.[3]?.split(',').some((option) => option === 'prjquota' || option === 'pquota') ?? null;
}
