import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labEngines } from '../lab/engines.ts';
import {
  Directory,
  type EngineUnderTest,
  engineUnderTest,
  launcher,
  plainEnvironment,
  wherry,
} from './cli.ts';

const { engines } = await labEngines();

/** Each line is there once in all the world: it names the container, the run and its number. The last tells how many there were. */
const counts = [
  'run=$(cat /run-number 2>/dev/null || echo 0); run=$((run + 1)); echo $run >/run-number',
  'run="$(hostname) $run"; n=0; trap \'echo "line $run all $n"; exit 0\' TERM',
  'while :; do echo "line $run $((n + 1))"; n=$((n + 1)); sleep 0.1; done',
]
  .join('; ')
  .replaceAll('$', '$$$$');

describe.each(engines)('following on $id', { timeout: 180_000 }, (engine) => {
  let under: EngineUnderTest;
  let directory: Directory;
  const followers: ChildProcess[] = [];

  beforeAll(async () => {
    under = await engineUnderTest(engine);
    const web = { image: under.image, command: ['sh', '-c', counts], stop_grace_period: '2s' };
    directory = await Directory.make(under.backend, { services: { web } });
  });
  afterAll(async () => {
    for (const follower of followers) follower.kill('SIGKILL');
    await directory?.[Symbol.asyncDispose]();
    await under?.backend[Symbol.asyncDispose]();
  });

  /** Starts a command that goes on; `lines` are those of the services, without their prefix. */
  function follow(...args: string[]): {
    lines: () => string[];
    ends: () => string[];
    end: (signal: NodeJS.Signals) => Promise<number | null>;
  } {
    const child = spawn(process.execPath, [launcher, ...under.options, ...args], {
      cwd: directory.path,
      env: plainEnvironment(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    followers.push(child);
    let text = '';
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    return {
      lines: () => text.split('\n').flatMap((line) => /\| (line .*)$/.exec(line)?.[1] ?? []),
      ends: () => text.split('\n').filter((line) => line.includes(' exited with code ')),
      end: (signal) => {
        child.kill(signal);
        return closed;
      },
    };
  }

  it('goes through a restart, a recreation and more containers, without a line lost or doubled', async () => {
    const w = (...args: string[]): Promise<{ code: number | null }> =>
      wherry([...under.options, ...args], { cwd: directory.path });
    const runs = (lines: readonly string[]): number =>
      new Set(lines.map((line) => line.replace(/( all)? \d+$/, ''))).size;
    const attached = follow('up');
    await expect.poll(() => attached.lines().length, { timeout: 60_000 }).toBeGreaterThan(2);
    const logs = follow('logs', '-f');
    await expect.poll(() => logs.lines().length, { timeout: 60_000 }).toBeGreaterThan(2);
    const steps = [
      ['restart', 'web'],
      ['up', '-d', '--force-recreate'],
      ['up', '-d', '--scale', 'web=2'],
    ];
    for (const [index, step] of steps.entries()) {
      expect((await w(...step)).code).toBe(0);
      for (const follower of [attached, logs])
        await expect.poll(() => runs(follower.lines()), { timeout: 60_000 }).toBe(index + 2);
    }
    expect(await attached.end('SIGINT')).toBe(130);
    await expect.poll(() => logs.ends(), { timeout: 60_000 }).toContain('web-2 exited with code 0');
    await logs.end('SIGTERM');
    for (const lines of [attached.lines(), logs.lines()]) {
      expect(gapsAndDoubles(lines)).toEqual([]);
      expect(lines.filter((line) => line.includes(' all ')).length).toBeGreaterThanOrEqual(2);
    }
  });
});

/** Lines of a run that do not count up by one, and a last one that tells of more than there were. */
function gapsAndDoubles(lines: readonly string[]): string[] {
  const last = new Map<string, number>();
  return lines.filter((line) => {
    const [, run = '', all, number = ''] = /^(.*?)( all)? (\d+)$/.exec(line) ?? [];
    const before = last.get(run) ?? 0;
    if (all !== undefined) return Number(number) > before;
    last.set(run, Number(number));
    return Number(number) !== before + 1;
  });
}
