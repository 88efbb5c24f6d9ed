import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DockerfileBuild } from '../../core/image.ts';
import { collect } from '../../transport/bytes.ts';
import { packEntries } from '../../transport/tar-pack.ts';
import { readTar } from '../../transport/tar-read.ts';
import { buildContext } from './build-context.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-context-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** Name → content of what would be sent (directories without content), and the Dockerfile's name. */
async function sent(
  input: Omit<DockerfileBuild, 'kind' | 'context'> & { context?: DockerfileBuild['context'] } = {},
): Promise<{ entries: Record<string, string>; dockerfile: string }> {
  const { archive, dockerfile } = await buildContext({
    kind: 'dockerfile',
    context: join(root, 'app'),
    ...input,
  });
  const entries: Record<string, string> = {};
  for await (const entry of readTar(archive)) {
    expect([entry.uid, entry.gid]).toEqual([0, 0]);
    entries[entry.name] = (await collect(entry.content)).toString();
  }
  return { entries, dockerfile };
}

describe('a context directory', () => {
  it('is sent whole without an ignore file', async () => {
    await files({ 'app/Dockerfile': 'FROM scratch', 'app/a/b': 'B' });
    expect(await sent()).toEqual({
      entries: { Dockerfile: 'FROM scratch', 'a/': '', 'a/b': 'B' },
      dockerfile: 'Dockerfile',
    });
  });

  it('is sent as .dockerignore says, but always with the Dockerfile and the ignore file', async () => {
    await files({
      'app/build/Dockerfile': 'FROM scratch',
      'app/.dockerignore': '*\n!src/**/*.ts\n',
      'app/src/deep/a.ts': 'A',
      'app/src/deep/a.js': 'no',
      'app/.git/config': 'no',
    });
    const { entries, dockerfile } = await sent({ dockerfile: 'build/Dockerfile' });
    expect(dockerfile).toBe('build/Dockerfile');
    expect(Object.keys(entries).sort()).toEqual(['.dockerignore', 'build/Dockerfile', 'src/deep/a.ts']);
  });

  it("goes by the Dockerfile's own ignore file when there is one", async () => {
    await files({
      'app/Dockerfile': '',
      'app/dev.Dockerfile': '',
      'app/dev.Dockerfile.dockerignore': 'secret',
      'app/.dockerignore': 'public',
      'app/public': 'P',
      'app/secret': 'S',
    });
    const { entries } = await sent({ dockerfile: 'dev.Dockerfile' });
    expect(Object.keys(entries)).toContain('public');
    expect(Object.keys(entries)).not.toContain('secret');
    expect(Object.keys((await sent()).entries)).toContain('secret');
  });

  it('takes a Dockerfile from elsewhere under a name that stays the same and is hidden from COPY', async () => {
    await files({ 'app/a': 'A', 'other/Dockerfile': 'FROM scratch' });
    const first = await sent({ dockerfile: join(root, 'other/Dockerfile') });
    const again = await sent({ dockerfile: '../other/Dockerfile' });
    expect(again).toEqual(first);
    expect(first.dockerfile).toMatch(/^\.dockerfile\.[0-9a-f]{16}$/);
    expect(first.entries).toEqual({
      [first.dockerfile]: 'FROM scratch',
      '.dockerignore': `.dockerignore\n${first.dockerfile}\n`,
      a: 'A',
    });
  });

  it('takes the text of a Dockerfile, whatever the ignore file says', async () => {
    await files({ 'app/Dockerfile': 'FROM other', 'app/.dockerignore': '**' });
    const { entries, dockerfile } = await sent({ dockerfileInline: 'FROM scratch' });
    expect(entries).toEqual({ [dockerfile]: 'FROM scratch', '.dockerignore': `**\n${dockerfile}\n` });
  });

  it('does not follow a Dockerfile that is a link out of the context: it reads it', async () => {
    await files({ 'app/a': '', real: 'FROM scratch' });
    await symlink('../real', join(root, 'app/Dockerfile'));
    const { entries, dockerfile } = await sent();
    expect(entries[dockerfile]).toBe('FROM scratch');
  });

  it('is refused when it, or its Dockerfile, is not there', async () => {
    await files({ 'app/a': '' });
    await expect(sent()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('Dockerfile'),
    });
    await expect(sent({ context: join(root, 'none') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a context that is a tar stream', () => {
  const entries = [
    { name: 'Dockerfile', content: 'FROM scratch' },
    { name: 'a', content: 'A' },
  ];

  it('goes as it is', async () => {
    expect(await sent({ context: packEntries(entries) })).toEqual({
      entries: { Dockerfile: 'FROM scratch', a: 'A' },
      dockerfile: 'Dockerfile',
    });
  });

  it('takes another Dockerfile on, also when it is compressed', async () => {
    const zipped = gzipSync(await collect(packEntries(entries)));
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield zipped;
    }
    const { entries: got, dockerfile } = await sent({ context: stream(), dockerfileInline: 'FROM other' });
    expect(got).toEqual({ [dockerfile]: 'FROM other', Dockerfile: 'FROM scratch', a: 'A' });
  });
});
