import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a whole file in the place of the old one, on the disk when it resolves: a crash at any time leaves the one or the
 * other. One writer at a time; what one that was killed left beside is overwritten by the next.
 */
export async function writeWhole(
  path: string,
  text: string,
  options: { mode?: number | undefined } = {},
): Promise<void> {
  const draft = `${path}.part`;
  try {
    const file = await open(draft, 'w', options.mode ?? 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Only then does the new name outlive a crash of the machine. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
