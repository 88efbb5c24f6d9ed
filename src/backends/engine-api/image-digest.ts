import { isWherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { parseReference } from '../../core/reference.ts';
import type { EngineConnection } from './connection.ts';
import type { ContainerRecord } from './records.ts';

/**
 * The manifest digest of a container's image: from the container's own record where the engine writes it (API ≥ 1.48),
 * else from the image's. Null for local builds on older engines, and when the image is gone.
 */
export async function imageDigest(
  connection: EngineConnection,
  record: ContainerRecord,
  options: CallOptions,
): Promise<string | null> {
  const own = record.ImageManifestDescriptor?.digest;
  if (own) return own;
  try {
    const image = await connection.json<{ RepoDigests?: readonly string[] | null }>({
      path: `/images/${record.Image}/json`,
      signal: options.signal,
    });
    return digestFor(record.Config.Image ?? '', image.RepoDigests ?? []);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

/** An image may have been pulled from several repositories, each with its own digest. */
function digestFor(reference: string, repoDigests: readonly string[]): string | null {
  const repository = repositoryOf(reference);
  const matching = repoDigests.find((text) => repositoryOf(text) === repository) ?? repoDigests[0];
  return matching?.split('@')[1] ?? null;
}

function repositoryOf(reference: string): string | null {
  try {
    const { registry, repository } = parseReference(reference);
    return `${registry}/${repository}`;
  } catch {
    return null;
  }
}
