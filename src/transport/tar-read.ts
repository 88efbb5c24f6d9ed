import type { Extract, Header } from 'tar-stream';
import { WherryError } from '../core/errors.ts';
import { errorCode, messageOf } from './connection-errors.ts';
import { decompress } from './decompress.ts';
import { feed } from './feed.ts';
import type { TarEntryType, TarHeader } from './tar-entry.ts';

export interface TarEntry extends TarHeader {
  /** The file's bytes; what is not read of them is skipped when the next entry is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/**
 * The entries of an archive (plain, gzip or zstd, told by its first bytes), one after the other.
 * Errors: `PROTOCOL` (not an archive), `STREAM_CUT` (ends inside one), and what `chunks` throws.
 */
export async function* readTar(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const { extract: createExtract } = await import('tar-stream');
  const extract: Extract = createExtract();
  extract.on('error', () => {});
  const feeding = feed(extract, decompress(chunks));
  try {
    for await (const entry of extract) {
      const parts = entry[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
      yield { ...headerOf(entry.header), content: rest(parts) };
      for await (const _ of rest(parts));
    }
  } catch (error) {
    throw tarError(error);
  } finally {
    extract.destroy();
    await feeding;
  }
}

const entryTypes: ReadonlySet<string> = new Set<TarEntryType>([
  'file',
  'directory',
  'symlink',
  'link',
  'fifo',
  'character-device',
  'block-device',
]);

function headerOf(header: Header): TarHeader {
  const type = header.type === 'contiguous-file' ? 'file' : header.type;
  if (!entryTypes.has(type)) {
    throw new WherryError('PROTOCOL', `the archive's entry ${header.name} is of the unknown type ${type}`);
  }
  return {
    name: header.name,
    type,
    mode: header.mode & 0o7777,
    uid: header.uid,
    gid: header.gid,
    mtime: header.mtime,
    size: type === 'file' ? header.size : 0,
    linkname: header.linkname ?? undefined,
    devmajor: header.devmajor,
    devminor: header.devminor,
  };
}

/** What is left of an entry. Leaving the loop early must not destroy the entry, and with it the whole archive. */
async function* rest(parts: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const step = await parts.next();
    if (step.done) return;
    yield step.value;
  }
}

function tarError(cause: unknown): unknown {
  if (cause instanceof WherryError) return cause;
  const message = messageOf(cause);
  if (message === 'Unexpected end of data' || errorCode(cause) === 'Z_BUF_ERROR') {
    return new WherryError('STREAM_CUT', 'the archive ended inside an entry', { cause });
  }
  const isFormatError = /header|checksum|tar/i.test(message) || errorCode(cause)?.startsWith('Z') === true;
  if (!isFormatError) return cause;
  return new WherryError('PROTOCOL', `not an archive that can be read: ${message}`, { cause });
}
