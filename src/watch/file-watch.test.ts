import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileWatch, type FileWatchOptions } from './file-watch.ts';

let root: string;
const watches: Disposable[] = [];
const end = new AbortController();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-watch-'));
});
afterEach(async () => {
  for (const watch of watches.splice(0)) watch[Symbol.dispose]();
  await rm(root, { recursive: true, force: true });
});

/** Gathers what is told until all of `wanted` (relative) were among it; resolves to all that was told. */
function watching(
  roots: readonly string[],
  options: Partial<FileWatchOptions> = {},
): {
  until: (...wanted: string[]) => Promise<ReadonlySet<string>>;
} {
  const files = new FileWatch({
    roots: roots.map((path) => join(root, path)),
    quiet: 50,
    onFault: (error) => {
      throw error;
    },
    ...options,
  });
  watches.push(files);
  const batches = files.batches(end.signal);
  return {
    until: async (...wanted) => {
      const told = new Set<string>();
      while (wanted.some((path) => !told.has(path))) {
        const batch = await batches.next();
        for (const path of batch.value ?? []) told.add(path.slice(root.length + 1));
      }
      return told;
    },
  };
}

const write = (path: string, text = path): void => writeFileSync(join(root, path), text);
const make = (path: string): void => void mkdirSync(join(root, path), { recursive: true });

test('files that are made, changed, saved by rename and removed', async () => {
  make('src');
  write('src/old');
  const { until } = watching(['src']);
  write('src/new');
  write('src/old', 'changed');
  await until('src/new', 'src/old');
  write('src/.old.tmp');
  renameSync(join(root, 'src/.old.tmp'), join(root, 'src/old'));
  await until('src/old');
  rmSync(join(root, 'src/new'));
  expect(await until('src/new')).toEqual(new Set(['src/new']));
});

test('directories that are made later, with all that is in them at once, moved and removed', async () => {
  make('src');
  const { until } = watching(['src']);
  make('src/a/b/c');
  write('src/a/b/c/deep');
  await until('src/a', 'src/a/b', 'src/a/b/c', 'src/a/b/c/deep');
  write('src/a/b/c/deep', 'changed later');
  await until('src/a/b/c/deep');
  renameSync(join(root, 'src/a'), join(root, 'src/moved'));
  await until('src/a/b/c/deep', 'src/moved/b/c/deep');
  write('src/moved/b/c/deep', 'changed again');
  await until('src/moved/b/c/deep');
  rmSync(join(root, 'src/moved'), { recursive: true });
  await until('src/moved/b/c/deep', 'src/moved');
});

test('a directory that another one takes the place of', async () => {
  make('src/a');
  make('src/next');
  write('src/a/before');
  write('src/next/after');
  const { until } = watching(['src']);
  renameSync(join(root, 'src/a'), join(root, 'gone'));
  renameSync(join(root, 'src/next'), join(root, 'src/a'));
  await until('src/a/before', 'src/a/after');
  write('src/a/after', 'changed');
  await until('src/a/after');
});

test('roots that do not exist yet, and that go and come again', async () => {
  const { until } = watching(['deep/src', 'deep/file']);
  make('deep/src');
  write('deep/src/a');
  write('deep/file');
  await until('deep/src/a', 'deep/file');
  rmSync(join(root, 'deep'), { recursive: true });
  await until('deep/src/a', 'deep/file');
  make('deep/src');
  write('deep/src/b');
  await until('deep/src/b');
  write('deep/src/b', 'changed');
  await until('deep/src/b');
});

test('a root that never was is not told of as gone', async () => {
  const { until } = watching(['up/src', 'other']);
  make('up');
  make('other');
  write('other/a');
  expect(await until('other/a')).not.toContain('up/src');
});

test('a file as root: its neighbours are nobody’s business', async () => {
  write('one');
  const { until } = watching(['one']);
  write('two');
  write('one', 'changed');
  expect(await until('one')).toEqual(new Set(['one']));
});

test('a link is told of as a link and not followed', async () => {
  make('src');
  make('elsewhere');
  const { until } = watching(['src']);
  symlinkSync('../elsewhere', join(root, 'src/link'));
  await until('src/link');
  write('elsewhere/x');
  write('src/y');
  expect(await until('src/y')).toEqual(new Set(['src/y']));
});

test('what is skipped is not looked into', async () => {
  make('src/node_modules/x');
  const { until } = watching(['src'], { skips: (directory) => directory.endsWith('node_modules') });
  write('src/node_modules/x/y');
  write('src/z');
  expect(await until('src/z')).toEqual(new Set(['src/z']));
});

test('more changes at once than the kernel keeps events of', async () => {
  const count = 12_000;
  make('src/a');
  write('src/a/first');
  const { until } = watching(['src']);
  // Nobody reads events while this runs: each file makes three of them, and the queue has room for 16,384.
  const made = spawnSync(process.execPath, [
    '-e',
    `const { mkdirSync, writeFileSync, rmSync } = require('node:fs');
     process.chdir(process.argv[1]);
     for (let i = 0; i < ${count}; i++) writeFileSync('src/a/' + i, 'x');
     rmSync('src/a/first'); mkdirSync('src/last/deep', { recursive: true }); writeFileSync('src/last/deep/z', 'x');`,
    root,
  ]);
  expect(made.stderr.toString()).toBe('');
  const all = Array.from({ length: count }, (_, index) => `src/a/${index}`);
  await until(...all, 'src/a/first', 'src/last/deep/z');
  write('src/last/deep/z', 'changed');
  await until('src/last/deep/z');
}, 30_000);

test('a batch is handed out although changes go on', async () => {
  make('src');
  const { until } = watching(['src'], { quiet: 200, longest: 400 });
  const busy = setInterval(() => write('src/log', String(Math.random())), 20);
  try {
    await until('src/log');
  } finally {
    clearInterval(busy);
  }
});
