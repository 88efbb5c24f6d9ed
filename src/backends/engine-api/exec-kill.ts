import { fs } from '../../transport/builtin.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import { containerRecord } from './lifecycle.ts';
import type { ExecRecord } from './records.ts';

export interface ExecTarget {
  container: string;
  exec: string;
  command: readonly string[];
}

/**
 * Kills the process of an exec as far as that can be done: the Engine API has no call for it. When the engine runs on
 * this machine and we may, by its pid; otherwise through a second exec of the image's own shell, which finds it by its
 * command line. Resolves to whether a signal was sent; without either, the process lives on.
 */
export async function killExec(connection: EngineConnection, target: ExecTarget): Promise<boolean> {
  const record = await connection.json<ExecRecord>({ path: `/exec/${target.exec}/json` });
  if (record.Running !== true || !record.Pid) return false;
  const { Id: containerId } = await containerRecord(connection, target.container);
  return (await killByPid(record.Pid, containerId)) || killFromInside(connection, target);
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
 * The processes of execs are those in the container's pid namespace that have no parent there and are not its first.
 * `$1` is the command line with a newline after each argument.
 */
const killScript = `for d in /proc/[0-9]*; do
p=\${d#/proc/}
[ "$p" = 1 ] && continue
grep -q '^PPid:[[:space:]]*0$' "$d/status" 2>/dev/null || continue
[ "$(tr '\\0' '\\n' < "$d/cmdline" 2>/dev/null)" = "$1" ] && kill -9 "$p" && exit 0
done
exit 1`;

async function killFromInside(connection: EngineConnection, target: ExecTarget): Promise<boolean> {
  const { Id: execId } = await connection.json<{ Id: string }>({
    method: 'POST',
    path: containerPath(target.container, 'exec'),
    json: {
      Cmd: ['sh', '-c', killScript, 'kill-exec', target.command.join('\n')],
      User: '0',
      AttachStdout: false,
      AttachStderr: false,
    },
  });
  await connection.call({ method: 'POST', path: `/exec/${execId}/start`, json: { Detach: true } });
  return true;
}
