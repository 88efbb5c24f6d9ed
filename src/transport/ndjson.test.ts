import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNdjson, parseNdjsonBatches } from './ndjson.ts';

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1))].sort((a, b) => a - b)) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
  yield bytes.subarray(start);
}

const collectAll = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const parse = (text: string, cuts: readonly number[] = []): Promise<unknown[]> =>
  collectAll(parseNdjson(chunked(Buffer.from(text), cuts)));

const cuts = fc.array(fc.nat(), { maxLength: 20 });

test('any values with any separators, split anywhere, come out as they went in', async () => {
  // Scalars need a newline; objects and arrays end by themselves.
  const separator = fc.constantFrom('\n', '\r\n', '\n\n', ' \r\n \n', '\n\u001e');
  const tight = fc.constantFrom('', ' ', '\t');
  const value = fc.oneof(
    fc.tuple(fc.jsonValue(), separator),
    fc.tuple(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.oneof(tight, separator)),
    fc.tuple(fc.array(fc.jsonValue()), fc.oneof(tight, separator)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 8 }), cuts, async (values, cuts) => {
      const texts = values.map(([json, end]) => `${JSON.stringify(json)}${end}`);
      const expected = values.map(([json]) => JSON.parse(JSON.stringify(json)));
      expect(await parse(texts.join(''), cuts)).toEqual(expected);
    }),
  );
});

test('a value is handed out as soon as it is complete, before the stream goes on', async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"a":1}{"b"');
    await held;
    yield Buffer.from(':2}');
  }
  const values = parseNdjson(chunks());
  expect(await values.next()).toEqual({ done: false, value: { a: 1 } });
  release();
  expect(await values.next()).toEqual({ done: false, value: { b: 2 } });
  expect(await values.next()).toEqual({ done: true, value: undefined });
});

test('a last scalar needs no newline', async () => {
  expect(await parse('{"a":1}\n42')).toEqual([{ a: 1 }, 42]);
});

test.each([
  ['{"a":1}\nnot json\n{"b":2}\n', 'not json'],
  ['{"a":1}\n{"b":\n2}\n', '{"b":'],
  [`{"a":1}\n{"text":"${'x'.repeat(500)}\n`, `{"text":"${'x'.repeat(191)}`],
])('a bad line is a PROTOCOL error with its beginning, after the values before it', async (text, excerpt) => {
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const batch of parseNdjsonBatches(chunked(Buffer.from(text), []))) seen.push(...batch);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'PROTOCOL', message: `not a JSON text: ${excerpt}` });
  expect(seen).toEqual([{ a: 1 }]);
});

test('a stream that ends inside a value is STREAM_CUT', async () => {
  await expect(parse('{"a":1}{"b":')).rejects.toMatchObject({ code: 'STREAM_CUT' });
});

test('a line of 32 MiB in small chunks takes linear time', async () => {
  const text = 'x'.repeat(32 * 1024 * 1024);
  const bytes = Buffer.from(`{"log":"${text}"}\n`);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 4096) yield bytes.subarray(at, at + 4096);
  }
  const [value] = await collectAll(parseNdjson<{ log: string }>(chunks()));
  expect(value?.log.length).toBe(text.length);
});
