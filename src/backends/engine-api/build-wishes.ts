import type { DockerfileBuild } from '../../core/image.ts';
import { cacheImages } from './build-cache.ts';
import type { Builder } from './build-job.ts';

/** Whether a build asks for what `POST /build` has no place for, and BuildKit's own API has. */
export function wantsSolve(input: DockerfileBuild): boolean {
  const {
    additionalContexts = {},
    noCacheFilter = [],
    entitlements = [],
    cacheTo = [],
    cacheFrom = [],
  } = input;
  return (
    Object.keys(additionalContexts).length > 0 ||
    noCacheFilter.length > 0 ||
    entitlements.length > 0 ||
    cacheTo.length > 0 ||
    cacheImages(cacheFrom) === undefined ||
    wantsAttestations(input)
  );
}

/** Whether an attestation is wanted; `false` asks for none. */
export function wantsAttestations({ provenance = 'false', sbom = 'false' }: DockerfileBuild): boolean {
  return provenance !== 'false' || sbom !== 'false';
}

/** A builder that makes the same image, but leaves out and says what is done beside it: attestations. */
export function withoutAttestations(builder: Builder, reason: string): Builder {
  return (job) => {
    const { provenance = 'false', sbom = 'false', ...input } = job.input;
    for (const [field, asked] of Object.entries({ provenance, sbom }))
      if (asked !== 'false') job.log.report(warning(field, reason));
    return builder({ ...job, input });
  };
}

/**
 * A builder that makes the same image without BuildKit: attestations and what is done with the cache are left out, and a
 * stage that is to be built anew is so with all others. What is left out is said.
 */
export function withoutBuildkit(builder: Builder, name: string): Builder {
  const reason = `left out: ${name} does no such thing`;
  return withoutAttestations((job) => {
    const { cacheTo = [], cacheFrom = [], noCacheFilter = [], ...input } = job.input;
    const { log } = job;
    const images = cacheFrom.filter((entry) => cacheImages([entry]) !== undefined);
    if (cacheTo.length > 0) log.report(warning('cache_to', reason));
    if (images.length < cacheFrom.length) log.report(warning('cache_from', reason));
    if (noCacheFilter.length > 0)
      log.report(warning('no_cache_filter', `${name} uses the cache as a whole or not at all: not at all`));
    const noCache = input.noCache === true || noCacheFilter.length > 0;
    return builder({ ...job, input: { ...input, noCache, cacheFrom: images } });
  }, reason);
}

function warning(field: string, reason: string): { kind: 'status'; status: string } {
  return { kind: 'status', status: `WARN: ${field}: ${reason}` };
}
