import { isWherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';
import { diskUseRecord } from './disk-use.ts';
import { labelFilter, matchesLabels } from './filters.ts';
import { againWhenVanished } from './vanished.ts';
import { type VolumeRecord, volumeInfo } from './volumes.ts';

interface VolumePrune extends CallOptions {
  labels: readonly string[] | undefined;
  until: Date | undefined;
  /** Also those that somebody named. */
  all: boolean;
}

/**
 * Removes unused volumes. Engines prune by age not at all, and keep named ones apart only from API 1.42 on: for those
 * cases the unused ones are found by their reference count and removed one by one.
 */
export async function pruneVolumes(
  connection: EngineConnection,
  options: VolumePrune,
): Promise<{ names: string[]; spaceReclaimed: number }> {
  const { labels, until, all, signal } = options;
  const isNewer = await connection.atLeast('1.42', options);
  if (until !== undefined || (!all && !isNewer)) return removeUnused(connection, options);
  const filters = { ...labelFilter(labels), ...(all && isNewer ? { all: ['true'] } : {}) };
  const pruned = await connection.json<{
    VolumesDeleted?: readonly string[] | null;
    SpaceReclaimed?: number;
  }>({
    method: 'POST',
    path: '/volumes/prune',
    query: { filters: JSON.stringify(filters) },
    signal,
  });
  return { names: [...(pruned.VolumesDeleted ?? [])], spaceReclaimed: pruned.SpaceReclaimed ?? 0 };
}

async function removeUnused(
  connection: EngineConnection,
  { labels, until, all, signal }: VolumePrune,
): Promise<{ names: string[]; spaceReclaimed: number }> {
  const names: string[] = [];
  let spaceReclaimed = 0;
  for (const volume of await unusedVolumes(connection, { signal })) {
    const { name, createdAt, labels: own } = volumeInfo(volume);
    if (!all && !isAnonymous(volume)) continue;
    if (!matchesLabels(own, labels)) continue;
    if (until !== undefined && (createdAt === null || createdAt >= until)) continue;
    try {
      await connection.call({ method: 'DELETE', path: `/volumes/${encodeURIComponent(name)}`, signal });
    } catch (error) {
      // Somebody took it, or removed it, since we looked.
      if (isWherryError(error, 'CONFLICT', 'NOT_FOUND')) continue;
      throw error;
    }
    names.push(name);
    spaceReclaimed += Math.max(0, volume.UsageData?.Size ?? 0);
  }
  return { names, spaceReclaimed };
}

/** Sizes are told by the disk-use call alone; which volumes are unused, by the list's filter. */
async function unusedVolumes(connection: EngineConnection, options: CallOptions): Promise<VolumeRecord[]> {
  const { signal } = options;
  const [list, use] = await Promise.all([
    againWhenVanished(() =>
      connection.json<{ Volumes?: readonly VolumeRecord[] | null }>({
        path: '/volumes',
        query: { filters: JSON.stringify({ dangling: ['true'] }) },
        signal,
      }),
    ),
    diskUseRecord(connection, { query: { type: 'volume', verbose: true }, signal }),
  ]);
  const sizes = new Map(
    [...(use.Volumes ?? []), ...(use.VolumeUsage?.Items ?? [])].map((volume) => [
      volume.Name,
      volume.UsageData,
    ]),
  );
  return (list.Volumes ?? []).map((volume) => ({ ...volume, UsageData: sizes.get(volume.Name) ?? null }));
}

/** Engines give nameless volumes 64 hex digits; newer ones also mark them. */
function isAnonymous(volume: VolumeRecord): boolean {
  return 'com.docker.volume.anonymous' in (volume.Labels ?? {}) || /^[0-9a-f]{64}$/.test(volume.Name);
}
