import type { ContainerSummary, EngineHealth } from '../../core/container.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { engineHealth } from '../engine-api/status.ts';

/** The health of all that have one, by id. Podman's compatible list leaves it out; its own has it as `Status`. */
export async function listHealth(
  connection: EngineConnection,
  options: CallOptions,
): Promise<ReadonlyMap<string, EngineHealth>> {
  const rows = await connection.json<readonly { Id: string; Status?: string }[] | null>({
    path: '/v4.0.0/libpod/containers/json',
    versioned: false,
    query: { all: true, filters: JSON.stringify({ health: ['starting', 'healthy', 'unhealthy'] }) },
    signal: options.signal,
  });
  return new Map((rows ?? []).map(({ Id, Status }) => [Id, engineHealth(Status)]));
}

export function withHealth(
  rows: readonly ContainerSummary[],
  health: ReadonlyMap<string, EngineHealth>,
): readonly ContainerSummary[] {
  return rows.map((row) => ({ ...row, health: health.get(row.id) ?? row.health }));
}
