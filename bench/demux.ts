import { PassThrough } from 'node:stream';
import Dockerode from 'dockerode';
import { FrameDecoder } from '../src/transport/index.ts';
import { atLeast, find, race, type Table } from './measure.ts';

const frame = 64;
const size = 32 * 1024 * 1024;

/** `size` bytes of frames of 64 bytes: header of 8 and payload of 56. */
function stream(bytes: number): Buffer {
  const one = Buffer.alloc(frame, 'x');
  one[frame - 1] = 10;
  one.fill(0, 0, 8).writeUInt8(1, 0);
  one.writeUInt32BE(frame - 8, 4);
  return Buffer.concat(Array.from({ length: bytes / frame }, () => one));
}

function chunks(whole: Buffer): Buffer[] {
  const list: Buffer[] = [];
  for (let at = 0; at < whole.length; at += 65_536) list.push(whole.subarray(at, at + 65_536));
  return list;
}

const megabytes = (bytes: number, ms: number): number => bytes / 1e6 / (ms / 1000);

/** Splitting Docker's multiplexed log stream back into stdout and stderr. */
export async function demuxTable(): Promise<Table> {
  const parts = chunks(stream(size));
  const small = chunks(stream(size / 16));
  const rows = await race(
    {
      'wherry, batches': async () => {
        const began = performance.now();
        const decoder = new FrameDecoder();
        let bytes = 0;
        for (const part of parts) for (const frame of decoder.push(part)) bytes += frame.bytes.length;
        if (bytes !== (size / frame) * (frame - 8)) throw new Error(`lost bytes: ${bytes}`);
        return megabytes(size, performance.now() - began);
      },
      'wherry, a record per `for await` step': async () => {
        const { demux } = await import('../src/transport/index.ts');
        const began = performance.now();
        let bytes = 0;
        for await (const record of demux(from(parts))) bytes += record.bytes.length;
        if (bytes !== (size / frame) * (frame - 8)) throw new Error(`lost bytes: ${bytes}`);
        return megabytes(size, performance.now() - began);
      },
      'docker-modem (on a sixteenth of it)': async () => {
        const { modem } = new Dockerode();
        const [input, stdout] = [new PassThrough(), new PassThrough()];
        let bytes = 0;
        stdout.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        const began = performance.now();
        modem.demuxStream(input, stdout, stdout);
        for (const part of small) {
          // A smaller write: it recurses once per frame in a chunk and overflows the stack on large ones.
          for (let at = 0; at < part.length; at += 16_384) input.write(part.subarray(at, at + 16_384));
          await new Promise(setImmediate);
        }
        while (bytes < (size / 16 / frame) * (frame - 8)) await new Promise(setImmediate);
        return megabytes(size / 16, performance.now() - began);
      },
    },
    5,
  );
  return {
    title: 'Log demultiplexing',
    about: '64-byte frames in chunks of 64 KiB, in memory.',
    unit: 'MB/s',
    rows,
    verdicts: [atLeast('batches', find(rows, 'wherry, batches'), 200, 'MB/s')],
  };
}

async function* from(parts: readonly Buffer[]): AsyncIterable<Buffer> {
  yield* parts;
}
