import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { tcpDialer } from '../../transport/dialer.ts';
import { EngineConnection } from './connection.ts';
import { EngineImage } from './image.ts';
import { imageContext } from './image-context.ts';
import { RegistryAuth } from './registry-auth.ts';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An image on an engine that answers every POST as told. */
async function imageOn(answer: (response: ServerResponse) => void): Promise<EngineImage> {
  server = createServer((request, response) => {
    request.resume();
    response.setHeader('api-version', '1.41');
    if (request.method === 'POST') answer(response);
    else response.end('OK');
  });
  const listening = server;
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listening.address() as AddressInfo;
  const connection = new EngineConnection(tcpDialer('127.0.0.1', port));
  return new EngineImage(
    imageContext(connection, new RegistryAuth({ env: {}, home: '/nonexistent' })),
    'app:1',
  );
}

const line = '{"status":"Downloading","id":"abc","progressDetail":{"current":1,"total":2}}\n';
const build = { kind: 'dockerfile', context: nothing(), dockerfileInline: 'FROM scratch' } as const;

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1024);
}

describe('a stream that ends too early', () => {
  it.each([0, 1, 20, line.length - 1, line.length])('is a cut pull after %i bytes', async (length) => {
    const image = await imageOn((response) => {
      response.flushHeaders();
      response.write(line.slice(0, length), () => response.destroy());
    });
    await expect(image.pull()).rejects.toMatchObject({ code: 'STREAM_CUT' });
  });

  it('is a cut pull when it says nothing at all', async () => {
    const image = await imageOn((response) => response.end());
    await expect(image.pull()).rejects.toMatchObject({ code: 'STREAM_CUT' });
    await expect(image.push()).rejects.toMatchObject({ code: 'STREAM_CUT' });
  });

  it('is a cut build when it has no result', async () => {
    const image = await imageOn((response) => response.end('{"stream":"Step 1/1 : FROM scratch\\n"}\n'));
    await expect(image.build(build)).rejects.toMatchObject({ code: 'STREAM_CUT' });
  });
});

it('throws what the stream reports, after what it told before', async () => {
  const image = await imageOn((response) =>
    response.end(
      `${line}{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}\n`,
    ),
  );
  const told: unknown[] = [];
  await expect(image.pull({ onProgress: (progress) => told.push(progress) })).rejects.toMatchObject({
    code: 'NO_SPACE',
  });
  expect(told).toEqual([{ kind: 'layer', id: 'abc', status: 'Downloading', current: 1, total: 2 }]);
});

it('ends the pull when the listener throws', async () => {
  const image = await imageOn((response) => response.write(line.repeat(3)));
  const stop = new Error('enough');
  await expect(
    image.pull({
      onProgress: () => {
        throw stop;
      },
    }),
  ).rejects.toBe(stop);
});
