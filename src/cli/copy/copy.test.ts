import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack as newPack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstEntry } from './first-entry.ts';
import { packPath } from './pack.ts';
import { parsePlace } from './place.ts';
import { unpackTo } from './unpack.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-copy-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const at = (...names: string[]): string => join(directory, ...names);

describe('pack and unpack', () => {
  it('carry files, modes, empty directories and links', async () => {
    await mkdir(at('from/empty'), { recursive: true });
    await writeFile(at('from/script'), '#!/bin/sh\n', { mode: 0o750 });
    await writeFile(at('from/nothing'), '');
    await symlink('script', at('from/link'));
    await mkdir(at('to'));
    await unpackTo(at('to'), packPath(at('from'), 'renamed', { keepOwner: false }), { keepOwner: false });
    expect(await readFile(at('to/renamed/script'), 'utf8')).toBe('#!/bin/sh\n');
    expect((await stat(at('to/renamed/script'))).mode & 0o777).toBe(0o750);
    expect(await readlink(at('to/renamed/link'))).toBe('script');
    expect(await readdir(at('to/renamed/empty'))).toEqual([]);
    await mkdir(at('flat'));
    await unpackTo(at('flat'), packPath(at('from'), 'x', { keepOwner: false }), {
      keepOwner: false,
      rename: '',
    });
    expect((await readdir(at('flat'))).sort()).toEqual(['empty', 'link', 'nothing', 'script']);
  });

  it('refuse to leave the directory, by name and through a link', async () => {
    const escaping = newPack();
    escaping.entry({ name: '../outside' }, 'x');
    escaping.finalize();
    await expect(unpackTo(directory, Readable.from(escaping), { keepOwner: false })).rejects.toMatchObject({
      code: 'PROTOCOL',
    });
    await mkdir(at('base'));
    await mkdir(at('victim'));
    const linked = newPack();
    linked.entry({ name: 'door', type: 'symlink', linkname: at('victim') });
    linked.entry({ name: 'door/file' }, 'x');
    linked.finalize();
    await expect(unpackTo(at('base'), Readable.from(linked), { keepOwner: false })).rejects.toMatchObject({
      code: 'PROTOCOL',
    });
    expect(await readdir(at('victim'))).toEqual([]);
  });

  it('refuse to put a directory on a link or a file, or anything on a directory', async () => {
    await mkdir(at('closed'), { mode: 0o700 });
    const door = newPack();
    door.entry({ name: 'door', type: 'symlink', linkname: at('closed') });
    door.entry({ name: 'door', type: 'directory', mode: 0o777 });
    door.finalize();
    const refusal = { code: 'CONFLICT', message: expect.stringContaining('cannot overwrite') };
    await mkdir(at('place'));
    await expect(unpackTo(at('place'), Readable.from(door), { keepOwner: false })).rejects.toMatchObject(
      refusal,
    );
    expect((await stat(at('closed'))).mode & 0o777).toBe(0o700);
    await mkdir(at('taken/file'), { recursive: true });
    const file = newPack();
    file.entry({ name: 'pipe', type: 'fifo' });
    file.entry({ name: 'file' }, 'x');
    file.finalize();
    const leftOut: string[] = [];
    const options = { keepOwner: false, onLeftOut: (name: string) => leftOut.push(name) };
    await expect(unpackTo(at('taken'), Readable.from(file), options)).rejects.toMatchObject(refusal);
    expect(leftOut).toEqual(['pipe']);
  });

  it('fail when the archive breaks off', async () => {
    async function* cut(): AsyncIterable<Uint8Array> {
      for await (const chunk of packPath(at('file'), 'file', { keepOwner: false })) {
        yield chunk.subarray(0, 700);
        return;
      }
    }
    await writeFile(at('file'), 'x'.repeat(5000));
    await expect(unpackTo(directory, cut(), { keepOwner: false, rename: 'copy' })).rejects.toThrow();
  });
});

describe('firstEntry', () => {
  it('tells a file from a directory, also behind a long name', async () => {
    await mkdir(at('d'));
    await writeFile(at('f'), '');
    const options = { keepOwner: false };
    expect(await firstEntry(packPath(at('d'), 'd', options))).toEqual({ kind: 'directory' });
    expect(await firstEntry(packPath(at('f'), 'f', options))).toEqual({ kind: 'file' });
    expect(await firstEntry(packPath(at('d'), `${'long/'.repeat(60)}d`, options))).toEqual({
      kind: 'directory',
    });
  });

  it('tells where a link leads to, however long', async () => {
    const far = `${'far/'.repeat(60)}away`;
    await symlink('near', at('near-link'));
    await symlink(far, at('far-link'));
    const options = { keepOwner: false };
    expect(await firstEntry(packPath(at('near-link'), 'l', options))).toEqual({
      kind: 'link',
      target: 'near',
    });
    expect(await firstEntry(packPath(at('far-link'), 'l', options))).toEqual({ kind: 'link', target: far });
  });
});

describe('parsePlace', () => {
  it.each([
    ['web:/etc/hosts', { kind: 'container', container: 'web', path: '/etc/hosts' }],
    ['web:etc', { kind: 'container', container: 'web', path: '/etc' }],
    ['./a:b', { kind: 'local', path: './a:b' }],
    ['file', { kind: 'local', path: 'file' }],
    ['-', { kind: 'stream' }],
  ])('reads %s', (text, place) => {
    expect(parsePlace(text)).toEqual(place);
  });
});
