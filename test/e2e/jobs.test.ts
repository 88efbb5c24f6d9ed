import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { labEngines } from '../lab/engines.ts';
import { Directory, firstEngine, launcher, plainEnvironment, wherry } from './cli.ts';

const { engines } = await labEngines();

test.skipIf(engines.length === 0)(
  'jobs run by hand, and serve has them run by the clock',
  { timeout: 120_000 },
  async () => {
    const under = await firstEngine();
    if (under === undefined) throw new Error('the lab has no engine');
    const { backend, image } = under;
    try {
      const command = ['sh', '-c', 'echo "$$0 ran"; exit 3'];
      await using directory = await Directory.make(backend, {
        services: {},
        jobs: {
          tidy: { image, command: [...command, 'tidy'], triggers: { schedule: ['0 3 * * *'] } },
          clocked: { image, command, triggers: { manual: false, schedule: ['@every 2s'] } },
        },
      });
      const cwd = directory.path;
      const run = await wherry([...under.options, 'run', '--rm', '-T', 'tidy'], { cwd });
      expect([run.code, run.stdout], run.stderr).toEqual([3, 'tidy ran\n']);
      const refused = await wherry([...under.options, 'run', 'clocked'], { cwd });
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain('the job clocked is not to be run by hand');

      const env = plainEnvironment({ XDG_STATE_HOME: cwd });
      const serving = spawn(process.execPath, [launcher, ...under.options, 'serve'], { cwd, env });
      let output = '';
      for (const stream of [serving.stdout, serving.stderr])
        stream.on('data', (data: Buffer) => {
          output += data.toString();
        });
      try {
        await expect.poll(() => output, { timeout: 60_000 }).toMatch(/^tidy: runs next at \d{4}-\d\d-\d\dT/m);
        await expect.poll(() => output, { timeout: 60_000 }).toContain('clocked: ended with exit code 3');
        serving.kill('SIGINT');
        const [code] = await once(serving, 'exit');
        expect(code, output).toBe(0);
      } finally {
        serving.kill('SIGKILL');
      }

      const listed = await wherry([...under.options, 'jobs'], { cwd, env });
      expect(listed.stdout.split('\n'), listed.stderr).toEqual([
        expect.stringMatching(/^JOB +SCHEDULE +NEXT +LAST RUN +RESULT$/),
        expect.stringMatching(/^tidy +0 3 \* \* \* +\d{4}-\d\d-\d\dT\d\d:00:00Z$/),
        expect.stringMatching(/^clocked +@every 2s +\S+Z +\S+Z +(exit code 3 after |left out|did not run)/),
        '',
      ]);
      const runs = await wherry([...under.options, 'jobs', '--runs', 'clocked', '--json'], { cwd, env });
      expect(JSON.parse(runs.stdout)[0], runs.stderr).toMatchObject({
        job: 'clocked',
        outcome: { kind: 'ended', exitCode: 3 },
      });
      const unknown = await wherry([...under.options, 'jobs', 'nosuch'], { cwd, env });
      expect([unknown.code, unknown.stdout]).toEqual([1, '']);
      expect(unknown.stderr).toContain('jobs: tidy, clocked');
    } finally {
      await backend[Symbol.asyncDispose]();
    }
  },
);
