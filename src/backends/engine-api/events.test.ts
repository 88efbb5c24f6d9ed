import { afterEach, expect, test } from 'vitest';
import type { EngineEvent, EventOptions } from '../../core/engine-event.ts';
import { unixDialer } from '../../transport/dialer.ts';
import { EngineConnection } from './connection.ts';
import { dockerDialect } from './dialect.ts';
import { engineEvent, eventMoment } from './event-record.ts';
import { EventSubscriber } from './event-subscriber.ts';
import {
  chunked,
  type FakeAnswer,
  FakeBackend,
  FakeEngine,
  type FakeRequest,
  json,
} from './fake-engine.test-support.ts';
import type { EventRecord } from './records.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing[Symbol.asyncDispose]();
});

async function engineWith(
  events: (request: FakeRequest) => FakeAnswer,
): Promise<{ engine: FakeEngine; backend: FakeBackend }> {
  const engine = await FakeEngine.listen((request) => {
    if (request.path === '/events') return events(request);
    return request.path === '/containers/json' ? json([]) : undefined;
  });
  const backend = engine.backend();
  open.push(backend, engine);
  return { engine, backend };
}

const record = (action: string, at: number, attributes: Record<string, string> = {}): EventRecord => ({
  Type: 'container',
  Action: action,
  Actor: { ID: 'e'.repeat(64), Attributes: { name: 'n', image: 'i', ...attributes } },
  timeNano: (1_700_000_000_000 + at) * 1e6,
});
const line = (action: string, at: number): string => `${JSON.stringify(record(action, at))}\n`;

async function take(events: AsyncIterable<EngineEvent>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const { type } of events) {
    seen.push(type);
    if (seen.length === count) break;
  }
  return seen;
}

test.each<[string, Record<string, string>, object | null]>([
  ['create', {}, { type: 'created' }],
  ['start', {}, { type: 'started' }],
  ['pause', {}, { type: 'paused' }],
  ['unpause', {}, { type: 'resumed' }],
  ['oom', {}, { type: 'oom' }],
  ['die', { exitCode: '137' }, { type: 'died', exitCode: 137, oomKilled: null }],
  ['die', {}, { type: 'died', exitCode: null }],
  ['stop', {}, { type: 'stopped' }],
  ['destroy', {}, { type: 'removed' }],
  ['rename', { oldName: '/before' }, { type: 'renamed', previousName: 'before' }],
  ['health_status: unhealthy', {}, { type: 'health', health: 'unhealthy' }],
  ['exec_start: sh', {}, null],
  ['kill', {}, null],
  ['attach', {}, null],
])('the action %j with %j', (action, attributes, expected) => {
  const event = engineEvent(record(action, 0, { label: 'x', ...attributes }));
  if (expected === null) {
    expect(event).toBeNull();
    return;
  }
  const subject = { id: 'e'.repeat(64), name: 'n', image: 'i', labels: { label: 'x' } };
  expect(event).toMatchObject({ ...expected, subject, time: new Date(1_700_000_000_000) });
});

test('the moment of an event never lies after it', () => {
  expect(eventMoment({ timeNano: 1_700_000_000_123_456_000 })).toBe('1700000000.123455000');
  expect(eventMoment({ time: 17 })).toBe('17');
  expect(eventMoment({})).toBeNull();
});

test('50 broken streams: no event is lost or doubled, and each gap is told', {
  timeout: 60_000,
}, async () => {
  // Each stream tells again what came before, as engines do, and one event more, and breaks.
  const { backend } = await engineWith(({ nth }) => ({
    ...chunked(
      Array.from({ length: nth + 1 }, (_, index) => line('start', index)),
      { end: nth < 50 },
    ),
  }));
  const times: number[] = [];
  let gaps = 0;
  for await (const event of backend.events()) {
    if (event.type === 'resync') gaps += 1;
    else times.push(event.time.getTime() - 1_700_000_000_000);
    if (times.length === 51 && gaps === 50) break;
  }
  expect(times).toEqual(Array.from({ length: 51 }, (_, index) => index));
});

test('a reconnect asks for what happened since the last event', async () => {
  const { engine, backend } = await engineWith(({ nth }) =>
    chunked(nth === 0 ? [line('create', 0)] : [line('start', 5)], { end: nth === 0 }),
  );
  expect((await take(backend.events(), 3)).sort()).toEqual(['created', 'resync', 'started']);
  const asked = engine.requests
    .filter(({ path }) => path === '/events')
    .map(({ query }) => query.get('since'));
  expect(Number(asked[0])).toBeGreaterThan(Date.now() / 1000 - 60);
  expect(asked[1]).toBe('1699999999.999999000');
});

test('an engine that is not there is told at once', async () => {
  const backend = new FakeBackend({ connection: new EngineConnection(unixDialer('/no/such.sock')) });
  await expect(take(backend.events(), 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

test('an engine that refuses the request is told at once', async () => {
  const { backend } = await engineWith(() => json({ message: 'invalid filter' }, 400));
  await expect(take(backend.events(), 1)).rejects.toMatchObject({ code: 'INVALID' });
});

test('readers share one stream, which is closed after the last', async () => {
  const { engine, backend } = await engineWith(() => chunked([line('create', 0)], { end: false }));
  const options: EventOptions[] = [{}, { containers: ['n'] }, { containers: ['e'.repeat(12)] }];
  expect(await Promise.all(options.map((each) => take(backend.events(each), 1)))).toEqual([
    ['created'],
    ['created'],
    ['created'],
  ]);
  expect(engine.requests.filter(({ path }) => path === '/events')).toHaveLength(1);
  expect(await take(backend.events(), 1)).toEqual(['created']);
  expect(engine.requests.filter(({ path }) => path === '/events')).toHaveLength(2);
});

test('events are for the containers and labels that were asked for', async () => {
  const labelled = JSON.stringify(record('start', 1, { colour: 'blue' }));
  const { backend } = await engineWith(() => chunked([line('create', 0), labelled], { end: false }));
  expect(await take(backend.events({ labels: ['colour=blue'] }), 1)).toEqual(['started']);
});

test('history comes first, and what the stream tells again is told once', async () => {
  const { backend } = await engineWith(({ query }) =>
    query.has('until')
      ? chunked([line('create', 0), line('start', 1)], { end: true })
      : chunked([line('start', 1), line('pause', 2)], { end: false }),
  );
  expect(await take(backend.events({ since: new Date(0) }), 3)).toEqual(['created', 'started', 'paused']);
});

test('until ends the stream, an abort fails it, and dispose ends it', async () => {
  const { backend } = await engineWith(() => chunked([line('create', 0)], { end: false }));
  expect(await take(backend.events({ until: new Date(Date.now() + 200) }), 9)).toEqual(['created']);
  await expect(take(backend.events({ signal: AbortSignal.abort() }), 9)).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  const abort = new AbortController();
  const aborted = take(backend.events({ signal: abort.signal }), 9);
  setTimeout(() => abort.abort(), 50);
  await expect(aborted).rejects.toMatchObject({ code: 'CANCELLED' });
  const disposed = take(backend.events(), 9);
  setTimeout(() => void backend[Symbol.asyncDispose](), 50);
  expect(await disposed).toEqual(['created']);
});

test('an oom before the end is known at the end', async () => {
  const { backend } = await engineWith(() =>
    chunked([line('oom', 0), line('die', 1), line('die', 2)], { end: false }),
  );
  const seen: unknown[] = [];
  for await (const event of backend.events()) {
    if (event.type === 'died') seen.push(event.oomKilled);
    if (seen.length === 2) break;
  }
  expect(seen).toEqual([true, null]);
});

test('a reader who is too slow is told that he missed something, and then goes on', async () => {
  const subscriber = new EventSubscriber(2);
  const event = dockerDialect.event(record('start', 0));
  if (event === null) throw new Error('it is an event');
  for (let count = 0; count < 5; count += 1) subscriber.offer(event);
  expect(await subscriber.next()).toEqual({ kind: 'overflow' });
  subscriber.offer(event);
  expect(await subscriber.next()).toEqual({ kind: 'event', event });
  subscriber.end();
  subscriber.offer(event);
  expect(await subscriber.next()).toEqual({ kind: 'end', error: undefined });
});
