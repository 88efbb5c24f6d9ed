import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Directory,
  type EngineUnderTest,
  firstEngine,
  launcher,
  plainEnvironment,
  wherry,
} from '../e2e/cli.ts';

const subject = await firstEngine();
const folder = await mkdtemp(join(tmpdir(), 'wherry-fault-local-'));
const disk = join(folder, 'disk');
spawnSync('mkdir', [disk]);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'wherry-fault', disk]).status === 0;
const why = subject === undefined ? 'the lab has no engine' : mounted ? undefined : 'nothing can be mounted';
const full = /^error: .*no space left on device.*\n {2}why: .+\n {2}fix: free some space/m;

describe.skipIf(why !== undefined)(
  `this machine's own disk is full${why ? `: SKIPPED, ${why}` : ''}`,
  { timeout: 60_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    let directory: Directory;
    let id: string | undefined;

    beforeAll(async () => {
      directory = await Directory.make(backend, {
        services: {
          web: { image, network_mode: 'none', command: ['sleep', '600'], stop_grace_period: '0s' },
        },
      });
      id = await backend.create({ image, command: ['true'] });
      await writeFile(join(folder, 'big'), Buffer.alloc(600_000));
      const cp = await wherry([...options, '--engine', 'cp', join(folder, 'big'), `${id}:/big`]);
      expect(cp).toMatchObject({ code: 0 });
      await writeFile(join(disk, 'big'), 'old');
    });

    afterAll(async () => {
      spawnSync('umount', ['-l', disk]);
      if (id !== undefined) await backend.remove(id, { force: true });
      await directory[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    it.each([
      ['image save', () => ['image', 'save', '-o', join(disk, 'image.tar'), image]],
      ['export', () => ['export', '-o', join(disk, 'export.tar'), `${id}`]],
      ['cp over a file', () => ['cp', `${id}:/big`, join(disk, 'big')]],
    ])('%s says so, and leaves what was there', async (_name, args) => {
      const { code, stderr } = await wherry([...options, '--engine', ...args()], { cwd: folder });
      expect(stderr).toMatch(full);
      expect(code).toBe(1);
      expect(await readdir(disk)).toEqual(['big']);
      expect(await readFile(join(disk, 'big'), 'utf8')).toBe('old');
    });

    it('a limit on the size of files is told as one', async () => {
      const args = ['--engine', 'cp', `${id}:/big`, join(folder, 'cut')];
      const limited = ['-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath, launcher, ...options, ...args];
      const { stderr, status } = spawnSync('sh', limited, { encoding: 'utf8', env: plainEnvironment() });
      expect(stderr).toMatch(
        /^error: .*file too large.*\n {2}why: .+\n {2}fix: raise the limit .*ulimit -f/m,
      );
      expect(status).toBe(1);
      expect(await readdir(folder)).not.toContain('cut');
    });

    it.each([
      ['up', 'XDG_RUNTIME_DIR', ['up', '-d']],
      ['run --rm', 'XDG_STATE_HOME', ['--engine', 'run', '--rm', 'IMAGE', 'true']],
    ])('%s that cannot write what it keeps says where', async (_name, variable, words) => {
      await writeFile(join(disk, 'fill'), Buffer.alloc(400_000)).catch(() => undefined);
      const args = words.map((word) => (word === 'IMAGE' ? image : word));
      const env = { [variable]: disk };
      const { code, stderr } = await wherry([...options, ...args], { cwd: directory.path, env });
      expect(stderr).toMatch(full);
      expect(stderr).toContain(disk);
      expect(code).not.toBe(0);
    });
  },
);
