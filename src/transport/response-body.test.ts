import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ResponseBody } from './response-body.ts';

function body(): { message: IncomingMessage; body: ResponseBody } {
  const message = new IncomingMessage(new Socket());
  const context = { address: 'unix:///s', path: '/x', signal: undefined, idle: undefined };
  return { message, body: new ResponseBody(message, context) };
}

test('a message that closes without a word is STREAM_CUT, once', async () => {
  const { message, body: chunks } = body();
  const waiting = chunks.next();
  message.destroy();
  await expect(waiting).rejects.toMatchObject({ code: 'STREAM_CUT' });
  expect(await chunks.next()).toEqual({ done: true, value: undefined });
});

test('what had arrived before a cut is still handed out', async () => {
  const { message, body: chunks } = body();
  message.push('before');
  message.destroy(new Error('aborted'));
  expect((await chunks.next()).value?.toString()).toBe('before');
  await expect(chunks.next()).rejects.toMatchObject({ code: 'STREAM_CUT' });
});

test('leaving while somebody waits ends the wait and closes the message', async () => {
  const { message, body: chunks } = body();
  const waiting = chunks.next();
  await chunks.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(message.destroyed).toBe(true);
});
