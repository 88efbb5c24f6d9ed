import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { FakeClock } from './fake-clock.test-support.ts';
import { IdleRecord } from './idle-record.ts';
import { IdleShutdown, type IdleShutdownOptions } from './idle-shutdown.ts';
import { LazyBooter } from './lazy-booter.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function recordPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wherry-idle-'));
  folders.push(folder);
  return join(folder, 'state', 'db.json');
}

function stage(options: Partial<IdleShutdownOptions> & { stop?: () => Promise<void> } = {}) {
  const clock = new FakeClock();
  let stops = 0;
  const booter = new LazyBooter({
    name: 'db',
    clock,
    start: async () => undefined,
    stop: async () => {
      stops += 1;
      await options.stop?.();
    },
  });
  const idle = new IdleShutdown(booter, { timeout: 60_000, clock, ...options });
  return { clock, booter, idle, stops: () => stops };
}

test('stops what nobody used for the time, not sooner, and again after the next use', async () => {
  const { clock, booter, idle, stops } = stage();
  for (let round = 1; round <= 3; round += 1) {
    const lease = await booter.acquire();
    await clock.advance(300_000);
    expect([booter.state, idle.idleSince()]).toEqual(['running', null]);
    lease.release();
    expect(idle.stopsAt()?.getTime()).toBe(clock.now() + 60_000);
    await clock.advance(59_999);
    expect(booter.state).toBe('idle');
    await clock.advance(1);
    expect([booter.state, stops()]).toEqual(['stopped', round]);
  }
  expect(clock.pending).toBe(0);
});

test('each use begins the time anew', async () => {
  const { clock, booter, idle } = stage();
  for (let use = 0; use < 10; use += 1) {
    await booter.ensureStarted();
    await clock.advance(50_000);
  }
  idle.touch();
  await clock.advance(59_999);
  expect(booter.state).toBe('idle');
  await clock.advance(1);
  expect(booter.state).toBe('stopped');
});

test('open connections count as use, without any lease', async () => {
  let open = 1;
  let last = 0;
  const { clock, booter } = stage({ sources: [{ active: () => open, lastActivity: () => new Date(last) }] });
  await booter.ensureStarted();
  await clock.advance(200_000);
  expect(booter.state).toBe('idle');
  [open, last] = [0, clock.now()];
  await clock.advance(59_999);
  expect(booter.state).toBe('idle');
  await clock.advance(1);
  expect(booter.state).toBe('stopped');
});

test('a stop that fails is tried again', async () => {
  let failing = true;
  const { clock, booter, stops } = stage({
    stop: async () => {
      if (failing) throw new Error('the engine is away');
    },
  });
  await booter.ensureStarted();
  await clock.advance(60_000);
  expect([booter.state, stops()]).toEqual(['failed', 1]);
  failing = false;
  await clock.advance(60_000);
  expect([booter.state, stops()]).toEqual(['stopped', 2]);
});

test('what ended by itself is not stopped', async () => {
  const { clock, booter, stops } = stage();
  await booter.ensureStarted();
  booter.ended({ reason: 'its work is done' });
  await clock.advance(600_000);
  expect([stops(), clock.pending]).toEqual([0, 0]);
});

test('the time goes on in the next process', async () => {
  const path = await recordPath();
  const first = stage({ record: new IdleRecord(path) });
  await first.booter.ensureStarted();
  await first.clock.advance(20_000);
  // The process is killed here: nobody closes anything. What was written has to reach the disk.
  await expect.poll(() => new IdleRecord(path).load()).toEqual(first.booter.lastActivity());

  const second = stage({ record: new IdleRecord(path) });
  await second.clock.advance(20_000);
  const lastActivity = await new IdleRecord(path).load();
  second.booter.adopt(lastActivity === null ? {} : { lastActivity });
  await second.clock.advance(39_999);
  expect(second.booter.state).toBe('idle');
  await second.clock.advance(1);
  expect(second.booter.state).toBe('stopped');
  await second.idle[Symbol.asyncDispose]();
  expect(await new IdleRecord(path).load()).toBeNull();
});

test('a record that is broken, or of a service in use, tells nothing; no draft is left', async () => {
  const path = await recordPath();
  const record = new IdleRecord(path);
  expect(await record.load()).toBeNull();
  const dates = Array.from({ length: 50 }, (_, second) => new Date(second * 1000));
  await Promise.all(dates.map((date) => record.save(date)));
  expect(await record.load()).toEqual(dates.at(-1));
  expect(await readdir(join(path, '..'))).toEqual(['db.json']);
  await record.save(null);
  expect(await record.load()).toBeNull();
  for (const text of ['', '{', 'null', '[]', '{"idleSince":"soon"}', '{"idleSince":5}']) {
    await writeFile(path, text);
    expect(await record.load()).toBeNull();
  }
  await record.save(new Date(0));
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ idleSince: '1970-01-01T00:00:00.000Z' });
});

test('refuses a time that is none', () => {
  expect(() => stage({ timeout: 0 })).toThrow(expect.objectContaining({ code: 'INVALID' }));
});
