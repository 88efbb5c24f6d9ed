import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { demuxBatches } from './demux.ts';
import { tcpDialer } from './dialer.ts';
import { HttpClient } from './http-client.ts';
import { parseNdjson } from './ndjson.ts';

/** What the server does with its answer: all of it in two writes, or only its beginning. */
type Fault =
  | { readonly kind: 'split'; readonly at: number }
  | { readonly kind: 'end' | 'reset'; readonly at: number };

/** How long a single run may take before it counts as hanging. */
const HANG_MS = 10_000;

const crlf = (...lines: string[]): string => `${lines.join('\r\n')}\r\n`;

interface Scenario {
  readonly answer: Buffer;
  readonly isUpgrade: boolean;
  /** What is received of a whole answer, one item for each thing that can arrive before a cut. */
  readonly complete: readonly unknown[];
  /** For each item of `complete`, how much of the answer it takes. */
  readonly ends: readonly number[];
  /** Cuts that nobody can tell from the end of the answer. */
  readonly cleanCuts: readonly number[];
  read(client: HttpClient, received: unknown[]): Promise<void>;
}

const jsonText = '{"Id":"äbc","n":123}';
const json = Buffer.from(
  crlf('HTTP/1.1 200 OK', `Content-Length: ${Buffer.byteLength(jsonText)}`, '') + jsonText,
);
const ndjson = Buffer.from(
  crlf('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', '') +
    ['{"status":"a"}\r\n{"sta', 'tus":"b"}\n', '{"c":[1,2]}{"d":{}}']
      .map((part) => crlf(part.length.toString(16), part))
      .join('') +
    crlf('0', ''),
);

const chunkedJson = Buffer.concat([
  Buffer.from(
    crlf('HTTP/1.1 103 Early Hints', '') + crlf('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', ''),
  ),
  ...[jsonText.slice(0, 9), jsonText.slice(9)].map((part) =>
    Buffer.from(crlf(`${Buffer.byteLength(part).toString(16)}; name="x"`, part)),
  ),
  Buffer.from(crlf('0', 'Trailer: x', '')),
]);

async function readWhole(client: HttpClient, received: unknown[]): Promise<void> {
  const { body } = await client.get({ path: '/json', signal: AbortSignal.timeout(HANG_MS) });
  received.push(JSON.parse(body.toString('utf8')));
}

/** One frame of each stream that matters; each byte of a payload is an item. */
function hijack(head: string): Scenario {
  const parts: Buffer[] = [Buffer.from(head)];
  const complete: unknown[] = [];
  const ends: number[] = [];
  const cleanCuts: number[] = [];
  let size = head.length;
  for (const [stream, text] of [
    [1, 'out ä\n'],
    [2, 'err\n'],
    [1, 'last\n'],
  ] as const) {
    cleanCuts.push(size);
    const payload = Buffer.from(text);
    parts.push(Buffer.from([stream, 0, 0, 0, 0, 0, 0, payload.length]), payload);
    size += 8;
    for (const byte of payload) {
      size += 1;
      complete.push([stream === 1 ? 'stdout' : 'stderr', byte]);
      ends.push(size);
    }
  }
  return {
    answer: Buffer.concat(parts),
    isUpgrade: true,
    complete,
    ends,
    cleanCuts,
    async read(client, received) {
      const upgraded = await client.upgrade({
        path: '/attach',
        body: '{}',
        signal: AbortSignal.timeout(HANG_MS),
      });
      if (upgraded.kind !== 'upgraded') throw new Error('refused');
      upgraded.socket.end('stdin');
      for await (const frames of demuxBatches(upgraded.socket)) {
        for (const { kind, bytes } of frames) for (const byte of bytes) received.push([kind, byte]);
      }
    },
  };
}

const scenarios: Record<string, Scenario> = {
  'plain JSON': {
    answer: json,
    isUpgrade: false,
    complete: [{ Id: 'äbc', n: 123 }],
    ends: [json.length],
    cleanCuts: [],
    async read(client, received) {
      const response = await client.request({ path: '/json', signal: AbortSignal.timeout(HANG_MS) });
      received.push(await response.json());
    },
  },
  'JSON read whole': {
    answer: json,
    isUpgrade: false,
    complete: [{ Id: 'äbc', n: 123 }],
    ends: [json.length],
    cleanCuts: [],
    read: readWhole,
  },
  'chunks read whole, after an interim answer': {
    answer: chunkedJson,
    isUpgrade: false,
    complete: [{ Id: 'äbc', n: 123 }],
    ends: [chunkedJson.length],
    cleanCuts: [],
    read: readWhole,
  },
  'chunked NDJSON': {
    answer: ndjson,
    isUpgrade: false,
    complete: [{ status: 'a' }, { status: 'b' }, { c: [1, 2] }, { d: {} }],
    ends: ['"a"}', '"b"}', '[1,2]}', '{}}'].map((end) => ndjson.indexOf(end) + end.length),
    cleanCuts: [],
    async read(client, received) {
      const response = await client.request({ path: '/events', signal: AbortSignal.timeout(HANG_MS) });
      for await (const value of parseNdjson(response.body)) received.push(value);
    },
  },
  'stream upgraded with 101': hijack(
    crlf('HTTP/1.1 101 UPGRADED', 'Connection: Upgrade', 'Upgrade: tcp', ''),
  ),
  'stream hijacked with 200': hijack(
    crlf('HTTP/1.1 200 OK', 'Content-Type: application/vnd.docker.raw-stream', ''),
  ),
};

const uncaught: unknown[] = [];
const onUncaught = (error: unknown): void => {
  uncaught.push(error);
};

beforeAll(() => {
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
});

afterAll(() => {
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onUncaught);
});

describe.each(Object.entries(scenarios))('%s', (_name, scenario) => {
  const { answer, complete, ends, cleanCuts } = scenario;

  test('arrives whole however its bytes are split', async () => {
    await withServer(scenario, async (client, setFault) => {
      for (let at = 0; at <= answer.length; at += 1) {
        setFault({ kind: 'split', at });
        const received: unknown[] = [];
        await scenario.read(client, received);
        expect(received, `split at ${at}`).toEqual(complete);
      }
    });
  });

  test.each(['end', 'reset'] as const)('cut at any byte by %s, it ends in a typed error', async (kind) => {
    await withServer(scenario, async (client, setFault) => {
      for (let at = 0; at < answer.length; at += 1) {
        setFault({ kind, at });
        const received: unknown[] = [];
        const outcome = await scenario.read(client, received).then(
          () => 'complete',
          (error: unknown) => (isWherryError(error) ? error.code : error),
        );
        const allowed = ['UNAVAILABLE', 'STREAM_CUT', ...(cleanCuts.includes(at) ? ['complete'] : [])];
        expect(allowed, `${kind} at ${at}`).toContain(outcome);
        // A reset takes with it what was on its way; after an orderly end, all that was sent has arrived.
        const sent = kind === 'reset' ? received.length : ends.filter((end) => end <= at).length;
        expect(received, `${kind} at ${at}`).toEqual(complete.slice(0, sent));
      }
    });
  });
});

/** Runs `action` against a server of `scenario`; afterwards no connection may be left and nothing may have escaped. */
async function withServer(
  { answer, isUpgrade }: Scenario,
  action: (client: HttpClient, setFault: (fault: Fault) => void) => Promise<void>,
): Promise<void> {
  let fault: Fault = { kind: 'split', at: 0 };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    // The client closed: a request connection has nothing more to say, an upgraded one only half-closed its input.
    socket.on('end', () => {
      if (!isUpgrade) socket.end();
    });
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      head = '';
      void respond(socket, answer, fault, isUpgrade);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new HttpClient(tcpDialer('127.0.0.1', (server.address() as AddressInfo).port));
  try {
    await action(client, (next) => {
      fault = next;
    });
    client.close();
    await connectionsGone(server);
    expect(uncaught).toEqual([]);
  } finally {
    client.close();
    server.close();
  }
}

async function respond(socket: Socket, answer: Buffer, fault: Fault, isUpgrade: boolean): Promise<void> {
  socket.removeAllListeners('data');
  socket.resume();
  await write(socket, answer.subarray(0, fault.at));
  if (fault.kind === 'reset') {
    socket.resetAndDestroy();
    return;
  }
  if (fault.kind === 'split') {
    // Long enough for the first part to be read alone.
    await new Promise((resolve) => setImmediate(resolve));
    await write(socket, answer.subarray(fault.at));
  }
  socket.end();
  if (!isUpgrade) socket.destroySoon();
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (bytes.length === 0) resolve();
    else socket.write(bytes, () => resolve());
  });
}

/** Resolves when the server has no connection; a leak makes the test run into its time limit. */
async function connectionsGone(server: Server): Promise<void> {
  for (;;) {
    const count = await new Promise<number>((resolve) =>
      server.getConnections((_error, open) => resolve(open)),
    );
    if (count === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
