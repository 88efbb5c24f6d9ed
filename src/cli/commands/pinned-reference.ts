import type { Backend } from '../../core/backend.ts';
import { WherryError } from '../../core/errors.ts';
import { formatReference, isImageId, parseReference, withDefaultTag } from '../../core/reference.ts';

/** `name@digest` of an image, by the engine; one that the engine does not have is pulled. `NOT_FOUND` where it has no digest. */
export async function pinnedReference(
  backend: Backend,
  image: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<string> {
  if (isImageId(image)) return image;
  const reference = parseReference(image);
  if (reference.digest !== null) return image;
  const found = backend.image(image);
  if (!(await found.exists({ signal }))) await found.pull({ signal });
  const digest = await found.digest({ signal });
  if (digest === null) {
    throw new WherryError(
      'NOT_FOUND',
      `the image ${image} has no digest: it was built here and never pushed`,
      {
        hint: 'push it to a registry first',
        details: { image },
      },
    );
  }
  return formatReference({ ...withDefaultTag(reference), digest });
}
