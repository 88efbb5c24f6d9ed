import { describe, expect, test } from 'vitest';
import { WherryError } from '../../core/errors.ts';
import { Frame } from '../../transport/demux.ts';
import { followToTheEnd, type ReadStamped } from './log-rest.ts';

const entry = (text: string): Frame => {
  const bytes = Buffer.from(text);
  return new Frame('stdout', true, bytes, 0, bytes.length);
};
const at = (second: number, nanos = 0): string =>
  `2026-01-02T03:04:0${second}.${String(nanos).padStart(9, '0')}Z`;

async function read(followed: Frame[][], rest: Frame[][] | Error): Promise<{ text: string; since: unknown }> {
  let asked: unknown;
  const source: ReadStamped = async function* ({ follow, since }) {
    if (follow) return yield* followed;
    asked = since;
    if (rest instanceof Error) throw rest;
    yield* rest;
  };
  let text = '';
  for await (const batch of followToTheEnd(source, { stamps: false })) {
    for (const frame of batch) text += frame.bytes.toString();
  }
  return { text, since: asked };
}

describe('a followed log that its engine ends early', () => {
  test('goes on behind the last entry, with nothing twice', async () => {
    const followed = [[entry(`${at(1)} a\n`), entry(`${at(2, 5)} b\n`), entry(`${at(2, 5)} c\n`)]];
    const rest = [
      [entry(`${at(2, 5)} b\n`), entry(`${at(2, 5)} c\n`), entry(`${at(2, 5)} d\n`)],
      [entry(`${at(3)} e\n`)],
    ];
    expect(await read(followed, rest)).toEqual({
      text: 'a\nb\nc\nd\ne\n',
      since: `${Date.parse('2026-01-02T03:04:02Z') / 1000}.000000005`,
    });
  });

  test('keeps entries that came in pieces, cut anywhere', async () => {
    const whole = Buffer.from(`${at(1)} text of one entry\n`);
    for (let cut = 1; cut < whole.length; cut += 1) {
      const pieces = [
        [new Frame('stdout', true, whole, 0, cut)],
        [new Frame('stdout', false, whole, cut, whole.length)],
      ];
      const { text } = await read(pieces, pieces);
      expect(text).toBe('text of one entry\n');
    }
  });

  test('ends without a second reading when there was nothing, and with the container', async () => {
    expect(await read([], [[entry(`${at(1)} a\n`)]])).toEqual({ text: '', since: undefined });
    const gone = new WherryError('NOT_FOUND', 'no such container');
    expect((await read([[entry(`${at(1)} a\n`)]], gone)).text).toBe('a\n');
  });
});
