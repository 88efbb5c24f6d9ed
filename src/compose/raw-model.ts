import { decodePlain } from './canonical/decode.ts';
import { type CanonicalForm, formedTree } from './canonical/form.ts';
import { type CanonicalMap, type CanonicalValue, isMap } from './canonical/value.ts';
import type { LoadOptions } from './load-options.ts';
import { mergeFiles } from './merge-files.ts';
import { invalidProject } from './problem.ts';
import { readProject } from './read-project.ts';
import { type Mapping, mapItems, mapValues, type Node } from './tree.ts';

export interface RawModelOptions {
  form?: CanonicalForm | undefined;
  /** `values`: what no variable can mend is refused. Default: nothing is. */
  check?: 'values' | undefined;
}

/**
 * The files of a project as one model in which variables stand as they were written: nothing is selected.
 * Fails with `INVALID` and `NOT_FOUND`.
 */
export async function loadRawModel(
  options: LoadOptions,
  { form = {}, check }: RawModelOptions = {},
): Promise<CanonicalMap> {
  const files = await mergeFiles(options, { variables: 'as-written' });
  const tree = formedTree(files, form);
  if (check === 'values') readProject(withoutVariables(formedTree(files)), files.to);
  if (files.to.failed) throw invalidProject(files.to.problems);
  const model: CanonicalValue = decodePlain(tree);
  const entries = new Map(isMap(model) ? model.entries : []);
  entries.delete('version');
  if (form.names === undefined) entries.set('name', files.name);
  return { kind: 'map', entries };
}

/** Values with variables may be anything: whoever reads them says nothing. */
function withoutVariables(root: Mapping): Mapping {
  const readable = (node: Node): Node => {
    if (node.kind === 'mapping') return mapValues(node, readable);
    if (node.kind === 'sequence') return mapItems(node, readable);
    if (node.kind !== 'scalar' || !node.text.replaceAll('$$', '').includes('$')) return node;
    return { kind: 'broken', source: node.source, offset: node.offset };
  };
  return mapValues(root, readable);
}
