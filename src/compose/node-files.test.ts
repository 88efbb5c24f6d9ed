import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadProject } from './load.ts';
import { commandFiles, nodeFiles } from './node-files.ts';

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

test('a named pipe is read to its end, waits for its writer without a blocked thread, and what never ends is refused', async () => {
  const root = await mkdtemp(join(tmpdir(), 'wherry-pipe-'));
  try {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const waiting = new AbortController();
    const nothing = nodeFiles.readText(pipe, { signal: waiting.signal });
    setTimeout(() => waiting.abort(), 50);
    await expect(nothing).rejects.toMatchObject({ code: 'ABORT_ERR' });
    const read = nodeFiles.readText(pipe);
    await writeFile(pipe, 'services: {}');
    expect(await read).toBe('services: {}');
    const files = commandFiles();
    const first = files.readText(pipe);
    await writeFile(pipe, 'services: {}');
    await first;
    expect(await files.readText(pipe)).toBe('services: {}');
    await expect(nodeFiles.readText('/dev/zero')).rejects.toMatchObject({ code: 'INVALID' });
  } finally {
    await rm(root, { recursive: true });
  }
});

test('a compose file in another encoding than UTF-8 is refused where it shows', async () => {
  const root = await mkdtemp(join(tmpdir(), 'wherry-latin-'));
  try {
    await writeFile(
      join(root, 'compose.yaml'),
      'services:\n  a: {image: x, hostname: caf\u00e9}\n',
      'latin1',
    );
    await expect(loadProject({ workingDirectory: root, env: {} })).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('compose.yaml:2:30: the file is not UTF-8'),
    });
  } finally {
    await rm(root, { recursive: true });
  }
});
