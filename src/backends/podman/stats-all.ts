import type { StatsOptions } from '../../core/backend.ts';
import type { ContainerStats } from '../../core/container.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { isOlder } from './version.ts';

/** A row of `GET /libpod/containers/stats`. */
interface LibpodStats {
  ContainerID: string;
  Name: string;
  CPUNano?: number;
  SystemNano?: number;
  MemUsage?: number;
  MemLimit?: number;
  /** Before 5.0. */
  NetInput?: number;
  NetOutput?: number;
  /** From 5.0 on. */
  Network?: Readonly<Record<string, { RxBytes?: number; TxBytes?: number }>> | null;
  BlockInput?: number;
  BlockOutput?: number;
  PIDs?: number;
}

interface Report {
  Error?: unknown;
  Stats?: readonly LibpodStats[] | null;
}

/** The figures of all running containers from one stream; Podman sends a batch every `interval` seconds. */
export async function* podmanStats(
  connection: EngineConnection,
  version: string,
  options: StatsOptions & { ids?: readonly string[] },
): AsyncGenerator<readonly ContainerStats[], void, undefined> {
  const { ids, once = false, signal } = options;
  if (ids !== undefined && ids.length === 0) return;
  const reports = connection.ndjson<Report>({
    path: '/v4.0.0/libpod/containers/stats',
    versioned: false,
    query: { stream: true, interval: 1, containers: ids === undefined ? undefined : [...ids] },
    signal,
  });
  const before = new Map<string, LibpodStats>();
  let batches = 0;
  for await (const report of reports) {
    // Of containers that were asked for by name it also tells those that do not run, as zeros of the year 1970.
    const rows = (report.Stats ?? []).filter(({ SystemNano }) => SystemNano !== 0);
    batches += 1;
    const isFirst = batches === 1;
    const figures = rows.map((row) => figuresOf(row, before.get(row.ContainerID), version));
    before.clear();
    for (const row of rows) before.set(row.ContainerID, row);
    // A single answer waits for the second batch, which has a delta of the CPU time.
    if (once && isFirst && rows.length > 0) continue;
    yield figures;
    if (once) return;
  }
}

function figuresOf(row: LibpodStats, previous: LibpodStats | undefined, version: string): ContainerStats {
  const swapped = isOlder(version, [4, 4]);
  const received = row.Network ? sum(row.Network, 'RxBytes') : (row.NetInput ?? null);
  const sent = row.Network ? sum(row.Network, 'TxBytes') : (row.NetOutput ?? null);
  return {
    id: row.ContainerID,
    name: row.Name,
    time: row.SystemNano === undefined ? new Date() : new Date(row.SystemNano / 1e6),
    cpu: cores(row, previous),
    cpuLimit: null,
    memory: row.MemUsage ?? null,
    memoryLimit: row.MemLimit ?? null,
    networkRx: swapped ? sent : received,
    networkTx: swapped ? received : sent,
    blockRead: row.BlockInput ?? null,
    blockWrite: row.BlockOutput ?? null,
    pids: row.PIDs ?? null,
  };
}

/** CPU time over the time that passed between two samples. */
function cores(row: LibpodStats, previous: LibpodStats | undefined): number | null {
  if (row.CPUNano === undefined || row.SystemNano === undefined) return null;
  if (previous?.CPUNano === undefined || previous.SystemNano === undefined) return null;
  const passed = row.SystemNano - previous.SystemNano;
  return passed > 0 && row.CPUNano >= previous.CPUNano ? (row.CPUNano - previous.CPUNano) / passed : null;
}

function sum(networks: NonNullable<LibpodStats['Network']>, field: 'RxBytes' | 'TxBytes'): number {
  return Object.values(networks).reduce((total, network) => total + (network[field] ?? 0), 0);
}
