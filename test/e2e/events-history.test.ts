import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventBus, WherryError } from '../../src/core/index.ts';
import { recordHistory } from '../../src/history/index.ts';
import { type Finished, wherry } from './cli.ts';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-events-history-'));
  file = join(folder, 'events.ndjson');
  const times = ['2026-01-01T10:00:00.000Z', '2026-01-01T11:00:00.000Z', '2026-01-01T12:00:00.000Z'];
  const events = new EventBus({ now: () => new Date(times.shift() ?? Number.NaN) });
  await using _history = recordHistory(events, { file });
  const subject = { id: 'f00', name: 'shop-db-1', image: 'postgres', project: 'shop', service: 'db' };
  events.publish('container.started', 'boot', 'db', { ...subject, startedAt: new Date(0) });
  const data = { ...subject, exitCode: 3, oomKilled: false, lastLines: [] };
  events.publish('container.failed', 'boot', 'db', data, new WherryError('EXIT', 'db exited with code 3'));
  events.publish('remote.host.online', 'hosts', 'far\u001b[31m', { host: 'far' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** No engine is needed for a file. */
function events(...args: readonly string[]): Promise<Finished> {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
  return wherry(['events', '--history', file, ...args], { env });
}

test('a history is printed, one line for each event', async () => {
  expect((await events()).stdout.split('\n')).toEqual([
    '2026-01-01T10:00:00.000Z container.started db (source=boot)',
    '2026-01-01T11:00:00.000Z container.failed db (source=boot, exitCode=3): db exited with code 3',
    '2026-01-01T12:00:00.000Z remote.host.online far\\x1b[31m (source=hosts)',
    '',
  ]);
});

test('it is chosen from by time, type and name, as JSON too', async () => {
  const { stdout } = await events(
    '--json',
    '--since',
    '2026-01-01T10:30:00Z',
    '--until',
    '2026-01-01T12:00:00Z',
  );
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'container.failed',
    time: '2026-01-01T11:00:00.000Z',
    data: { exitCode: 3 },
    error: { code: 'EXIT' },
  });
  expect((await events('--filter', 'event=remote.host.online')).stdout.split('\n')).toHaveLength(2);
  expect((await events('shop-db-1')).stdout.split('\n')).toHaveLength(3);
  expect((await events('nobody')).stdout).toBe('');
});

test('a history that is not there is a fault', async () => {
  const { code, stderr } = await wherry(['events', '--history', join(folder, 'none')]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('there is no such history of events');
});
