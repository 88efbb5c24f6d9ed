import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { duplexPair } from 'node:stream';
import { expect, test } from 'vitest';
import { hijackedStream } from '../../transport/hijack.ts';
import { cacheEntry, cacheImages } from './build-cache.ts';
import { withStages } from './dockerfile-stages.ts';
import { grpcClient } from './grpc-client.ts';
import { GrpcFailure, grpcNotFound } from './grpc-frame.ts';
import { type GrpcMethod, serveGrpc, unary } from './grpc-server.ts';

const methods = new Map<string, GrpcMethod>([
  [
    '/t.T/Twice',
    async ({ messages, send }) => {
      for await (const message of messages) for (let i = 0; i < 2; i += 1) await send(message);
    },
  ],
  [
    '/t.T/Fails',
    unary(() => {
      throw new GrpcFailure(grpcNotFound, 'no such thing: ä 100%');
    }),
  ],
  ['/t.T/Hangs', () => new Promise(() => {})],
]);

async function answers(method: string, options: { signal?: AbortSignal } = {}): Promise<string[]> {
  const [ours, theirs] = duplexPair();
  const server = serveGrpc(theirs, methods);
  const client = grpcClient(ours);
  const told: string[] = [];
  try {
    for await (const message of client.call(`/t.T/${method}`, Buffer.from('hello'), options))
      told.push(Buffer.from(message).toString());
    return told;
  } finally {
    client.close();
    server.close();
  }
}

test('gRPC: answers, statuses with their text, and aborts', async () => {
  expect(await answers('Twice')).toEqual(['hello', 'hello']);
  await expect(answers('Fails')).rejects.toMatchObject({ status: 5, message: 'no such thing: ä 100%' });
  await expect(answers('Nothing')).rejects.toMatchObject({ status: 12 });
  await expect(answers('Hangs', { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
});

test.each(['end', 'destroy'] as const)('gRPC: a connection whose peer calls %s is told', async (how) => {
  const listener = createServer((peer) => {
    serveGrpc(peer, methods);
    setTimeout(() => peer[how](), 50);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1');
  const stream = hijackedStream({
    source: socket,
    sink: socket,
    address: 'a',
    path: '/grpc',
    signal: undefined,
  });
  const client = grpcClient(stream);
  const call = client.call('/t.T/Hangs', Buffer.from('hello')).next();
  await expect(call).rejects.toMatchObject({ code: 'STREAM_CUT' });
  client.close();
  listener.close();
});

test('places of a cache', () => {
  expect(cacheEntry('app:cache')).toEqual({ type: 'registry', attributes: { ref: 'app:cache' } });
  expect(cacheEntry('type=registry,ref=app:cache,mode=max')).toEqual({
    type: 'registry',
    attributes: { ref: 'app:cache', mode: 'max' },
  });
  expect(() => cacheEntry('ref=app')).toThrowError(expect.objectContaining({ code: 'INVALID' }));
  expect(cacheImages(['a', 'type=registry,ref=b'])).toEqual(['a', 'b']);
  expect(cacheImages(['a', 'type=gha'])).toBeUndefined();
});

test('contexts become stages after the global arguments', () => {
  const text = '# syntax=x\nARG A=1\nFROM base AS one\nCOPY --from=more / /\n';
  expect(
    withStages(
      text,
      new Map([
        ['base', 'i:1'],
        ['more', 'i:2'],
      ]),
    ),
  ).toBe('# syntax=x\nARG A=1\nFROM i:1 AS base\nFROM i:2 AS more\nFROM base AS one\nCOPY --from=more / /\n');
  expect(withStages(text, new Map())).toBe(text);
  for (const name of ['one', 'docker.io/library/base'])
    expect(() => withStages(text, new Map([[name, 'i']]))).toThrowError(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
});
