import type { IncomingHttpHeaders } from 'node:http2';
import type { BuildFile } from './build-files.ts';
import { GrpcFailure, grpcNotFound } from './grpc-frame.ts';
import type { GrpcCall, GrpcMethod } from './grpc-server.ts';
import { encodeProto, protoFields, protoText } from './protobuf.ts';

/** A directory as BuildKit may ask for it; `wanted` is given when it asks for a few files by name. */
export type SyncedDirectory = (wanted: readonly string[] | undefined) => AsyncIterable<BuildFile>;

/**
 * `moby.filesync.v1.FileSync/DiffCopy`: we tell what there is, BuildKit asks for the content of what it does not have
 * from an earlier build, by the protocol of tonistiigi/fsutil.
 */
export function fileSync(directories: ReadonlyMap<string, SyncedDirectory>): GrpcMethod {
  return async (call) => {
    const [name = ''] = listOf(call.metadata, 'dir-name');
    const directory = directories.get(name);
    if (directory === undefined) throw new GrpcFailure(grpcNotFound, `no access allowed to dir "${name}"`);
    const followed = listOf(call.metadata, 'followpaths');
    const sent = new Map<number, BuildFile>();
    await Promise.all([
      tell(call, directory(followed.length === 0 ? undefined : followed), sent),
      serve(call, sent),
    ]);
  };
}

/** fsutil's PacketType. */
const packet = { stat: 0, request: 1, data: 2, finish: 3, error: 4 } as const;

async function tell(
  call: GrpcCall,
  files: AsyncIterable<BuildFile>,
  sent: Map<number, BuildFile>,
): Promise<void> {
  let id = 0;
  for await (const file of files) {
    if (file.type === 'file') sent.set(id, file);
    id += 1;
    await call.send(encodeProto([{ number: 2, value: stat(file) }]));
  }
  // A packet without an entry ends the list.
  await call.send(encodeProto([{ number: 1, value: packet.stat }]));
}

async function serve(call: GrpcCall, sent: ReadonlyMap<number, BuildFile>): Promise<void> {
  for await (const message of call.messages) {
    let type: number = packet.stat;
    let id = 0;
    let text = '';
    for (const { number, value } of protoFields(message)) {
      if (number === 1 && typeof value === 'number') type = value;
      if (number === 3 && typeof value === 'number') id = value;
      if (number === 4) text = protoText(value);
    }
    if (type === packet.error) throw new Error(text);
    if (type === packet.request) await sendContent(call, id, sent.get(id));
    if (type === packet.finish) {
      await call.send(encodeProto([{ number: 1, value: packet.finish }]));
      return;
    }
  }
}

async function sendContent(call: GrpcCall, id: number, file: BuildFile | undefined): Promise<void> {
  if (file?.content === undefined) throw new Error(`invalid file id ${id}`);
  const data = (bytes: Uint8Array): Buffer =>
    encodeProto([
      { number: 1, value: packet.data },
      { number: 3, value: id },
      { number: 4, value: bytes },
    ]);
  for await (const chunk of file.content()) if (chunk.length > 0) await call.send(data(chunk));
  await call.send(data(new Uint8Array()));
}

/** Bits of Go's os.FileMode. */
const modeBits = {
  directory: 2 ** 31,
  symlink: 2 ** 27,
  setuid: 2 ** 23,
  setgid: 2 ** 22,
  sticky: 2 ** 20,
} as const;

/** All belongs to root, as in every build context. */
function stat({ path, type, mode, size, modified, target = '' }: BuildFile): Buffer {
  const goMode =
    (mode & 0o777) +
    (type === 'directory' ? modeBits.directory : 0) +
    (type === 'symlink' ? modeBits.symlink : 0) +
    (mode & 0o4000 ? modeBits.setuid : 0) +
    (mode & 0o2000 ? modeBits.setgid : 0) +
    (mode & 0o1000 ? modeBits.sticky : 0);
  return encodeProto([
    { number: 1, value: path },
    { number: 2, value: goMode },
    { number: 5, value: size },
    { number: 6, value: modified.getTime() * 1e6 },
    { number: 7, value: target },
  ]);
}

/** A list in the call's metadata; values with bytes beyond ASCII come encoded, and say so. */
function listOf(metadata: IncomingHttpHeaders, key: string): string[] {
  const value = metadata[key];
  const list = value === undefined ? [] : Array.isArray(value) ? value : value.split(/,\s*/);
  return metadata[`${key}-encoded`] === undefined ? list : list.map((item) => decodeURIComponent(item));
}
