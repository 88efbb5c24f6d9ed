import { afterEach, expect, test } from 'vitest';
import type { EngineEvent } from '../../core/engine-event.ts';
import { isWherryError } from '../../core/errors.ts';
import {
  chunked,
  type FakeAnswer,
  FakeEngine,
  type FakeRequest,
  fakeContainer,
  frame,
  hijacked,
  json,
  type Route,
} from './fake-engine.test-support.ts';

/** Every answer of an engine is split, and cut, at every one of its bytes. */

interface Scenario {
  /** The answer that is split and cut. */
  target: (request: FakeRequest) => FakeAnswer | undefined;
  others?: Route;
  read: (backend: ReturnType<FakeEngine['backend']>) => Promise<unknown>;
  tells: unknown;
}

const inspectOf = ({ path }: FakeRequest): FakeAnswer | undefined =>
  path.endsWith('/json') && path.startsWith('/containers/') ? json(fakeContainer) : undefined;

const scenarios: Record<string, Scenario> = {
  json: {
    target: ({ path }) =>
      path === '/containers/json'
        ? json([{ Id: 'a', Names: ['/ä'], Image: 'i', Created: 1, State: 'running' }])
        : undefined,
    read: async (backend) => (await backend.list()).map(({ name, status }) => [name, status]),
    tells: [['ä', 'running']],
  },
  logs: {
    target: ({ path }) =>
      path.endsWith('/logs')
        ? chunked(
            [
              frame(1, '2026-01-01T00:00:00.000000001Z eins — ä\n'),
              Buffer.concat([frame(2, '2026-01-01T00:00:00.5Z '), frame(1, '2026-01-01T00:00:01Z zwei\n')]),
            ],
            { end: true },
          )
        : undefined,
    others: inspectOf,
    read: async (backend) => {
      const records: unknown[] = [];
      for await (const { kind, timestamp, line } of backend.logs('fake'))
        records.push([kind, timestamp, line]);
      return records;
    },
    tells: [
      ['stdout', '2026-01-01T00:00:00.000000001Z', 'eins — ä'],
      ['stdout', '2026-01-01T00:00:01.000000000Z', 'zwei'],
    ],
  },
  exec: {
    target: ({ path }) =>
      path === '/exec/e1/start'
        ? hijacked(Buffer.concat([frame(1, 'out ä'), frame(2, 'err'), frame(1, '')]))
        : undefined,
    others: (request) => {
      if (request.path === '/containers/fake/exec') return json({ Id: 'e1' }, 201);
      if (request.path === '/exec/e1/json') return json({ Running: false, ExitCode: 7 });
      return inspectOf(request);
    },
    read: async (backend) => {
      const { exitCode, stdout, stderr } = await backend.execCapture('fake', { command: ['x'] });
      return { exitCode, stdout, stderr };
    },
    tells: { exitCode: 7, stdout: 'out ä', stderr: 'err' },
  },
  wait: {
    target: ({ path }) =>
      path.endsWith('/wait') ? chunked(['{"StatusCode":3}\n'], { end: true }) : undefined,
    others: inspectOf,
    read: (backend) => backend.wait('fake'),
    tells: { run: '2026-01-01T00:00:01Z', exitCode: 3 },
  },
  stats: {
    target: ({ path }) =>
      path.endsWith('/stats')
        ? chunked(
            ['{"read":"2026-01-01T00:00:00Z","pids_stats":{"current":1}}', '{"read":"0001-01-01T00:00:00Z"}'],
            { end: false },
          )
        : undefined,
    others: inspectOf,
    read: async (backend) => {
      const pids: unknown[] = [];
      for await (const sample of backend.stats('fake')) pids.push(sample.pids);
      return pids;
    },
    tells: [1],
  },
};

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing[Symbol.asyncDispose]();
});

for (const [name, scenario] of Object.entries(scenarios)) {
  test(`${name}: split anywhere, it reads the same`, async () => {
    const { size, run } = await prepared(scenario);
    expect(await run({})).toEqual(scenario.tells);
    for (let at = 1; at < size; at += 1)
      expect(await run({ splitAt: at }), `split at ${at}`).toEqual(scenario.tells);
  });

  test(`${name}: cut anywhere, it ends with a typed error or cleanly`, async () => {
    const { size, run } = await prepared(scenario);
    const outcomes = new Set<string>();
    for (let at = 0; at < size; at += 1) outcomes.add(await outcomeOf(run({ cutAt: at }), `cut at ${at}`));
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['UNAVAILABLE']));
    for (const outcome of outcomes)
      expect(['clean', 'STREAM_CUT', 'UNAVAILABLE', 'PROTOCOL']).toContain(outcome);
  });
}

test('events: cut anywhere, each is told once, and the gap by a resync', async () => {
  const record = (action: string, nano: number): string =>
    `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: 'e'.repeat(64), Attributes: { name: 'n' } }, timeNano: nano })}\n`;
  const stream = chunked([record('create', 1.7e18), record('start', 1.7e18 + 1e6)], { end: false });
  const head = stream.bytes.indexOf('\r\n\r\n') + 4;
  const positions = Array.from({ length: stream.bytes.length }, (_, at) => at);
  await Promise.all(
    positions.map(async (cutAt) => {
      const engine = await FakeEngine.listen(({ path, nth }) => {
        if (path === '/events') return nth === 0 ? { ...stream, cutAt } : stream;
        return path === '/containers/json' ? json([]) : undefined;
      });
      const backend = engine.backend();
      // Also of positions that are still under way when one has failed.
      open.push(backend, engine);
      const seen: EngineEvent['type'][] = [];
      // Cut before its head is whole there was no stream: asked again at once there is no gap, asked later there is one.
      const wanted = cutAt < head ? ['created', 'started'] : ['created', 'resync', 'started'];
      for await (const { type } of backend.events()) {
        if (type !== 'resync' || cutAt >= head) seen.push(type);
        if (new Set(seen).size === wanted.length) break;
      }
      expect([...seen].sort(), `cut at ${cutAt}`).toEqual(wanted);
    }),
  );
});

async function prepared({ target, others, read }: Scenario): Promise<{
  size: number;
  run: (delivery: Pick<FakeAnswer, 'splitAt' | 'cutAt'>) => Promise<unknown>;
}> {
  let delivery: Pick<FakeAnswer, 'splitAt' | 'cutAt'> = {};
  let size = 0;
  const engine = await FakeEngine.listen((request) => {
    const answer = target(request);
    if (answer === undefined) return others?.(request);
    size = answer.bytes.length;
    return { ...answer, ...delivery };
  });
  const backend = engine.backend();
  open.push(backend, engine);
  const run = (next: typeof delivery): Promise<unknown> => {
    delivery = next;
    return read(backend);
  };
  await run({});
  return { size, run };
}

async function outcomeOf(work: Promise<unknown>, what: string): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: it hangs`)), 10_000);
  });
  try {
    await Promise.race([work, hang]);
    return 'clean';
  } catch (error) {
    if (isWherryError(error)) return error.code;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
