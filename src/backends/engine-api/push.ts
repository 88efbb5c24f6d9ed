import { WherryError } from '../../core/errors.ts';
import type { PushOptions } from '../../core/image.ts';
import { parseReference, withDefaultTag } from '../../core/reference.ts';
import type { ImageContext } from './image-context.ts';
import { followProgress, type ProgressRecord } from './image-progress.ts';
import { registryAuthHeader } from './registry-auth-header.ts';
import { registryError, registryRefusal } from './registry-error.ts';

/**
 * Pushes `name` (its tag, default `latest`) to the registry that it names. Errors: `INVALID` (name, or a digest),
 * `UNSUPPORTED` (an identity token, on Podman), `NOT_FOUND` (no such local image), `UNAUTHORIZED`, `PERMISSION`, `UNAVAILABLE`, `IMAGE_PULL`, `STREAM_CUT`, `CANCELLED`.
 */
export async function pushImage(
  context: ImageContext,
  name: string,
  options: PushOptions = {},
): Promise<void> {
  const { connection, auth, registryCalls } = context;
  const { platform, onProgress, signal } = options;
  const reference = withDefaultTag(parseReference(name));
  const request = registryCalls.push(reference, { platform });
  const { registry, repository } = reference;
  const credentials = options.credentials ?? (await auth.credentials(registry, { repository, signal }));
  if (credentials?.identityToken !== undefined && !registryCalls.pushesByToken) {
    throw new WherryError(
      'UNSUPPORTED',
      `cannot push ${reference.familiar}: the login for ${registry} is an identity token, by which Podman cannot push`,
      {
        hint: `log in with a password or an access token: \`podman login ${registry}\``,
        details: { reference: reference.familiar, registry },
      },
    );
  }
  const transfer = { verb: 'push', reference, platform, authenticated: credentials !== undefined } as const;
  const records = connection.ndjson<ProgressRecord>({
    ...request,
    // Docker refuses a push without this header, also an anonymous one.
    headers: { 'x-registry-auth': registryAuthHeader(credentials, registry) },
    signal,
  });
  try {
    const fail = (message: string): WherryError => registryError(message, transfer);
    await followProgress(records, { what: `push of ${reference.familiar}`, onProgress, fail });
  } catch (error) {
    throw registryRefusal(error, transfer);
  }
}
