import type { FileHandle } from 'node:fs/promises';
import { throwIfAborted, WherryError } from '../core/errors.ts';
import { ExtractionRoot } from './extraction-root.ts';
import type { TarEntryType } from './tar-entry.ts';
import { readTar, type TarEntry } from './tar-read.ts';

export interface ExtractTarOptions {
  /** Default: 1 000 000. */
  maxEntries?: number | undefined;
  /** Bytes of all files together. Default: 64 GiB. */
  maxBytes?: number | undefined;
  /** Where an entry goes, relative to the directory; null leaves it out. Also applied to targets of hard links. Default: its own name. */
  rename?: ((name: string) => string | null) | undefined;
  /** What devices and FIFOs do: end the extraction with `UNSUPPORTED`, or be left out and reported. Default: `refuse`. */
  special?: 'refuse' | 'skip' | undefined;
  /** Whose the files become: ours, or those of the archive (needs root). Default: `ours`. */
  owner?: 'ours' | 'archive' | undefined;
  signal?: AbortSignal | undefined;
}

export interface ExtractedTar {
  /** Entries written. */
  readonly entries: number;
  readonly bytes: number;
  /** Names of devices and FIFOs that were left out. */
  readonly skipped: readonly string[];
}

/**
 * Writes an archive (plain, gzip or zstd) into the existing directory `dir`, and nowhere else, whatever the archive says:
 * names with `..` are refused, absolute names are taken relative to `dir`, nothing is written through a symbolic link,
 * existing files are replaced and never written into, setuid and setgid are dropped. Symbolic links keep their targets as
 * they are. Errors: `INVALID` (such an entry, or a limit), `UNSUPPORTED` (a device), those of {@link readTar}, `NO_SPACE`.
 */
export async function extractTar(
  chunks: AsyncIterable<Uint8Array>,
  dir: string,
  options: ExtractTarOptions = {},
): Promise<ExtractedTar> {
  const root = await ExtractionRoot.open(dir);
  const { maxEntries = 1_000_000, maxBytes = 64 * 1024 ** 3, rename, special = 'refuse', signal } = options;
  const archiveOwner = options.owner === 'archive';
  const directories = new Map<string, TarEntry>();
  const skipped: string[] = [];
  let entries = 0;
  let bytes = 0;
  for await (const entry of readTar(chunks)) {
    throwIfAborted(signal);
    const name = rename === undefined ? entry.name : rename(entry.name);
    if (name === null) continue;
    entries += 1;
    bytes += entry.size;
    if (entries > maxEntries) throw limitError('entries', maxEntries);
    if (bytes > maxBytes) throw limitError('bytes', maxBytes);
    if (isSpecial(entry.type)) {
      if (special === 'refuse') throw specialError(entry);
      skipped.push(entry.name);
      continue;
    }
    await extractEntry(entry, name);
  }
  // Last and innermost first: a directory may be read-only, and writing into it changes its time.
  for (const [path, entry] of [...directories].reverse()) {
    await root.withDirectory(path, (handle) => applyHeader(handle, entry));
  }
  return { entries: entries - skipped.length, bytes, skipped };

  async function extractEntry(entry: TarEntry, name: string): Promise<void> {
    switch (entry.type) {
      case 'directory':
        directories.set(await root.makeDirectory(name), entry);
        return;
      case 'symlink':
        await root.makeSymlink(name, entry.linkname ?? '');
        return;
      case 'link': {
        const target = rename === undefined ? entry.linkname : rename(entry.linkname ?? '');
        await root.makeHardLink(name, target ?? '');
        return;
      }
      default:
        await root.withNewFile(name, async (handle) => {
          for await (const chunk of entry.content) {
            throwIfAborted(signal);
            await handle.writeFile(chunk);
          }
          await applyHeader(handle, entry);
        });
    }
  }

  async function applyHeader(handle: FileHandle, entry: TarEntry): Promise<void> {
    if (archiveOwner) await handle.chown(entry.uid, entry.gid);
    // Without setuid and setgid: a program of somebody else's making must not run as us.
    await handle.chmod(entry.mode & 0o1777);
    await handle.utimes(entry.mtime, entry.mtime);
  }
}

function isSpecial(type: TarEntryType): boolean {
  return type === 'fifo' || type === 'character-device' || type === 'block-device';
}

function specialError(entry: TarEntry): WherryError {
  return new WherryError(
    'UNSUPPORTED',
    `the archive holds a ${entry.type}, ${entry.name}, which is not extracted`,
    {
      details: { name: entry.name, type: entry.type },
    },
  );
}

function limitError(what: 'entries' | 'bytes', limit: number): WherryError {
  return new WherryError('INVALID', `the archive holds more than ${limit} ${what}`, {
    hint: 'Raise the limit if the archive is to be trusted.',
    details: { what, limit },
  });
}
