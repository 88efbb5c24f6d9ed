import type { ProcessTable } from '../../core/container.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';

export async function containerProcesses(
  connection: EngineConnection,
  id: string,
  options: CallOptions & { psArgs?: string } = {},
): Promise<ProcessTable> {
  const table = await connection.json<{
    Titles?: readonly string[] | null;
    Processes?: readonly (readonly string[])[] | null;
  }>({ path: containerPath(id, 'top'), query: { ps_args: options.psArgs }, signal: options.signal });
  return { titles: table.Titles ?? [], processes: table.Processes ?? [] };
}
