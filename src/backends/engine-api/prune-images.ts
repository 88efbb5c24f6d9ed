import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';

/** Removes unused images: nameless ones, or with `all` also those that have a name. */
export type PruneImages = (
  connection: EngineConnection,
  options: CallOptions & { all: boolean; filters: Readonly<Record<string, readonly string[]>> },
) => Promise<{ ids: string[]; spaceReclaimed: number }>;

export const pruneDockerImages: PruneImages = async (connection, { all, filters, signal }) => {
  const pruned = await connection.json<{
    ImagesDeleted?: readonly { Deleted?: string; Untagged?: string }[] | null;
    SpaceReclaimed?: number;
  }>({
    method: 'POST',
    path: '/images/prune',
    query: { filters: JSON.stringify({ ...filters, dangling: [String(!all)] }) },
    signal,
  });
  return {
    ids: (pruned.ImagesDeleted ?? []).flatMap(({ Deleted }) => Deleted ?? []),
    spaceReclaimed: pruned.SpaceReclaimed ?? 0,
  };
};
