import {
  chmod,
  lchown,
  link,
  lstat,
  mkdir,
  open,
  rename,
  rm,
  symlink,
  unlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header } from 'tar-stream';
import { fileError, WherryError } from '../../core/errors.ts';
import { t } from '../text.ts';

export interface UnpackOptions {
  /** Name that the root of the archive gets; undefined keeps its own, empty leaves it away. */
  rename?: string;
  keepOwner: boolean;
  /** Gets the names of devices and FIFOs, which are left out. */
  onLeftOut?: (name: string) => void;
}

/**
 * Unpacks a tar stream below the directory `base`. Nothing is written outside of it: names with `..` are refused, and
 * links are never followed. A directory takes the place of a directory only, anything else that of anything else
 * (`CONFLICT`), as with `docker cp`.
 */
export async function unpackTo(
  base: string,
  archive: AsyncIterable<Uint8Array>,
  options: UnpackOptions,
): Promise<void> {
  const { extract } = await import('tar-stream');
  const parser = extract();
  const feeding = pipeline(Readable.from(archive), parser);
  feeding.catch(() => undefined);
  const directories: { path: string; header: Header }[] = [];
  let root: string | undefined;
  for await (const entry of parser) {
    const { header } = entry;
    const parts = safeParts(header.name);
    root ??= parts[0] ?? '';
    if (options.rename !== undefined && parts[0] === root)
      parts.splice(0, 1, ...(options.rename === '' ? [] : [options.rename]));
    const path = join(base, ...parts);
    await noLinkAbove(base, parts);
    if (header.type === 'directory') {
      if (parts.length > 0 && !(await placeOf(path)).isDirectory)
        throw inTheWay('copy.ontoNonDirectory', path);
      await mkdir(path, { recursive: true });
      directories.push({ path, header });
    } else {
      const place = await placeOf(path);
      if (place.isTaken && place.isDirectory) throw inTheWay('copy.ontoDirectory', path);
      await mkdir(dirname(path), { recursive: true });
      const isFile = header.type === 'file' || header.type === 'contiguous-file';
      if (!isFile && place.isTaken) await unlink(path);
      if (header.type === 'symlink') await symlink(header.linkname ?? '', path);
      else if (header.type === 'link') await hardLink(base, header, path, { ...options, root });
      else if (isFile) await writeFile(path, header, entry as AsyncIterable<Uint8Array>);
      else options.onLeftOut?.(header.name);
      if (options.keepOwner) await lchown(path, header.uid ?? 0, header.gid ?? 0).catch(() => undefined);
    }
    entry.resume();
  }
  await feeding;
  for (const { path, header } of directories.reverse()) {
    await chmod(path, header.mode ?? 0o755);
    if (options.keepOwner) await lchown(path, header.uid ?? 0, header.gid ?? 0).catch(() => undefined);
    if (header.mtime) await utimes(path, header.mtime, header.mtime);
  }
}

/** What is at `path`, links not followed; a free place can become a directory. */
async function placeOf(path: string): Promise<{ isTaken: boolean; isDirectory: boolean }> {
  const found = await lstat(path).catch(() => undefined);
  return { isTaken: found !== undefined, isDirectory: found?.isDirectory() ?? true };
}

function inTheWay(message: 'copy.ontoDirectory' | 'copy.ontoNonDirectory', path: string): WherryError {
  return new WherryError('CONFLICT', t(message, { path }), { details: { path } });
}

/** Whole, or what was there before stays. */
async function writeFile(path: string, header: Header, content: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    {
      await using file = await open(part, 'wx');
      for await (const chunk of content) await file.writeFile(chunk);
      await file.chmod(header.mode ?? 0o644);
    }
    if (header.mtime) await utimes(part, header.mtime, header.mtime);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw fileError(error, path);
  }
}

async function hardLink(
  base: string,
  header: Header,
  path: string,
  options: UnpackOptions & { root: string },
): Promise<void> {
  const parts = safeParts(header.linkname ?? '');
  if (options.rename !== undefined && parts[0] === options.root) {
    parts.splice(0, 1, ...(options.rename === '' ? [] : [options.rename]));
  }
  await noLinkAbove(base, parts);
  await link(join(base, ...parts), path);
}

function safeParts(name: string): string[] {
  const parts = normalize(name)
    .split(sep)
    .filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new WherryError('PROTOCOL', t('copy.outside', { name }));
  return parts;
}

async function noLinkAbove(base: string, parts: readonly string[]): Promise<void> {
  let path = base;
  for (const part of parts.slice(0, -1)) {
    path = join(path, part);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink()) throw new WherryError('PROTOCOL', t('copy.throughLink', { path }));
  }
}
