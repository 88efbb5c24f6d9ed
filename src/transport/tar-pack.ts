import type { Header, Pack } from 'tar-stream';
import { WherryError } from '../core/errors.ts';
import { feed } from './feed.ts';
import type { TarEntryType, TarHeader } from './tar-entry.ts';

/** Headers and padding are small: they are handed out together, in chunks of about this size. */
const CHUNK_SIZE = 64 * 1024;

export interface TarEntrySource extends Partial<Omit<TarHeader, 'name'>> {
  /** Where the entry goes, with `/` between its parts. */
  readonly name: string;
  /** A stream needs `size`. Default: empty. */
  readonly content?: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/**
 * An archive of `entries`, as a stream. Defaults: type `file`, mode 0644 (directories 0755), owner 0:0, mtime 1970.
 * Errors: `INVALID` when a stream's length is not its `size`, and what the contents throw.
 */
export async function* packEntries(
  entries: Iterable<TarEntrySource> | AsyncIterable<TarEntrySource>,
): AsyncGenerator<Buffer, void, undefined> {
  const { pack: createPack } = await import('tar-stream');
  const pack = createPack();
  const writing = writeAll(pack, entries);
  try {
    yield* inChunks(pack);
  } catch (error) {
    throw (await writing) ?? error;
  } finally {
    pack.destroy();
    await writing;
  }
}

/** Resolves with what went wrong, because the pack's own error hides which entry it was. */
async function writeAll(
  pack: Pack,
  entries: Iterable<TarEntrySource> | AsyncIterable<TarEntrySource>,
): Promise<Error | undefined> {
  try {
    for await (const entry of entries) {
      if (pack.destroyed) return undefined;
      await writeEntry(pack, entry);
    }
    pack.finalize();
    return undefined;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    pack.destroy(failure);
    return failure;
  }
}

function writeEntry(pack: Pack, entry: TarEntrySource): Promise<void> {
  const { content = '' } = entry;
  const header = headerOf(entry);
  return new Promise((resolve, reject) => {
    const written = (error?: Error | null): void => {
      if (error) reject(asTarError(error, entry));
      else resolve();
    };
    if (header.type !== 'file') {
      pack.entry(header, written);
    } else if (typeof content === 'string' || content instanceof Uint8Array) {
      const bytes = Buffer.from(content);
      pack.entry({ ...header, size: bytes.length }, bytes, written);
    } else {
      const sink = pack.entry(header, written);
      sink.on('error', () => {});
      void feed(sink, content);
    }
  });
}

function headerOf(entry: TarEntrySource): Partial<Header> & { name: string; type: TarEntryType } {
  const { name, type = 'file' } = entry;
  const directory = type === 'directory';
  return {
    name: directory && !name.endsWith('/') ? `${name}/` : name,
    type,
    mode: entry.mode ?? (directory ? 0o755 : 0o644),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    mtime: entry.mtime ?? new Date(0),
    size: type === 'file' ? (entry.size ?? 0) : 0,
    ...(entry.linkname === undefined ? {} : { linkname: entry.linkname }),
    ...(entry.devmajor === undefined ? {} : { devmajor: entry.devmajor }),
    ...(entry.devminor === undefined ? {} : { devminor: entry.devminor }),
  };
}

function asTarError(error: Error, entry: TarEntrySource): Error {
  if (error.message !== 'Size mismatch') return error;
  return new WherryError('INVALID', `${entry.name} is not ${entry.size ?? 0} bytes long, as was announced`, {
    hint: 'Do not change files while they are being archived.',
    details: { name: entry.name },
    cause: error,
  });
}

async function* inChunks(pack: Pack): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of pack as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size < CHUNK_SIZE) continue;
    yield parts.length === 1 ? part : Buffer.concat(parts, size);
    parts = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(parts, size);
}
