import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './cases.ts';

/** Both tools see these variables and no others. */
export function environmentOf({ options }: Case): Record<string, string> {
  return { HOME: '/home/peer', PATH: process.env.PATH ?? '', ...options.env };
}

/** The peer's binary, built at the first call; undefined where it cannot be. */
export function findPeer(): string | undefined {
  try {
    const script = join(import.meta.dirname, '../lab/compose-v5');
    return execFileSync('bash', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

export interface PeerResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `docker compose config …` on a case. */
export function peerConfig(peer: string, one: Case, words: readonly string[]): PeerResult {
  const { files = [], stdin, profiles = [], envFiles = [], projectName, projectDirectory } = one.options;
  const globals = [
    ...files.flatMap((file) => ['-f', file]),
    ...(stdin === undefined ? [] : ['-f', '-']),
    ...profiles.flatMap((profile) => ['--profile', profile]),
    ...envFiles.flatMap((file) => ['--env-file', file]),
    ...(projectName === undefined ? [] : ['-p', projectName]),
    ...(projectDirectory === undefined ? [] : ['--project-directory', projectDirectory]),
  ];
  const { status, stdout, stderr } = spawnSync(peer, [...globals, 'config', ...words], {
    cwd: one.directory,
    env: environmentOf(one),
    encoding: 'utf8',
    input: stdin === undefined ? '' : readFileSync(join(one.directory, stdin)),
  });
  return { exitCode: status, stdout, stderr };
}
