import type { Transform } from 'node:stream';
import { zlib } from './builtin.ts';
import { feed } from './feed.ts';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** The bytes of `chunks`, unpacked when their first bytes are the magic number of gzip or zstd. */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  const source = chunks[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  try {
    while (start.length < ZSTD_MAGIC.length) {
      const step = await source.next();
      if (step.done) break;
      start = Buffer.concat([start, step.value]);
    }
    const whole = resume(start, source);
    const unpack = unpackerFor(start);
    if (unpack === undefined) yield* whole;
    else yield* through(unpack, whole);
  } finally {
    await source.return?.();
  }
}

function unpackerFor(start: Buffer): Transform | undefined {
  if (start.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return zlib().createGunzip();
  if (start.subarray(0, ZSTD_MAGIC.length).equals(ZSTD_MAGIC)) return zlib().createZstdDecompress();
  return undefined;
}

async function* resume(
  start: Buffer,
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  if (start.length > 0) yield start;
  for (;;) {
    const step = await source.next();
    if (step.done) return;
    const { value } = step;
    yield Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}

async function* through(
  transform: Transform,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const feeding = feed(transform, chunks);
  try {
    yield* transform;
  } finally {
    transform.destroy();
    await feeding;
  }
}
