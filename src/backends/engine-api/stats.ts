import type { StatsOptions } from '../../core/backend.ts';
import type { ContainerStats } from '../../core/container.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import type { Dialect } from './dialect.ts';
import { containerRecord } from './lifecycle.ts';
import type { StatsRecord } from './records.ts';
import { cpuLimitOf, statsFigures } from './stats-figures.ts';

/** `Backend.stats` for engines with the Engine API. Ends when the container does not run (any more). */
export async function* containerStats(
  connection: EngineConnection,
  dialect: Pick<Dialect, 'adaptStats'>,
  id: string,
  options: StatsOptions = {},
): AsyncGenerator<ContainerStats, void, undefined> {
  const { once = false, signal } = options;
  const record = await containerRecord(connection, id, { signal });
  if (record.State.Running !== true) return;
  const samples = connection.ndjson<StatsRecord>({
    path: containerPath(record.Id, 'stats'),
    query: { stream: !once },
    signal,
  });
  for await (const sample of samples) {
    // The engine goes on with empty samples when the container has ended.
    const adapted = dialect.adaptStats({ id: record.Id, name: record.Name, ...sample });
    const figures = statsFigures(adapted, cpuLimitOf(record));
    if (figures === null) return;
    yield figures;
  }
}
