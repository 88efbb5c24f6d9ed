import { WherryError } from '../../core/errors.ts';
import type { DockerfileBuild } from '../../core/image.ts';
import { parseReference, withDefaultTag } from '../../core/reference.ts';
import type { Query } from '../../transport/query.ts';
import { cacheImages } from './build-cache.ts';
import { pushTag, repositoryName } from './registry-calls.ts';

/** The names that a build gives its result, fully qualified. `INVALID` for a digest. */
export function buildTags(name: string, input: DockerfileBuild): string[] {
  const tags = [name, ...(input.tags ?? [])].map((tag) => {
    const reference = withDefaultTag(parseReference(tag));
    if (reference.digest !== null) {
      throw new WherryError('INVALID', `${tag} cannot be given to a build: its digest is not known before`, {
        hint: 'give a name with a tag',
        details: { reference: tag },
      });
    }
    return `${repositoryName(reference)}:${pushTag(reference)}`;
  });
  return [...new Set(tags)];
}

/** What both builders of Docker take, in the encodings of `POST /build`. */
export function buildQuery(tags: readonly string[], dockerfile: string, input: DockerfileBuild): Query {
  const { args, labels, target, platform, network, shmSize, memory, noCache, pull } = input;
  const { cacheFrom, extraHosts, ulimits } = input;
  return {
    t: tags,
    dockerfile,
    rm: true,
    forcerm: true,
    buildargs: json(args),
    labels: json(labels),
    target,
    platform,
    networkmode: network,
    shmsize: shmSize,
    memory,
    nocache: noCache,
    pull,
    cachefrom: json(cacheFrom && cacheImages(cacheFrom)),
    extrahosts: hostLines(extraHosts),
    ulimits: json(ulimitList(ulimits)),
  };
}

/** `host:address`, one for each address. */
export function hostLines(hosts: DockerfileBuild['extraHosts']): string[] | undefined {
  if (hosts === undefined) return undefined;
  return Object.entries(hosts).flatMap(([host, addresses]) =>
    addresses.map((address) => `${host}:${address}`),
  );
}

export function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function ulimitList(ulimits: DockerfileBuild['ulimits']): unknown {
  if (ulimits === undefined) return undefined;
  return Object.entries(ulimits).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard }));
}
