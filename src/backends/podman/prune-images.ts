import type { PruneImages } from '../engine-api/prune-images.ts';

/** Podman's compatible endpoint knows no "all" in its older versions; its own does. */
export const prunePodmanImages: PruneImages = async (connection, { all, filters, signal }) => {
  const rows = await connection.list<{ Id: string; Size?: number; Err?: string | null }>({
    method: 'POST',
    path: '/v4.0.0/libpod/images/prune',
    versioned: false,
    query: { all, filters: JSON.stringify(filters) },
    signal,
  });
  const removed = rows.filter(({ Err }) => !Err);
  return {
    ids: removed.map(({ Id }) => (Id.startsWith('sha256:') ? Id : `sha256:${Id}`)),
    spaceReclaimed: removed.reduce((sum, { Size = 0 }) => sum + Size, 0),
  };
};
