import { WherryError } from '../../core/errors.ts';

const grammar = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * The path of a container's endpoint. What can be neither a name nor an id is `NOT_FOUND` here already, so that no
 * hostile text becomes part of a path.
 */
export function containerPath(id: string, verb?: string): string {
  if (!isContainerName(id)) {
    throw new WherryError('NOT_FOUND', `No such container: ${JSON.stringify(id)}`, { details: { id } });
  }
  return verb === undefined ? `/containers/${id}` : `/containers/${id}/${verb}`;
}

/** Whether `text` can be the name or id of a container. */
export function isContainerName(text: string): boolean {
  return grammar.test(text);
}
