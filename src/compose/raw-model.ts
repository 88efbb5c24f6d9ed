import { decodePlain } from './canonical/decode.ts';
import { type CanonicalForm, formedTree } from './canonical/form.ts';
import { type CanonicalMap, type CanonicalValue, isMap } from './canonical/value.ts';
import type { LoadOptions } from './load-options.ts';
import { mergeFiles } from './merge-files.ts';
import { invalidProject } from './problem.ts';

/**
 * The files of a project as one model in which variables stand as they were written: nothing is selected or checked. Fails
 * with `INVALID` and `NOT_FOUND`.
 */
export async function loadRawModel(options: LoadOptions, form: CanonicalForm = {}): Promise<CanonicalMap> {
  const files = await mergeFiles(options, { variables: 'as-written' });
  const tree = formedTree(files, form);
  if (files.to.failed) throw invalidProject(files.to.problems);
  const model: CanonicalValue = decodePlain(tree);
  const entries = new Map(isMap(model) ? model.entries : []);
  entries.delete('version');
  if (form.names === undefined) entries.set('name', files.name);
  return { kind: 'map', entries };
}
