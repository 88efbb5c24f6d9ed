import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type WholeAnswer, WholeAnswerReader } from './whole-answer.ts';

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n`;

/** The answer in `text`, given piece by piece, and then the end of the connection where that is asked for. */
function read(text: string, { cuts = [], ended = false }: { cuts?: number[]; ended?: boolean } = {}) {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new WholeAnswerReader();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let answer: WholeAnswer | undefined;
  for (const [index, from] of places.entries()) {
    answer ??= reader.push(bytes.subarray(from, places[index + 1] ?? bytes.length));
  }
  return answer ?? (ended ? reader.end() : undefined);
}

describe('WholeAnswerReader', () => {
  test('reads head and body, however they arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.boolean(),
        (parts, cuts, isChunked) => {
          const body = parts.join('');
          const text = isChunked
            ? lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '') +
              parts.map((part) => lines(part.length.toString(16), part)).join('') +
              lines('0', '')
            : lines('HTTP/1.1 200 OK', `Content-Length: ${body.length}`, '') + body;
          const answer = read(text, { cuts });
          expect(answer?.body.toString()).toBe(body);
          expect(answer?.isReusable).toBe(true);
        },
      ),
    );
  });

  test('knows names in any case, values of one name, and interim answers', () => {
    const answer = read(
      lines('HTTP/1.1 100 Continue', '') +
        lines('HTTP/1.1 204 No Content', 'API-Version:  1.41 ', 'Vary: a', 'vary: b', ''),
    );
    expect(answer).toMatchObject({ status: 204, headers: { 'api-version': '1.41', vary: 'a, b' } });
  });

  test('a body without a length ends with the connection', () => {
    const text = `${lines('HTTP/1.0 200 OK', '')}all of it`;
    expect(read(text)).toBeUndefined();
    expect(read(text, { ended: true })).toMatchObject({ body: Buffer.from('all of it'), isReusable: false });
  });

  test('a connection that says more than was asked, or wants to close, is not used again', () => {
    const head = (...more: string[]) => lines('HTTP/1.1 200 OK', 'Content-Length: 2', ...more, '');
    expect(read(`${head()}ok`)?.isReusable).toBe(true);
    expect(read(`${head()}okHTTP/1.1`)?.isReusable).toBe(false);
    expect(read(`${head('Connection: Close')}ok`)?.isReusable).toBe(false);
  });

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['HTTP/2', lines('HTTP/2 200 OK', '')],
    ['no status', lines('HTTP/1.1 OK', '')],
    ['a header without a name', lines('HTTP/1.1 200 OK', ': x', '')],
    ['a folded header', lines('HTTP/1.1 200 OK', 'A: b', ' c', '')],
    ['two lengths', lines('HTTP/1.1 200 OK', 'Content-Length: 1', 'Content-Length: 2', '')],
    ['a length that is none', lines('HTTP/1.1 200 OK', 'Content-Length: -1', '')],
    ['an encoding that was not asked for', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked', '')],
    ['a chunk without a size', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', 'x', '')],
    ['a chunk longer than it says', lines('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '', '1', 'xy')],
    ['a head without end', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`],
  ])('refuses %s', (_name, text) => {
    expect(() => read(text)).toThrow(/^the answer is not HTTP: /);
  });

  test('what is cut is no answer', () => {
    const text = `${lines('HTTP/1.1 200 OK', 'Content-Length: 5', '')}four`;
    expect(read(text, { ended: true })).toBeUndefined();
  });
});
