import { WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { parseReference } from '../../core/reference.ts';
import type { EngineConnection } from './connection.ts';
import { imagePath } from './image-inspect.ts';
import { repositoryName } from './registry-calls.ts';

/** Gives the image `source` one more name. `NOT_FOUND`, `INVALID` (a digest cannot be given). */
export async function tagImage(
  connection: EngineConnection,
  source: string,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  const target = parseReference(name);
  if (target.digest !== null) {
    throw new WherryError('INVALID', `${name} cannot be given to an image: a digest is not a name`, {
      hint: 'give a name with a tag',
      details: { reference: name },
    });
  }
  await connection.call({
    method: 'POST',
    path: `${imagePath(source)}/tag`,
    query: { repo: repositoryName(target), tag: target.tag ?? 'latest' },
    signal: options.signal,
  });
}
