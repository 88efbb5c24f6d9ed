import type { CommitOptions } from '../../core/backend.ts';
import { WherryError } from '../../core/errors.ts';
import { parseReference, withDefaultTag } from '../../core/reference.ts';
import type { EngineConnection } from './connection.ts';
import { containerRecord } from './lifecycle.ts';
import { pushTag, repositoryName } from './registry-calls.ts';

/** Makes an image of a container; resolves to its id. `INVALID` for a name with a digest. */
export async function commitContainer(
  connection: EngineConnection,
  id: string,
  options: CommitOptions = {},
): Promise<string> {
  const { name, author, message, changes, pause = true, signal } = options;
  // Engines differ in what they say of a container that is not there: the record says it in one way.
  const record = await containerRecord(connection, id, { signal });
  const made = await connection.json<{ Id?: string; id?: string }>({
    method: 'POST',
    path: '/commit',
    query: { container: record.Id, ...nameOf(name), author, comment: message, changes, pause },
    json: {},
    signal,
  });
  const image = made.Id ?? made.id ?? '';
  return image.includes(':') ? image : `sha256:${image}`;
}

function nameOf(name: string | undefined): { repo?: string; tag?: string } {
  if (name === undefined) return {};
  const reference = withDefaultTag(parseReference(name));
  if (reference.digest !== null) {
    throw new WherryError('INVALID', `${name} cannot name an image that is made: its digest is not known`, {
      hint: 'give a name with a tag',
      details: { reference: name },
    });
  }
  return { repo: repositoryName(reference), tag: pushTag(reference) };
}
