import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Frame, FrameDecoder } from './demux.ts';
import type { LogLine } from './log-line.ts';
import { type LogLineOptions, LogLineSplitter } from './log-lines.ts';

interface Plain {
  kind: string;
  text: string;
  time: string | null;
  ended: boolean;
}

const plain = ({ kind, text, time, ended }: LogLine): Plain => ({
  kind,
  text,
  time: time?.toISOString() ?? null,
  ended,
});

function frameOf(stream: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

/** The lines of a multiplexed stream that arrives in these pieces. */
function demuxed(chunks: readonly Buffer[], options?: LogLineOptions): LogLine[] {
  const decoder = new FrameDecoder();
  const splitter = new LogLineSplitter(options);
  const lines = chunks.flatMap((chunk) => splitter.push(decoder.push(chunk)));
  return [...lines, ...splitter.end()];
}

/** The lines of a terminal's stream that arrives in these pieces. */
function merged(chunks: readonly Buffer[], options?: LogLineOptions): LogLine[] {
  const splitter = new LogLineSplitter(options);
  const lines = chunks.flatMap((chunk) =>
    splitter.push([new Frame('merged', false, chunk, 0, chunk.length)]),
  );
  return [...lines, ...splitter.end()];
}

const everyCut = (bytes: Buffer): number[][] => Array.from({ length: bytes.length + 1 }, (_, cut) => [cut]);
const stamp = '2026-01-02T03:04:05.123456789Z ';
const later = '2026-01-02T03:04:06.000000001Z ';
const time = '2026-01-02T03:04:05.123Z';

test('any chunking of any bytes gives the lines that a split at newlines gives', () => {
  // Bytes that are likely to hold newlines, carriage returns and parts of code points.
  const byte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x61, 0xc3, 0xa4, 0xf0, 0x9f, 0x98, 0x80), fc.nat(255));
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.array(byte, { maxLength: 40 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 30 }), fc.boolean(), (frames, cuts, timestamps) => {
      const bytes = Buffer.concat(
        frames.map(([stream, payload]) => frameOf(stream, Uint8Array.from(payload))),
      );
      const lines = demuxed(pieces(bytes, cuts), { timestamps });
      for (const [stream, kind] of [
        [1, 'stdout'],
        [2, 'stderr'],
      ] as const) {
        const whole = Buffer.from(frames.flatMap(([from, payload]) => (from === stream ? payload : [])));
        const own = lines.filter((line) => line.kind === kind);
        const again = Buffer.concat(own.flatMap((line) => [line.bytes, Buffer.from(line.ended ? '\n' : '')]));
        expect(again).toEqual(whole);
        expect(own.every((line) => !line.bytes.includes(0x0a))).toBe(true);
      }
      // The order across the streams does not depend on the chunks either.
      expect(lines.map(plain)).toEqual(demuxed([bytes], { timestamps }).map(plain));
    }),
  );
});

test('a limit on the length of lines does not depend on the chunks, and keeps code points whole', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'ä', '€', '😀', '\n'), maxLength: 60 });
  fc.assert(
    fc.property(
      text,
      fc.array(fc.nat(), { maxLength: 10 }),
      fc.integer({ min: 4, max: 20 }),
      (text, cuts, maxLineBytes) => {
        const bytes = frameOf(1, text);
        const lines = demuxed(pieces(bytes, cuts), { maxLineBytes });
        expect(lines.map(plain)).toEqual(demuxed([bytes], { maxLineBytes }).map(plain));
        expect(
          lines.every((line) => line.bytes.length <= maxLineBytes && !line.text.includes('\ufffd')),
        ).toBe(true);
        expect(lines.map((line) => line.text + (line.ended ? '\n' : '')).join('')).toBe(text);
      },
    ),
  );
});

describe('timestamps', () => {
  const cases: [string, Buffer, Plain[]][] = [
    [
      'are taken off each line of each stream',
      Buffer.concat([frameOf(1, `${stamp}ä one\n`), frameOf(2, `${later}\n`), frameOf(1, 'no stamp\n')]),
      [
        { kind: 'stdout', text: 'ä one', time, ended: true },
        { kind: 'stderr', text: '', time: '2026-01-02T03:04:06.000Z', ended: true },
        { kind: 'stdout', text: 'no stamp', time: null, ended: true },
      ],
    ],
    [
      'of the parts of a line that the engine split are dropped, and the parts joined, also around another stream',
      Buffer.concat([frameOf(1, `${stamp}long `), frameOf(2, `${later}err\n`), frameOf(1, `${later}line\n`)]),
      [
        { kind: 'stderr', text: 'err', time: '2026-01-02T03:04:06.000Z', ended: true },
        { kind: 'stdout', text: 'long line', time, ended: true },
      ],
    ],
    [
      "of the program's own making are kept",
      frameOf(1, `${stamp}${later}mine\n${later}line\n`),
      [
        { kind: 'stdout', text: `${later}mine`, time, ended: true },
        { kind: 'stdout', text: 'line', time: '2026-01-02T03:04:06.000Z', ended: true },
      ],
    ],
    [
      'may have another zone and fewer places',
      Buffer.concat([
        frameOf(1, '2026-01-02T03:04:05.5+01:00 x\n'),
        frameOf(1, '2026-01-02T03:04:05-02:30 y'),
      ]),
      [
        { kind: 'stdout', text: 'x', time: '2026-01-02T02:04:05.500Z', ended: true },
        { kind: 'stdout', text: 'y', time: '2026-01-02T05:34:05.000Z', ended: false },
      ],
    ],
    [
      'are told from text that begins like one',
      frameOf(1, '2026-01-02T03:04 x\n2026-01-02T03:04:05.123456789Z\n2026-13-45Txx:04:05Z y\n2026-01-'),
      [
        { kind: 'stdout', text: '2026-01-02T03:04 x', time: null, ended: true },
        { kind: 'stdout', text: '2026-01-02T03:04:05.123456789Z', time: null, ended: true },
        { kind: 'stdout', text: '2026-13-45Txx:04:05Z y', time: null, ended: true },
        { kind: 'stdout', text: '2026-01-', time: null, ended: false },
      ],
    ],
  ];
  test.each(cases)('%s', (_name, bytes, expected) => {
    for (const cuts of everyCut(bytes)) {
      expect(demuxed(pieces(bytes, cuts), { timestamps: true }).map(plain), `cut at ${cuts}`).toEqual(
        expected,
      );
    }
  });

  test('keep their nanoseconds', () => {
    const [line] = demuxed([frameOf(1, `${stamp}x\n`)], { timestamps: true });
    expect(line?.nanos).toBe(123_456_789);
  });

  test('of a terminal are found again where the engine splits lines of more than 16 KiB', () => {
    const part = 'x'.repeat(16 * 1024);
    const bytes = Buffer.from(
      `${stamp}${part}${later}${part}${later}end\r\n${later}next\r\n${stamp}${part}\r\n`,
    );
    const expected: Plain[] = [
      { kind: 'merged', text: `${part}${part}end`, time, ended: true },
      { kind: 'merged', text: 'next', time: '2026-01-02T03:04:06.000Z', ended: true },
      { kind: 'merged', text: part, time, ended: true },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 20 }), (cuts) => {
        expect(merged(pieces(bytes, cuts), { timestamps: true }).map(plain)).toEqual(expected);
      }),
    );
    for (let at = 16 * 1024; at < 16 * 1024 + 2 * stamp.length; at += 1) {
      expect(merged(pieces(bytes, [at]), { timestamps: true }).map(plain)).toEqual(expected);
    }
  });
});

test("a terminal's lines lose their carriage return, others keep it", () => {
  expect(merged([Buffer.from('a\r\nb\rc\n')]).map(plain)).toEqual([
    { kind: 'merged', text: 'a', time: null, ended: true },
    { kind: 'merged', text: 'b\rc', time: null, ended: true },
  ]);
  expect(demuxed([frameOf(1, 'a\r\n')]).map((line) => line.text)).toEqual(['a\r']);
});
