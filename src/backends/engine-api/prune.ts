import type { PruneOptions, PruneReport } from '../../core/backend.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import { labelFilter, untilFilter } from './filters.ts';
import type { ImageContext } from './image-context.ts';
import { pruneVolumes } from './prune-volumes.ts';
import { inTurn } from './turn.ts';
import { againWhenVanished } from './vanished.ts';

/** What the prune endpoints answer, all in one shape. */
interface PruneRecord {
  ContainersDeleted?: readonly string[] | null;
  NetworksDeleted?: readonly string[] | null;
  SpaceReclaimed?: number;
}

/**
 * Removes what nothing uses, in the order in which one frees the other: containers, networks, volumes, images, cache.
 * `UNSUPPORTED` for the build cache with `labels` (it has none), before anything is removed.
 */
export async function prune(
  { connection, pruneImages }: Pick<ImageContext, 'connection' | 'pruneImages'>,
  options: PruneOptions,
): Promise<PruneReport> {
  const { what, labels, until, all = false, signal } = options;
  const wanted = new Set(what);
  if (wanted.has('buildCache') && labels !== undefined && labels.length > 0) throw cacheHasNoLabels();
  const filters = { ...labelFilter(labels), ...untilFilter(until) };
  const ask = (path: string, query: Record<string, unknown>): Promise<PruneRecord> =>
    inTurn(
      () =>
        againWhenVanished(() =>
          connection.json<PruneRecord>({ method: 'POST', path, query: encoded(query), signal }),
        ),
      signal,
    );
  const report = {
    containers: [] as string[],
    images: [] as string[],
    networks: [] as string[],
    volumes: [] as string[],
    spaceReclaimed: 0,
  };

  if (wanted.has('containers')) {
    const pruned = await ask('/containers/prune', { filters });
    report.containers.push(...(pruned.ContainersDeleted ?? []));
    report.spaceReclaimed += pruned.SpaceReclaimed ?? 0;
  }
  if (wanted.has('networks')) {
    const pruned = await ask('/networks/prune', { filters });
    report.networks.push(...(pruned.NetworksDeleted ?? []));
  }
  if (wanted.has('volumes')) {
    const pruned = await inTurn(() => pruneVolumes(connection, { labels, until, all, signal }), signal);
    report.volumes.push(...pruned.names);
    report.spaceReclaimed += pruned.spaceReclaimed;
  }
  if (wanted.has('images')) {
    const pruned = await inTurn(() => pruneImages(connection, { all, filters, signal }), signal);
    report.images.push(...pruned.ids);
    report.spaceReclaimed += pruned.spaceReclaimed;
  }
  if (wanted.has('buildCache')) {
    const pruned = await ask('/build/prune', { all, filters: untilFilter(until) }).catch((error: unknown) => {
      throw isWherryError(error, 'NOT_FOUND', 'UNSUPPORTED') ? noBuildCache(error) : error;
    });
    report.spaceReclaimed += pruned.SpaceReclaimed ?? 0;
  }
  return report;
}

function encoded(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([key, value]) => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

function cacheHasNoLabels(): WherryError {
  return new WherryError('UNSUPPORTED', 'the build cache cannot be pruned by labels: it has none', {
    hint: 'prune the build cache in a call of its own, without labels',
    details: { problems: [{ path: 'labels', reason: 'the build cache has no labels' }] },
  });
}

function noBuildCache(cause: WherryError): WherryError {
  return new WherryError('UNSUPPORTED', 'this engine has no build cache apart from its images', {
    hint: 'prune images instead',
    details: { problems: [{ path: 'what', reason: 'no build cache' }] },
    cause,
  });
}
