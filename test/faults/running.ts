import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { launcher, plainEnvironment } from '../e2e/cli.ts';

/** A command of the CLI under way. */
export class Running {
  readonly child: ChildProcess;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  told = '';

  /** `stdout`: a file in the place of a pipe, whose text is not in {@link told}. */
  constructor(
    cwd: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    stdout: number | 'pipe' = 'pipe',
  ) {
    this.child = spawn(process.execPath, [launcher, ...args], {
      cwd,
      env: plainEnvironment(env),
      stdio: ['ignore', stdout, 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (data: Buffer) => {
        this.told += data.toString();
      });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** Resolves when it has said that. */
  async says(wanted: RegExp): Promise<void> {
    await Promise.race([
      expect.poll(() => this.told, { timeout: 60_000 }).toMatch(wanted),
      this.ended.then(() => expect(this.told).toMatch(wanted)),
    ]);
  }
}
