import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from './node-files.ts';

test('the first link of a path is followed to its end, as docker compose does for what is watched', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'wherry-links-')));
  try {
    await mkdir(join(root, 'real'));
    await symlink('real', join(root, 'link'));
    await symlink('link', join(root, 'second'));
    await symlink(root, join(root, 'top'));
    await symlink('nowhere', join(root, 'dangling'));
    const follow = (path: string): string | undefined =>
      nodeFiles.followLink?.(join(root, path)).slice(root.length);
    expect(['real/a', 'second/a', 'top/link/a', 'dangling/a', 'none'].map(follow)).toEqual([
      '/real/a',
      '/real/a',
      '/link/a',
      '/dangling/a',
      '/none',
    ]);
  } finally {
    await rm(root, { recursive: true });
  }
});
