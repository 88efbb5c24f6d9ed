import { type Backend, type CallOptions, isWherryError, label, ownerValue } from '../core/index.ts';
import { forgetLease, leaseIds, leaseState } from './leases.ts';

/** What `gc` removed, or would remove. */
export interface GcReport {
  /** Names. */
  containers: readonly string[];
  networks: readonly string[];
  volumes: readonly string[];
  /** Ids of leases whose holder is gone. */
  leases: readonly string[];
}

export interface GcOptions extends CallOptions {
  /** Remove nothing. Default: false. */
  dryRun?: boolean | undefined;
  /** Where leases lie. Default: `wherry/leases` in `XDG_STATE_HOME`. */
  directory?: string | undefined;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Removes what Wherry made under a lease whose holder is gone (it was killed before it could clean up). What has no
 * lease, such as the containers of compose projects, and what has a lease that this user does not know, stays.
 */
export async function gc(backend: Backend, options: GcOptions = {}): Promise<GcReport> {
  const { signal, directory } = options;
  const labels = [`${label.owner}=${ownerValue}`, label.lease];
  const [containers, networks, volumes, leases] = await Promise.all([
    backend.list({ all: true, labels }, { signal }),
    backend.networks?.list({ labels, signal }) ?? [],
    backend.volumes?.list({ labels, signal }) ?? [],
    leaseIds({ directory }),
  ]);
  const states = new Map(
    await Promise.all(
      leases.map(async (id) => [id, await leaseState(backend.address, id, { directory })] as const),
    ),
  );
  const isStale = ({ labels: own }: { labels: Labels }): boolean =>
    states.get(own[label.lease] ?? '') === 'stale';
  const stale = {
    containers: containers.filter(isStale),
    networks: networks.filter(isStale),
    volumes: volumes.filter(isStale),
    leases: leases.filter((id) => states.get(id) === 'stale'),
  };
  if (options.dryRun !== true) {
    await Promise.all(stale.containers.map(({ id }) => gone(backend.remove(id, { force: true, signal }))));
    await Promise.all([
      ...stale.networks.map(({ id }) => gone(backend.networks?.remove(id, { signal }))),
      ...stale.volumes.map(({ name }) => gone(backend.volumes?.remove(name, { signal }))),
    ]);
    await forgetUnused(backend, stale.leases, options);
  }
  return {
    containers: stale.containers.map(({ name }) => name),
    networks: stale.networks.map(({ name }) => name),
    volumes: stale.volumes.map(({ name }) => name),
    leases: stale.leases,
  };
}

/** A lease is done when nothing carries it any more. */
async function forgetUnused(backend: Backend, leases: readonly string[], options: GcOptions): Promise<void> {
  const { signal, directory } = options;
  await Promise.all(
    leases.map(async (id) => {
      const left = await backend.list({ all: true, labels: [`${label.lease}=${id}`] }, { signal });
      if (left.length === 0) await forgetLease(id, { directory });
    }),
  );
}

async function gone(removal: Promise<void> | undefined): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
  }
}
