import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The directory at `path`, which is made by `fill` when it is not there. It is there as a whole or not at all, also when
 * several processes make it.
 */
export async function kept(path: string, fill: (directory: string) => Promise<void>): Promise<string> {
  if (await isThere(path)) return path;
  const parent = dirname(path);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const directory = await mkdtemp(join(parent, '.new-'));
  try {
    await fill(directory);
    await rename(directory, path).catch(async (error: unknown) => {
      if (!(await isThere(path))) throw error;
    });
    return path;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
