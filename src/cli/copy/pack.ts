import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Header, Pack } from 'tar-stream';

/** A local file or directory as a tar stream whose root is called `name`; with an empty name only what is in it. */
export async function* packPath(
  path: string,
  name: string,
  options: { keepOwner: boolean },
): AsyncIterable<Uint8Array> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  const done = add(archive, path, name, options).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const chunk of archive) yield chunk as Uint8Array;
    await done;
  } finally {
    archive.destroy();
  }
}

async function add(
  archive: Pack,
  path: string,
  name: string,
  options: { keepOwner: boolean },
): Promise<void> {
  const found = await lstat(path);
  const header: Partial<Header> & { name: string } = {
    name,
    mode: found.mode & 0o7777,
    mtime: found.mtime,
    ...(options.keepOwner ? { uid: found.uid, gid: found.gid } : {}),
  };
  if (found.isSymbolicLink()) {
    archive.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
  } else if (found.isDirectory()) {
    if (name !== '') archive.entry({ ...header, type: 'directory' });
    for (const child of await readdir(path)) {
      await add(archive, join(path, child), name === '' ? child : `${name}/${child}`, options);
    }
  } else if (found.isFile()) {
    const entry = archive.entry({ ...header, type: 'file', size: found.size });
    // A file that grows while it is read is cut at the size that its header promised.
    const end = found.size > 0 ? { end: found.size - 1 } : {};
    await pipeline(createReadStream(path, end), entry);
  }
}
