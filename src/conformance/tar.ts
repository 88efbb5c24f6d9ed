import { Readable } from 'node:stream';
import { extract, type Header, pack } from 'tar-stream';

/** One entry of a tar stream; a directory or link has no content. */
export interface TarEntry {
  /** Relative, without a slash at its end. */
  name: string;
  type?: 'file' | 'directory' | 'symlink' | 'link';
  content?: string | Uint8Array;
  /** Permission bits. Default: 0o644, directories 0o755. */
  mode?: number;
  uid?: number;
  gid?: number;
  /** Target of a link. */
  linkname?: string;
}

/** The entries as a tar stream. */
export async function* archive(entries: readonly TarEntry[]): AsyncIterable<Uint8Array> {
  const stream = pack();
  for (const { name, type = 'file', content = '', mode, uid = 0, gid = 0, linkname } of entries) {
    const header: Partial<Header> & { name: string } = {
      name: type === 'directory' ? `${name}/` : name,
      type,
      uid,
      gid,
      mode: mode ?? (type === 'directory' ? 0o755 : 0o644),
      mtime: new Date(1_700_000_000_000),
      ...(linkname === undefined ? {} : { linkname }),
    };
    stream.entry(header, type === 'file' ? Buffer.from(content) : Buffer.alloc(0));
  }
  stream.finalize();
  for await (const part of stream) yield part as Uint8Array;
}

/** The entries of a tar stream by name, without slashes at the ends. */
export async function unarchive(stream: AsyncIterable<Uint8Array>): Promise<Map<string, Required<TarEntry>>> {
  const entries = new Map<string, Required<TarEntry>>();
  const parser = extract();
  Readable.from(stream)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser);
  for await (const entry of parser) {
    const { name, type, mode = 0, uid = 0, gid = 0, linkname } = entry.header;
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part as Uint8Array);
    entries.set(name.replace(/^\.?\/+|\/+$/g, ''), {
      name,
      type: type === 'directory' || type === 'symlink' || type === 'link' ? type : 'file',
      content: Buffer.concat(parts),
      mode: mode & 0o7777,
      uid,
      gid,
      linkname: linkname ?? '',
    });
  }
  return entries;
}
