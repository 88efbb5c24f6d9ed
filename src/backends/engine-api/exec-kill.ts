import { setTimeout as sleep } from 'node:timers/promises';
import { fs } from '../../transport/builtin.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import { containerRecord } from './lifecycle.ts';
import { containerProcesses } from './processes.ts';
import type { ExecRecord } from './records.ts';

export interface ExecTarget {
  container: string;
  exec: string;
}

/**
 * Kills the process of an exec as far as that can be done: the Engine API has no call for it. When the engine runs on
 * this machine and we may, by its pid; otherwise by a second exec with the image's own shell, which finds it by its
 * command line. Resolves to whether a signal was sent; without either, the process lives on.
 */
export async function killExec(connection: EngineConnection, target: ExecTarget): Promise<boolean> {
  const record = await connection.json<ExecRecord>({ path: `/exec/${target.exec}/json` });
  if (record.Running !== true || !record.Pid) return false;
  const { Id: containerId } = await containerRecord(connection, target.container);
  return (await killByPid(record.Pid, containerId)) || killFromInside(connection, containerId, record.Pid);
}

/** Only a process that the kernel says to be in that container: the engine may be in another pid namespace. */
async function killByPid(pid: number, containerId: string): Promise<boolean> {
  const cgroups = await fs()
    .promises.readFile(`/proc/${pid}/cgroup`, 'utf8')
    .catch(() => '');
  if (!cgroups.includes(containerId)) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/**
 * In the container's pid namespace the process has another number. The processes of execs are those without a parent
 * there that are not its first; of them, the one with the command line `$1`, its parts with a space behind each.
 */
const killScript = `for d in /proc/[0-9]*; do
p=\${d#/proc/}
[ "$p" = 1 ] && continue
grep -q '^PPid:[[:space:]]*0$' "$d/status" 2>/dev/null || continue
[ "$(tr '\\0' ' ' < "$d/cmdline" 2>/dev/null)" = "$1 " ] && kill -9 "$p" && exit 0
done
exit 1`;

/** The command line is the process's present one: a shell may have become the program that it was asked to run. */
export async function killFromInside(
  connection: EngineConnection,
  containerId: string,
  pid: number,
): Promise<boolean> {
  const { processes } = await containerProcesses(connection, containerId, { psArgs: '-eo pid,args' });
  const commandLine = processes.find(([id]) => Number(id) === pid)?.[1];
  if (commandLine === undefined) return false;
  const { Id: execId } = await connection.json<{ Id: string }>(
    {
      method: 'POST',
      path: containerPath(containerId, 'exec'),
      json: {
        Cmd: ['sh', '-c', killScript, 'kill-exec', commandLine],
        User: '0',
        AttachStdout: false,
        AttachStderr: false,
      },
    },
    ['Id'],
  );
  await connection.call({ method: 'POST', path: `/exec/${execId}/start`, json: { Detach: true } });
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const record = await connection.json<ExecRecord>({ path: `/exec/${execId}/json` });
    if (record.Running !== true && record.ExitCode !== null) return record.ExitCode === 0;
    await sleep(25);
  }
  return false;
}
