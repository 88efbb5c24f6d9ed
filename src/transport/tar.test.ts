import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { collect } from './bytes.ts';
import { packDirectory } from './tar-directory.ts';
import { type ExtractTarOptions, extractTar } from './tar-extract.ts';
import { packEntries, type TarEntrySource } from './tar-pack.ts';
import { readTar } from './tar-read.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wherry-tar-'));
});

afterEach(async () => {
  execFileSync('chmod', ['-R', 'u+rwx', dir]);
  await rm(dir, { recursive: true, force: true });
});

async function* inPieces(bytes: Uint8Array, size: number = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const pack = (...entries: TarEntrySource[]): Promise<Buffer> => collect(packEntries(entries));

async function names(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const all: string[] = [];
  for await (const { name } of readTar(chunks)) all.push(name);
  return all;
}

async function sourceTree(): Promise<string> {
  const root = join(dir, 'source');
  await mkdir(join(root, 'b/deep'), { recursive: true });
  await writeFile(join(root, 'file'), 'content');
  await chmod(join(root, 'file'), 0o640);
  await writeFile(join(root, 'empty'), '');
  await writeFile(join(root, 'b/big'), Buffer.alloc(300_000, 7));
  await writeFile(join(root, `b/deep/${'long-name-'.repeat(20)}ä`), 'x');
  await link(join(root, 'file'), join(root, 'hard'));
  await symlink('../file', join(root, 'b/soft'));
  await symlink('/nowhere', join(root, 'dangling'));
  await utimes(join(root, 'file'), 1_000_000_000, 1_000_000_000);
  await chmod(join(root, 'b/deep'), 0o555);
  return root;
}

describe('packing and extracting', () => {
  test('a directory comes back as it was: modes, times, links, long names', async () => {
    const source = await sourceTree();
    const target = join(dir, 'target');
    await mkdir(target);
    expect(await extractTar(packDirectory(source), target)).toEqual({
      entries: 9,
      bytes: 300_008,
      skipped: [],
    });
    execFileSync('diff', ['-r', '--no-dereference', source, target]);
    const file = await stat(join(target, 'file'));
    expect([file.mode & 0o777, file.mtimeMs, file.nlink]).toEqual([0o640, 1_000_000_000_000, 2]);
    expect((await stat(join(target, 'hard'))).ino).toBe(file.ino);
    expect((await stat(join(target, 'b/deep'))).mode & 0o777).toBe(0o555);
    expect(await readlink(join(target, 'b/soft'))).toBe('../file');
    expect(await readlink(join(target, 'dangling'))).toBe('/nowhere');
  });

  test('GNU tar reads what we pack, and we read what it packs', async () => {
    const source = await sourceTree();
    await writeFile(join(dir, 'ours.tar'), await collect(packDirectory(source)));
    const target = join(dir, 'target');
    await mkdir(target);
    execFileSync('tar', ['xf', join(dir, 'ours.tar'), '-C', target]);
    execFileSync('diff', ['-r', '--no-dereference', source, target]);
    for (const format of ['gnu', 'pax', 'ustar']) {
      const args = format === 'ustar' ? ['--exclude=long-name*'] : [];
      const theirs = execFileSync('tar', ['c', `--format=${format}`, ...args, '-C', source, '.']);
      const back = join(dir, format);
      await mkdir(back);
      await extractTar(inPieces(theirs), back);
      execFileSync('diff', [
        '-r',
        '--no-dereference',
        ...(format === 'ustar' ? ['-x', 'long-name*'] : []),
        source,
        back,
      ]);
    }
  });

  test('archives of equal trees are equal, in the order of the names, with a fixed owner and time', async () => {
    const source = await sourceTree();
    const options = { owner: { uid: 0, gid: 0 }, mtime: new Date(0), prefix: '/app/' };
    const archive = await collect(packDirectory(source, options));
    expect(await collect(packDirectory(source, options))).toEqual(archive);
    const read: string[] = [];
    for await (const { name, uid, gid, mtime } of readTar(inPieces(archive))) {
      read.push(name);
      expect([uid, gid, mtime]).toEqual([0, 0, new Date(0)]);
    }
    expect(read).toEqual([
      'app/',
      'app/b/',
      'app/b/big',
      'app/b/deep/',
      `app/b/deep/${'long-name-'.repeat(20)}ä`,
      'app/b/soft',
      'app/dangling',
      'app/empty',
      'app/file',
      'app/hard',
    ]);
  });

  test('a filter leaves out, and looks inside what it leaves out unless it prunes', async () => {
    const source = await sourceTree();
    const seen: string[] = [];
    const archive = packDirectory(source, {
      filter: ({ path, type }) => {
        seen.push(`${type} ${path}`);
        if (path === 'b/deep') return 'prune';
        return path === 'b' || path === 'file' ? 'exclude' : 'include';
      },
    });
    expect(await names(archive)).toEqual(['b/big', 'b/soft', 'dangling', 'empty', 'hard']);
    expect(seen).toEqual([
      'directory b',
      'file b/big',
      'directory b/deep',
      'symlink b/soft',
      'symlink dangling',
      'file empty',
      'file file',
      'file hard',
    ]);
  });

  test.each([
    ['missing', 'NOT_FOUND'],
    ['source/file', 'INVALID'],
  ])('of %s is %s', async (path, code) => {
    await sourceTree();
    await expect(collect(packDirectory(join(dir, path)))).rejects.toMatchObject({ code });
  });
});

describe('reading', () => {
  test('gzip and zstd are told by their first bytes, whatever the chunks', async () => {
    const archive = await pack({ name: 'a', content: 'x'.repeat(2000) }, { name: 'b' });
    for (const bytes of [archive, gzipSync(archive), zstdCompressSync(archive)]) {
      for (const size of [1, 3, 100_000]) expect(await names(inPieces(bytes, size))).toEqual(['a', 'b']);
    }
  });

  test('content that is not read, or read in part, is skipped', async () => {
    const archive = await pack(
      { name: 'a', content: Buffer.alloc(200_000) },
      { name: 'b', content: Buffer.alloc(200_000) },
      { name: 'c', content: 'end' },
    );
    const read: unknown[] = [];
    for await (const { name, content } of readTar(inPieces(archive))) {
      if (name === 'a') continue;
      for await (const chunk of content) {
        read.push([name, name === 'c' ? chunk.toString() : 'part']);
        break;
      }
    }
    expect(read).toEqual([
      ['b', 'part'],
      ['c', 'end'],
    ]);
  });

  test('leaving the loop ends the source', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* inPieces(await pack({ name: 'a', content: 'x' }));
      } finally {
        ended = true;
      }
    }
    for await (const _ of readTar(source())) break;
    await vi.waitUntil(() => ended);
  });

  test('an archive cut anywhere is STREAM_CUT or ends between entries, and never hangs', async () => {
    const archive = await pack(
      { name: 'a', content: 'x'.repeat(700) },
      { name: 'l', type: 'symlink', linkname: 'a' },
    );
    const gzipped = gzipSync(archive);
    for (const bytes of [archive, gzipped]) {
      for (let cut = 1; cut < bytes.length; cut += bytes === archive ? 37 : 1) {
        const outcome = await names(inPieces(bytes.subarray(0, cut))).then(
          () => 'complete',
          (error: { code: string }) => error.code,
        );
        const isBoundary = bytes === archive && cut % 512 === 0;
        expect(isBoundary ? ['STREAM_CUT', 'complete'] : ['STREAM_CUT'], `cut at ${cut}`).toContain(outcome);
      }
    }
  });

  test('bytes that are no archive are PROTOCOL', async () => {
    await expect(names(inPieces(Buffer.alloc(2000, 'not a tar ')))).rejects.toMatchObject({
      code: 'PROTOCOL',
    });
    const damaged = gzipSync(Buffer.alloc(5000));
    damaged.fill(0xff, 12, 20);
    await expect(names(inPieces(damaged))).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  test('a failing source passes its error on', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield (await pack({ name: 'a', content: 'x' })).subarray(0, 600);
      throw new Error('the connection is gone');
    }
    await expect(names(source())).rejects.toThrow('the connection is gone');
  });

  test('any bytes end in a result or a typed error', async () => {
    const archive = await pack({ name: 'a', content: 'x'.repeat(700) }, { name: 'd', type: 'directory' });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 20 }),
        async (changes) => {
          const bytes = Buffer.from(archive);
          for (const [at, value] of changes) bytes[at] = value;
          await names(inPieces(bytes)).catch((error) => expect(error.code).toMatch(/STREAM_CUT|PROTOCOL/));
        },
      ),
    );
  });
});

describe('packing entries', () => {
  test('a stream that is longer or shorter than announced is INVALID, a failing one rejects', async () => {
    for (const size of [9, 11]) {
      const entry = { name: 'a', size, content: inPieces(Buffer.alloc(10)) };
      await expect(pack(entry)).rejects.toMatchObject({ code: 'INVALID', details: { name: 'a' } });
    }
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(1);
      throw new Error('the disk is gone');
    }
    await expect(pack({ name: 'a', size: 10, content: failing() })).rejects.toThrow('the disk is gone');
  });

  test('leaving the loop ends the entries', async () => {
    let ended = false;
    async function* entries(): AsyncGenerator<TarEntrySource> {
      try {
        for (let index = 0; ; index += 1) yield { name: `f${index}`, content: Buffer.alloc(10_000) };
      } finally {
        ended = true;
      }
    }
    for await (const _ of packEntries(entries())) break;
    expect(ended).toBe(true);
  });
});

describe('a hostile archive', () => {
  /** Extracts into a directory beside a victim, and returns what happened to it. */
  async function attack(entries: TarEntrySource[], options?: ExtractTarOptions): Promise<string> {
    const target = join(dir, 'target');
    await mkdir(target, { recursive: true });
    await mkdir(join(dir, 'outside'), { recursive: true });
    await writeFile(join(dir, 'outside/victim'), 'untouched');
    const outcome = await extractTar(inPieces(await pack(...entries)), target, options).then(
      () => 'extracted',
      (error: { code: string }) => error.code,
    );
    expect(await readFile(join(dir, 'outside/victim'), 'utf8')).toBe('untouched');
    expect(await readdir(join(dir, 'outside'))).toEqual(['victim']);
    expect((await readdir(dir)).sort()).toEqual(['outside', 'target']);
    return outcome;
  }
  const evil = { content: 'evil' } as const;

  test.each<[string, TarEntrySource[]]>([
    ['a name with ..', [{ name: '../outside/victim', ...evil }]],
    ['a name with .. in the middle', [{ name: 'a/../../outside/victim', ...evil }]],
    ['a directory with ..', [{ name: '../outside/new', type: 'directory' }]],
    [
      'a symlink as parent',
      [
        { name: 'l', type: 'symlink', linkname: '../outside' },
        { name: 'l/victim', ...evil },
      ],
    ],
    [
      'a symlink as parent of a directory',
      [
        { name: 'l', type: 'symlink', linkname: '../outside' },
        { name: 'l/new', type: 'directory' },
      ],
    ],
    [
      'a symlink as the directory itself',
      [
        { name: 'l', type: 'symlink', linkname: '../outside' },
        { name: 'l', type: 'directory', mode: 0 },
      ],
    ],
    [
      'links through links',
      [
        { name: 'a', type: 'directory' },
        { name: 'a/b', type: 'symlink', linkname: '..' },
        { name: 'a/b/a/b/y', type: 'symlink', linkname: '../outside/victim' },
        { name: 'y', ...evil },
      ],
    ],
    ['a hard link out', [{ name: 'h', type: 'link', linkname: '../outside/victim' }]],
    [
      'a hard link through a symlink',
      [
        { name: 'l', type: 'symlink', linkname: '../outside' },
        { name: 'h', type: 'link', linkname: 'l/victim' },
      ],
    ],
    [
      'a hard link to a symlink',
      [
        { name: 'l', type: 'symlink', linkname: '../outside/victim' },
        { name: 'h', type: 'link', linkname: 'l' },
      ],
    ],
    [
      'a file over a directory',
      [
        { name: 'd', type: 'directory' },
        { name: 'd', ...evil },
      ],
    ],
    [
      'a file as parent',
      [
        { name: 'f', content: 'x' },
        { name: 'f/g', ...evil },
      ],
    ],
    ['a file over the directory itself', [{ name: './', type: 'file', ...evil }]],
  ])('with %s is refused', async (_name, entries) => {
    expect(await attack(entries)).toBe('INVALID');
  });

  test('cannot write through a symlink that it made, nor through a hard link', async () => {
    const entries: TarEntrySource[] = [
      { name: 'l', type: 'symlink', linkname: '../outside/victim' },
      { name: 'l', content: 'mine' },
      { name: 'original', content: 'original' },
      { name: 'h', type: 'link', linkname: 'original' },
      { name: 'h', content: 'replaced' },
    ];
    expect(await attack(entries)).toBe('extracted');
    expect((await lstat(join(dir, 'target/l'))).isFile()).toBe(true);
    expect(await readFile(join(dir, 'target/original'), 'utf8')).toBe('original');
  });

  test('cannot write through symlinks that were there before', async () => {
    await mkdir(join(dir, 'target'));
    await symlink('../outside', join(dir, 'target/there'));
    expect(await attack([{ name: 'there/victim', ...evil }])).toBe('INVALID');
  });

  test('has its absolute names taken relative, and its setuid bits dropped', async () => {
    const path = join(dir, 'outside/victim');
    expect(await attack([{ name: path, ...evil, mode: 0o6755 }])).toBe('extracted');
    expect((await stat(join(dir, 'target', path))).mode & 0o7777).toBe(0o755);
  });

  test('is stopped by limits', async () => {
    const files = Array.from({ length: 5 }, (_, index) => ({ name: `f${index}`, content: '12345' }));
    expect(await attack(files, { maxEntries: 4 })).toBe('INVALID');
    expect(await attack(files, { maxBytes: 24 })).toBe('INVALID');
    expect(await attack(files, { maxEntries: 5, maxBytes: 25 })).toBe('extracted');
  });

  test('has its devices refused, or left out and named', async () => {
    const entries: TarEntrySource[] = [
      { name: 'p', type: 'fifo' },
      { name: 'd', type: 'block-device', devmajor: 8, devminor: 0 },
    ];
    expect(await attack(entries)).toBe('UNSUPPORTED');
    expect(
      await extractTar(inPieces(await pack(...entries)), join(dir, 'target'), { special: 'skip' }),
    ).toEqual({
      entries: 0,
      bytes: 0,
      skipped: ['p', 'd'],
    });
  });

  test('with any names and links never touches what is outside', async () => {
    const part = fc.constantFrom('a', 'b', 'l', '..', '.', '', 'outside', 'victim');
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const entry = fc.record({
      name: path,
      type: fc.constantFrom('file', 'directory', 'symlink', 'link'),
      linkname: path,
      content: fc.constant('evil'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async (entries) => {
        await rm(join(dir, 'target'), { recursive: true, force: true });
        const named = entries.filter(({ name }) => name !== '');
        expect(await attack(named)).toMatch(/extracted|INVALID|NOT_FOUND/);
      }),
      { numRuns: 300 },
    );
  });
});

test('renaming chooses where entries go, and which', async () => {
  const archive = await pack(
    { name: 'app', type: 'directory' },
    { name: 'app/a', content: '1' },
    { name: 'app/h', type: 'link', linkname: 'app/a' },
    { name: 'app/no', content: '2' },
  );
  await extractTar(inPieces(archive), dir, {
    rename: (name) => (name.endsWith('no') ? null : name.replace(/^app/, 'other')),
  });
  expect((await readdir(join(dir, 'other'))).sort()).toEqual(['a', 'h']);
});
