import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { readAhead } from './read-ahead.ts';

test('the output of a child process that ended before its turn came is whole', async () => {
  const child = spawn('sh', ['-c', 'echo one; echo two']);
  const source = readAhead<Buffer>(child.stdout);
  await once(child, 'exit');
  await new Promise((resolve) => setImmediate(resolve));
  let text = '';
  for await (const part of source) text += part.toString();
  expect(text).toBe('one\ntwo\n');
});

test('a source that fails is INVALID to its reader, and to nobody else', async () => {
  const source = readAhead(
    (async function* () {
      yield 1;
      throw new Error('broken');
    })(),
  );
  expect(await source.next()).toEqual({ done: false, value: 1 });
  await expect(source.next()).rejects.toMatchObject({ code: 'INVALID', cause: { message: 'broken' } });
});

test('a source that is given up is closed', async () => {
  let isClosed = false;
  const source = readAhead(
    (async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        isClosed = true;
      }
    })(),
  );
  await source.return?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(true);
});
