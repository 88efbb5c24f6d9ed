import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockProject, projectAtRest } from './project-lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const lock = (project = 'app', options = {}): Promise<AsyncDisposable> =>
  lockProject('unix:///engine.sock', project, { directory, ...options });

test('one holder at a time, in turn, and nothing is left behind', async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    await using _held = await lock();
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, work));
  expect(most).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

test('other projects are free', async () => {
  await using _one = await lock('one');
  await using _two = await lock('two');
  expect(await readdir(directory)).toHaveLength(2);
});

test('a project is at rest when nobody holds it', async () => {
  const events: string[] = [];
  const held = await lock();
  const rest = projectAtRest('unix:///engine.sock', 'app', { directory }).then(() => events.push('at rest'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  events.push('let go');
  await held[Symbol.asyncDispose]();
  await rest;
  expect(events).toEqual(['let go', 'at rest']);
  expect(await readdir(directory)).toEqual([]);
});

test('who waits is told who holds it, and can give up', async () => {
  await using _held = await lock();
  const controller = new AbortController();
  const holders: number[] = [];
  const waiting = lock('app', {
    signal: controller.signal,
    onWait: ({ pid }: { pid: number }) => {
      holders.push(pid);
      controller.abort();
    },
  });
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(holders).toEqual([process.pid]);
  expect(await readdir(directory)).toHaveLength(1);
});

test('a holder that is gone does not block', async () => {
  const child = spawn('sleep', ['60']);
  await using _first = await lock();
  const [file = ''] = await readdir(directory);
  const path = join(directory, file);
  const held = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...held, pid: child.pid, token: 'other' }));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using _second = await lock();
  expect(JSON.parse(await readFile(path, 'utf8')).pid).toBe(process.pid);
});

test('a pid that now belongs to another process does not block', async () => {
  await using _first = await lock();
  const [file = ''] = await readdir(directory);
  const path = join(directory, file);
  const held = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...held, startTime: '1', token: 'other' }));
  await using _second = await lock();
  expect(JSON.parse(await readFile(path, 'utf8')).startTime).toBe(held.startTime);
});

test('a broken lock file does not block', async () => {
  {
    await using _first = await lock();
    const [file = ''] = await readdir(directory);
    await writeFile(join(directory, file), '{"pid":');
  }
  await using _second = await lock();
  expect(await readdir(directory)).toHaveLength(1);
});

test('a directory that others may write to is refused', async () => {
  await chmod(directory, 0o777);
  await expect(lock()).rejects.toMatchObject({ code: 'PERMISSION' });
});
