import { spawn } from 'node:child_process';

/** Reads until the other end of its input goes, with whatever held it; then ends the process group and its folder. */
const script = `read -r _
kill -s TERM -- "-$1"
for second in 1 2 3 4 5; do
kill -s 0 -- "-$1" || break
sleep 1
done
kill -s KILL -- "-$1"
rm -rf "$2"`;

/**
 * Ends a process group and removes a folder should this process end without having done so, as by SIGKILL. Keeps
 * nobody alive. Without a shell on this machine nothing is guarded.
 */
export function guardGroup(leader: number, folder: string): { leave(): void } {
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(leader), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    // Lives on when the group of this process is killed.
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as typeof guard.stdin & { unref?: () => void }).unref?.();
  return { leave: () => void guard.kill('SIGKILL') };
}
