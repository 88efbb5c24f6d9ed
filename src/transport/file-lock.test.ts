import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockFile } from './file-lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-file-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Takes the lock again and again; writes a line for each time, and says when somebody else who lives is inside. */
const worker = `
  import { readFileSync, writeFileSync, writeSync } from 'node:fs';
  import { lockFile } from ${JSON.stringify(join(import.meta.dirname, 'file-lock.ts'))};
  const [path] = process.argv.slice(1);
  const lives = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
  for (;;) {
    await using held = await lockFile(path + '.lock');
    const inside = Number(readFileSync(path, 'utf8'));
    writeSync(1, inside > 0 && lives(inside) ? 'both inside\\n' : 'in\\n');
    writeFileSync(path, String(process.pid));
    await new Promise((resolve) => setTimeout(resolve, 1));
    writeFileSync(path, '0');
  }`;

test('processes that are killed anywhere let the others in, one at a time', {
  timeout: 120_000,
}, async () => {
  const path = join(directory, 'thing');
  await writeFile(path, '0');
  const told: string[] = [];
  const life = async (lines: number): Promise<void> => {
    const args = ['--input-type=module', '-e', worker, path];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8');
    let seen = 0;
    child.stdout.on('data', (text: string) => {
      const added = text.trim().split('\n');
      told.push(...added);
      seen += added.length;
      if (seen >= lines) child.kill('SIGKILL');
    });
    await once(child, 'close');
  };
  const lives = async (first: number): Promise<void> => {
    for (let index = 0; index < 5; index += 1) await life(first + index * 3);
  };
  await Promise.all([lives(2), lives(3), lives(4), lives(7)]);
  expect(told.length).toBeGreaterThan(100);
  expect(told.filter((line) => line !== 'in')).toEqual([]);
  {
    await using _held = await lockFile(`${path}.lock`);
    expect(JSON.parse(await readFile(`${path}.lock`, 'utf8')).pid).toBe(process.pid);
  }
  const locks = (await readdir(directory)).filter((name) => !name.endsWith('.draft') && name !== 'thing');
  expect(locks).toEqual([]);
});

test('what dead processes left is cleared with the lock that they left', async () => {
  const path = join(directory, 'thing.lock');
  const gone = {
    pid: 2 ** 22 - 1,
    startTime: '1',
    bootId: null,
    hostname: 'x',
    token: 'a'.repeat(32),
    since: '',
  };
  {
    await using _held = await lockFile(path);
    Object.assign(gone, JSON.parse(await readFile(path, 'utf8')), { startTime: '1', token: 'a'.repeat(32) });
  }
  await writeFile(path, JSON.stringify(gone));
  await writeFile(`${path}.${'b'.repeat(32)}.draft`, JSON.stringify(gone));
  // Another one died while it cleared away.
  await writeFile(`${path}.${gone.token}`, JSON.stringify({ ...gone, token: 'c'.repeat(32) }));
  {
    await using _held = await lockFile(path);
  }
  expect(await readdir(directory)).toEqual([]);
});

test('who comes late to clear a dead lock away leaves the one that took its place', async () => {
  const path = join(directory, 'thing.lock');
  let alive: Record<string, unknown>;
  {
    await using _held = await lockFile(path);
    alive = JSON.parse(await readFile(path, 'utf8'));
  }
  const [dead, clearing, next] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)];
  await writeFile(path, JSON.stringify({ ...alive, startTime: '1', token: dead }));
  // Somebody who lives is clearing it away already.
  await writeFile(`${path}.${dead}`, JSON.stringify({ ...alive, token: clearing }));
  const controller = new AbortController();
  let isInside = false;
  const late = lockFile(path, { signal: controller.signal, onWait: () => controller.abort() }).then(() => {
    isInside = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isInside).toBe(false);
  await writeFile(`${path}.new`, JSON.stringify({ ...alive, token: next }));
  await rename(`${path}.new`, path);
  await rm(`${path}.${dead}`);
  await expect(late).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(JSON.parse(await readFile(path, 'utf8')).token).toBe(next);
});

test('a lock of another machine is not broken', async () => {
  const path = join(directory, 'thing.lock');
  let other: Record<string, unknown>;
  {
    await using _held = await lockFile(path);
    other = JSON.parse(await readFile(path, 'utf8'));
  }
  await writeFile(path, JSON.stringify({ ...other, hostname: 'elsewhere', pid: 1, startTime: '1' }));
  const controller = new AbortController();
  const waiting = lockFile(path, { signal: controller.signal, onWait: () => controller.abort() });
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
});
