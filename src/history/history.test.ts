import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Event, EventBus, silentLogger, WherryError } from '../core/index.ts';
import { readHistory, recordHistory } from './index.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-history-'));
  file = join(folder, 'deep', 'events.ndjson');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function all(options: Parameters<typeof readHistory>[1] = {}): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of readHistory(file, options)) events.push(event);
  return events;
}

function publish(bus: EventBus, host: string): void {
  bus.publish('remote.host.online', 'hosts', host, { host });
}

test('what was published is read as it was, with dates and errors', async () => {
  const bus = new EventBus();
  const published: Event[] = [];
  bus.subscribe({}, (event) => published.push(event));
  const subject = { id: 'a', name: 'db-1', image: 'postgres', project: null, service: 'db' };
  await using recorder = recordHistory(bus, { file });
  bus.publish('container.started', 'boot', 'db', { ...subject, startedAt: new Date(5000) });
  const error = new WherryError('EXIT', 'db exited with code 3', { hint: 'look', details: { exitCode: 3 } });
  bus.publish(
    'container.failed',
    'boot',
    'db',
    { ...subject, exitCode: 3, oomKilled: false, lastLines: ['x'] },
    error,
  );
  await recorder.flush();
  const read = await all();
  expect(read).toEqual(published);
  expect(read[1]?.error).toBeInstanceOf(WherryError);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('since, until, types and sources choose', async () => {
  let now = 0;
  const bus = new EventBus({ now: () => new Date(now) });
  await using recorder = recordHistory(bus, { file });
  for (now = 0; now < 10; now += 1) publish(bus, `h${now}`);
  bus.publish('remote.host.degraded', 'other', 'h', { host: 'h', reason: 'slow' });
  await recorder.flush();
  const names = async (options: Parameters<typeof readHistory>[1]): Promise<string[]> =>
    (await all(options)).map(({ name }) => name);
  expect(await names({ since: new Date(7), until: new Date(9) })).toEqual(['h7', 'h8']);
  expect(await names({ types: ['remote.host.degraded'] })).toEqual(['h']);
  expect(await names({ sources: ['hosts'], since: new Date(9) })).toEqual(['h9']);
});

test('files are rotated by size, so many are kept, and all are read in order', async () => {
  const bus = new EventBus();
  const recorder = recordHistory(bus, { file, maxSize: 1000, keep: 3 });
  for (let number = 0; number < 100; number += 1) {
    publish(bus, `h${number}`);
    await recorder.flush();
  }
  await recorder[Symbol.asyncDispose]();
  expect((await readdir(join(file, '..'))).sort()).toEqual([
    'events.ndjson',
    'events.ndjson.1',
    'events.ndjson.2',
    'events.ndjson.3',
  ]);
  const numbers = (await all()).map(({ name }) => Number(name.slice(1)));
  expect(numbers.length).toBeGreaterThan(20);
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index));
});

test('a line that a crash cut off at any byte takes no other with it', async () => {
  const bus = new EventBus();
  await (async () => {
    await using recorder = recordHistory(bus, { file });
    publish(bus, 'whole');
    publish(bus, 'torn');
    await recorder.flush();
  })();
  const text = await readFile(file);
  const end = text.indexOf(0x0a) + 1;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: end, max: text.length }), async (cut) => {
      await writeFile(file, text.subarray(0, cut));
      await using recorder = recordHistory(bus, { file });
      publish(bus, 'next');
      await recorder.flush();
      const names = (await all()).map(({ name }) => name);
      expect(names).toEqual(cut >= text.length - 1 ? ['whole', 'torn', 'next'] : ['whole', 'next']);
    }),
    { numRuns: 60 },
  );
});

test('a process that is killed while it writes leaves whole lines in order', async () => {
  const script = `
    import { EventBus } from '${join(import.meta.dirname, '../core/index.ts')}';
    import { recordHistory } from '${join(import.meta.dirname, 'index.ts')}';
    const bus = new EventBus();
    const recorder = recordHistory(bus, { file: process.argv[1], maxSize: 20_000, keep: 1000 });
    for (let number = 0; ; number += 1) {
      bus.publish('remote.host.online', 'hosts', 'h' + number, { host: 'h'.repeat(number % 50) });
      if (number % 20 === 0) await new Promise(setImmediate);
      if (number === 500) await recorder.flush().then(() => console.log('going'));
    }`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const bus = new EventBus();
  await using recorder = recordHistory(bus, { file, maxSize: 20_000, keep: 1000 });
  publish(bus, 'h-after');
  await recorder.flush();
  const names = (await all()).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(100);
  expect(names.slice(0, -1)).toEqual(names.slice(0, -1).map((_, index) => `h${index}`));
  expect(names.at(-1)).toBe('h-after');
});

test('lines that are no events are passed over', async () => {
  const bus = new EventBus();
  await using recorder = recordHistory(bus, { file });
  publish(bus, 'a');
  await recorder.flush();
  await appendFile(file, 'null\n{}\n[1]\n{"type":"x","time":"no","source":"s","name":"n","data":{}}\n\n');
  publish(bus, 'b');
  await recorder.flush();
  expect((await all()).map(({ name }) => name)).toEqual(['a', 'b']);
});

test('two recorders share a file', async () => {
  const buses = [new EventBus(), new EventBus()];
  const recorders = buses.map((bus) => recordHistory(bus, { file, maxSize: 5000, keep: 100 }));
  for (let number = 0; number < 50; number += 1) {
    for (const [index, bus] of buses.entries()) publish(bus, `${index}-${number}`);
    for (const recorder of recorders) await recorder.flush();
  }
  for (const recorder of recorders) await recorder[Symbol.asyncDispose]();
  expect((await all()).map(({ name }) => name).sort()).toEqual(
    [0, 1].flatMap((index) => Array.from({ length: 50 }, (_, number) => `${index}-${number}`)).sort(),
  );
});

test('a disk that takes nothing keeps publishing going, drops what is too much, and tells once', async () => {
  const bus = new EventBus();
  const errors: unknown[] = [];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (text: string) => errors.push(text),
    child: () => logger,
  };
  await writeFile(join(folder, 'deep'), 'a file where the directory should be');
  const recorder = recordHistory(bus, { file, buffer: 5, logger });
  for (let number = 0; number < 20; number += 1) publish(bus, `h${number}`);
  await expect(recorder.flush()).rejects.toMatchObject({ code: 'ENOTDIR' });
  for (let number = 20; number < 40; number += 1) publish(bus, `h${number}`);
  await recorder.flush().catch(() => undefined);
  expect(recorder.dropped).toBeGreaterThan(0);
  expect(errors).toHaveLength(1);
  await rm(join(folder, 'deep'));
  publish(bus, 'last');
  await recorder[Symbol.asyncDispose]();
  const names = (await all()).map(({ name }) => name);
  expect(names[0]).toBe('h0');
  expect(names.length + recorder.dropped).toBe(41);
  expect(new Set(names).size).toBe(names.length);
});

test('a file whose time is coarser than that of its events is read', async () => {
  const bus = new EventBus();
  await using recorder = recordHistory(bus, { file });
  publish(bus, 'a');
  await recorder.flush();
  const [event] = await all();
  const since = event?.time ?? new Date();
  await utimes(file, since, new Date(since.getTime() - 10));
  expect(await all({ since })).toHaveLength(1);
});

test('a history that is not there is NOT_FOUND', async () => {
  await expect(all()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  ['no place for files', '/proc/none/events', 'ENOENT'],
  ['a device that is full', '/dev/full', 'ENOSPC'],
])('%s is told, once, and ends nothing', async (_what, place, code) => {
  const bus = new EventBus();
  const told: unknown[] = [];
  const note = (_message: string, fields?: Readonly<Record<string, unknown>>): void =>
    void told.push(fields?.error);
  const logger = { ...silentLogger, error: note };
  const recorder = recordHistory(bus, { file: place, logger });
  publish(bus, 'a');
  await expect(recorder.flush()).rejects.toMatchObject({ code });
  publish(bus, 'b');
  await recorder[Symbol.asyncDispose]();
  expect(told).toMatchObject([{ code }]);
});

test('nothing is appended to a file that is no history', async () => {
  const bus = new EventBus();
  const other = join(folder, 'compose.yaml');
  await writeFile(other, 'services: {}');
  await using recorder = recordHistory(bus, { file: other });
  for (const name of ['a', 'b']) {
    publish(bus, name);
    await expect(recorder.flush()).rejects.toMatchObject({ code: 'INVALID' });
  }
  expect(await readFile(other, 'utf8')).toBe('services: {}');
});
