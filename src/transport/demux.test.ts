import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demux, demuxBatches, type Frame, FrameDecoder } from './demux.ts';

function frameOf(stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1))].sort((a, b) => a - b)) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
  yield bytes.subarray(start);
}

/** Puts the pieces of each frame together again. */
function joined(frames: readonly Frame[]): { kind: string; payload: string }[] {
  const whole: { kind: string; payload: string }[] = [];
  for (const { kind, first, bytes } of frames) {
    const last = whole.at(-1);
    if (first || last === undefined) whole.push({ kind, payload: bytes.toString('hex') });
    else last.payload += bytes.toString('hex');
  }
  return whole;
}

async function collectAll(batches: AsyncIterable<Frame[]>): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const batch of batches) frames.push(...batch);
  return frames;
}

const kinds = ['stdout', 'stdout', 'stderr'] as const;
const cuts = fc.array(fc.nat(), { maxLength: 30 });

test('any frames, split anywhere, come out as they went in', async () => {
  const frame = fc.tuple(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 60 }));
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 12 }), cuts, async (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(([stream, payload]) => frameOf(stream, payload)));
      const expected = frames
        .filter(([, payload]) => payload.length > 0)
        .map(([stream, payload]) => ({ kind: kinds[stream], payload: Buffer.from(payload).toString('hex') }));
      expect(joined(await collectAll(demuxBatches(chunked(bytes, cuts))))).toEqual(expected);
    }),
  );
});

test('payloads are views of the chunk, not copies', () => {
  const chunk = frameOf(1, Buffer.from('abc'));
  const [frame] = new FrameDecoder().push(chunk);
  expect(frame?.bytes.buffer).toBe(chunk.buffer);
});

test('a frame of 16 MiB in chunks of 16 KiB is handed out as it comes', () => {
  const size = 16 * 1024 * 1024;
  const bytes = frameOf(2, Buffer.alloc(size, 1));
  const decoder = new FrameDecoder();
  let received = 0;
  for (let at = 0; at < bytes.length; at += 16384) {
    const chunk = bytes.subarray(at, at + 16384);
    const frames = decoder.push(chunk);
    expect(frames).toHaveLength(1);
    received += frames[0]?.bytes.length ?? 0;
    expect(received).toBe(Math.min(at + 16384, bytes.length) - 8);
  }
  decoder.end();
});

test('a hundred thousand frames of one byte in one chunk', () => {
  const one = frameOf(1, Buffer.from('x'));
  const frames = new FrameDecoder().push(Buffer.concat(Array.from({ length: 100_000 }, () => one)));
  expect(frames).toHaveLength(100_000);
});

test('the error stream ends it with the text of the engine, after the frames before it', async () => {
  const bytes = Buffer.concat([
    frameOf(1, Buffer.from('out')),
    frameOf(3, Buffer.from('disk ä gone\n')),
    frameOf(1, Buffer.from('no')),
  ]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const seen: Frame[] = [];
    const reading = (async () => {
      for await (const frame of demux(chunked(bytes, [cut]))) seen.push(frame);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ENGINE', message: 'disk ä gone' });
    expect(joined(seen)).toEqual([{ kind: 'stdout', payload: Buffer.from('out').toString('hex') }]);
  }
});

test.each([
  ['an unknown stream', Buffer.from([4, 0, 0, 0, 0, 0, 0, 1, 0])],
  ['output of a terminal', Buffer.from('hello world')],
])('%s is a PROTOCOL error', async (_name, bytes) => {
  await expect(collectAll(demuxBatches(chunked(bytes, [])))).rejects.toMatchObject({ code: 'PROTOCOL' });
});

test.each([[1], [7], [8], [10]])('an end after %i of 11 bytes is STREAM_CUT', async (size) => {
  const bytes = frameOf(1, Buffer.from('abc')).subarray(0, size);
  await expect(collectAll(demuxBatches(chunked(bytes, [])))).rejects.toMatchObject({ code: 'STREAM_CUT' });
});
