import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { containerPath } from '../engine-api/container-path.ts';
import type { ContainerRecord, HealthRecord } from '../engine-api/records.ts';

/** Podman's compatible inspect leaves out the log of the health checks; its own has it, under either of two names. */
export async function withHealthLog(
  connection: EngineConnection,
  record: ContainerRecord,
  options: CallOptions,
): Promise<ContainerRecord> {
  if (!record.State.Health?.Status) return record;
  const own = await connection.json<{ State?: { Health?: HealthRecord; Healthcheck?: HealthRecord } }>({
    path: `/v4.0.0/libpod${containerPath(record.Id, 'json')}`,
    versioned: false,
    signal: options.signal,
  });
  const health = own.State?.Health ?? own.State?.Healthcheck;
  return health === undefined ? record : { ...record, State: { ...record.State, Health: health } };
}
