import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { run } from './child-process.ts';

const dirs: string[] = [];

afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

async function scratch(): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'wherry-run-')));
  dirs.push(dir);
  return dir;
}

const node = (script: string): [string, ...string[]] => [process.execPath, '-e', script];

test('gives input, environment and directory, and takes output and exit code', async () => {
  const cwd = await scratch();
  const script = `
    console.error(process.cwd(), process.env.A, process.env.HOME);
    process.stdin.pipe(process.stdout);
    process.stdin.on('end', () => { process.exitCode = 3; });
  `;
  expect(await run(node(script), { input: 'ä', cwd, env: { A: 'b' } })).toMatchObject({
    exitCode: 3,
    signal: null,
    stdout: 'ä',
    stderr: `${cwd} b undefined\n`,
    timedOut: false,
    truncated: false,
  });
});

test('never goes through a shell', async () => {
  const result = await run(['echo', '$HOME; `id` && "quoted" *']);
  expect(result.stdout).toBe('$HOME; `id` && "quoted" *\n');
});

test('input that nobody reads is no error', async () => {
  expect(await run(['true'], { input: Buffer.alloc(4 * 1024 * 1024) })).toMatchObject({ exitCode: 0 });
});

test('keeps only so much output, and still lets the program finish', async () => {
  const script = "process.stdout.write('x'.repeat(5_000_000), () => console.error('finished'))";
  const result = await run(node(script), { maxOutput: 1000 });
  expect(result).toMatchObject({
    exitCode: 0,
    stdout: 'x'.repeat(1000),
    stderr: 'finished\n',
    truncated: true,
  });
});

test('tells the signal that ended the program', async () => {
  expect(await run(node("process.kill(process.pid, 'SIGTERM')"))).toMatchObject({
    exitCode: null,
    signal: 'SIGTERM',
  });
});

test('kills at the time limit, also when a grandchild keeps the output open', async () => {
  const result = await run(['sh', '-c', 'echo started; sleep 30 & wait'], { timeout: 200 });
  expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', stdout: 'started\n', timedOut: true });
});

test('kills on abort and rejects with CANCELLED', async () => {
  const abort = new AbortController();
  const running = run(['sleep', '30'], { signal: abort.signal });
  abort.abort();
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(run(['true'], { signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a program that does not exist, may not be run, or has a NUL in its arguments', async () => {
  await expect(run(['wherry-no-such-program'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(run(['true'], { cwd: '/no/such/directory' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const file = join(await scratch(), 'plain');
  await writeFile(file, 'text', { mode: 0o644 });
  await expect(run([file])).rejects.toMatchObject({ code: 'PERMISSION' });
  await expect(run(['echo', 'a\0b'])).rejects.toMatchObject({ code: 'INVALID' });
});
