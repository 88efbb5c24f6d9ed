import type { ContainerSummary, ListFilter } from '../../core/container.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';
import { containerSummary } from './container-info.ts';
import { isContainerName } from './container-path.ts';
import type { ContainerRow } from './records.ts';

/** `Backend.list` for engines with the Engine API. An empty list in the filter filters nothing. */
export async function listContainers(
  connection: EngineConnection,
  filter: ListFilter = {},
  options: CallOptions = {},
): Promise<readonly ContainerSummary[]> {
  const { names = [], labels = [], status = [], all = false } = filter;
  const possible = names.filter(isContainerName);
  if (names.length > 0 && possible.length === 0) return [];
  const filters = {
    ...(labels.length === 0 ? {} : { label: labels }),
    ...(possible.length === 0 ? {} : { name: possible.map(exactly) }),
  };
  const rows = await connection.list<ContainerRow>({
    path: '/containers/json',
    query: { all: all || status.length > 0, filters: JSON.stringify(filters) },
    signal: options.signal,
  });
  return rows
    .map(containerSummary)
    .filter((row) => names.length === 0 || names.includes(row.name))
    .filter((row) => status.length === 0 || status.includes(row.status));
}

/** The engine takes a name as a regular expression; what it finds is compared again by us. */
function exactly(name: string): string {
  return `^/?${name.replaceAll('.', '\\.')}$`;
}
