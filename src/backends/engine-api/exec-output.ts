import { fs } from '../../transport/builtin.ts';
import type { EngineConnection } from './connection.ts';
import type { ExecTarget } from './exec-kill.ts';
import { containerRecord } from './lifecycle.ts';
import type { ExecRecord } from './records.ts';

/**
 * Whether the process of an exec runs and still holds the output that it was given: a stream that ended all the same was
 * cut, while one of a process that closed its output, or sent it elsewhere, is whole. False also where that cannot be
 * seen: it takes an engine on this machine and its user's rights.
 */
export async function holdsOutput(
  connection: EngineConnection,
  { container, exec }: ExecTarget,
): Promise<boolean> {
  const { Running, Pid: pid } = await connection.json<ExecRecord>({ path: `/exec/${exec}/json` });
  if (Running !== true || !pid) return false;
  const { Id: containerId } = await containerRecord(connection, container);
  const { readFile, readlink } = fs().promises;
  // Only a process that the kernel says to be in that container: the engine may be in another pid namespace.
  const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  if (!cgroups.includes(containerId)) return false;
  const outputs = [1, 2].map((number) => readlink(`/proc/${pid}/fd/${number}`).catch(() => ''));
  return (await Promise.all(outputs)).some((output) =>
    /^(pipe:|socket:|\/dev\/(pts\/|console))/.test(output),
  );
}
