import { WherryError } from '../../core/errors.ts';
import type { Reference } from '../../core/reference.ts';
import type { EngineRequest } from './connection.ts';
import { fullPlatform, platformJson } from './platform.ts';

/** How an engine is asked to move an image. `path` and `query` only: credentials and signal are added by the verb. */
export interface RegistryCalls {
  /** Whether a push can be authorized by an identity token. */
  readonly pushesByToken: boolean;
  pull(reference: Reference, options: { platform: string | undefined }): EngineRequest;
  push(reference: Reference, options: { platform: string | undefined }): EngineRequest;
}

/** Docker Engine's own endpoints. */
export const dockerRegistryCalls: RegistryCalls = {
  pushesByToken: true,
  pull: (reference, { platform }) => ({
    method: 'POST',
    path: '/images/create',
    query: {
      fromImage: repositoryName(reference),
      tag: reference.digest ?? reference.tag ?? 'latest',
      platform: platform && fullPlatform(platform),
    },
  }),
  push: (reference, { platform }) => ({
    method: 'POST',
    path: `/images/${repositoryName(reference)}/push`,
    query: { tag: pushTag(reference), platform: platform === undefined ? undefined : platformJson(platform) },
  }),
};

/** `docker.io/library/redis`: fully qualified, so that no engine looks for it elsewhere. */
export function repositoryName(reference: Reference): string {
  return `${reference.registry}/${reference.repository}`;
}

/** The tag to push; `INVALID` for a digest, which a registry computes itself. */
export function pushTag(reference: Reference): string {
  if (reference.digest !== null) {
    throw new WherryError('INVALID', `${reference.familiar} cannot be pushed: it names a digest`, {
      hint: 'push a name with a tag',
      details: { reference: reference.familiar },
    });
  }
  return reference.tag ?? 'latest';
}
