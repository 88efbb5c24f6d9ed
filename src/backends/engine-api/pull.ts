import { WherryError } from '../../core/errors.ts';
import type { PullOptions } from '../../core/image.ts';
import { parseReference, type Reference, withDefaultTag } from '../../core/reference.ts';
import { traced } from '../../tracing/index.ts';
import type { ImageContext } from './image-context.ts';
import { imageExists } from './image-inspect.ts';
import { followProgress, type ProgressRecord } from './image-progress.ts';
import { registryAuthHeader } from './registry-auth-header.ts';
import { registryError, registryRefusal } from './registry-error.ts';

/**
 * Pulls `name` by `policy` (default here: `always`). Errors: `INVALID` (name), `NOT_FOUND` (no such image or variant,
 * or missing under `never`), `UNAUTHORIZED`, `PERMISSION`, `UNAVAILABLE` (the engine), `NO_SPACE`,
 * `IMAGE_PULL`, `STREAM_CUT`, `CANCELLED`.
 */
export async function pullImage(
  context: ImageContext,
  name: string,
  options: PullOptions = {},
): Promise<void> {
  const { policy = 'always', platform, signal } = options;
  const reference = withDefaultTag(parseReference(name));
  if (policy !== 'always') {
    if (await imageExists(context.connection, name, { platform, signal })) return;
    if (policy === 'never') {
      const variant = platform === undefined ? name : `${name} for ${platform}`;
      throw new WherryError('NOT_FOUND', `${variant} is not on the engine, and the pull policy is "never"`, {
        hint: 'pull or build it first, or use the policy "missing"',
        details: { reference: name, policy },
      });
    }
  }
  const facts = { 'container.image.name': reference.familiar, 'wherry.platform': platform };
  await traced('pull', facts, () => fetchImage(context, { name, reference }, options));
}

async function fetchImage(
  context: ImageContext,
  { name, reference }: { name: string; reference: Reference },
  options: PullOptions,
): Promise<void> {
  const { connection, auth, registryCalls } = context;
  const { platform, onProgress, signal } = options;
  const { registry, repository } = reference;
  const credentials = options.credentials ?? (await auth.credentials(registry, { repository, signal }));
  const transfer = { verb: 'pull', reference, platform, authenticated: credentials !== undefined } as const;
  const records = connection.ndjson<ProgressRecord>({
    ...registryCalls.pull(reference, { platform }),
    // Podman takes its own logins when nothing is sent.
    headers:
      credentials === undefined ? {} : { 'x-registry-auth': registryAuthHeader(credentials, registry) },
    signal,
  });
  try {
    const fail = (message: string): WherryError => registryError(message, transfer);
    await followProgress(records, { what: `pull of ${reference.familiar}`, onProgress, fail });
  } catch (error) {
    throw registryRefusal(error, transfer);
  }
  if (await imageExists(connection, name, { platform, signal })) return;
  // Engines take an image of one platform for whatever was asked for, and may join a pull that somebody else gave up.
  const why = platform === undefined ? 'ended without an image' : 'does not match the specified platform';
  throw registryError(why, transfer);
}
