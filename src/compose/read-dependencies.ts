import { boolean, listOf, mapOf, oneOf, text, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import { toNames } from './forms.ts';
import type { Dependency } from './model.ts';
import { namedBy } from './read-networks.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';

const set = setter<Dependency>();
const fields: Fields<Dependency> = {
  scope: 'services.*.depends_on.*',
  keys: {
    condition: set(
      'condition',
      oneOf('service_started', 'service_healthy', 'service_completed_successfully'),
    ),
    required: set('required', boolean),
    restart: set('restart', boolean),
  },
};

/** `depends_on`: a list of names, or a mapping with a condition for each. */
export function readDependencies(
  node: Node,
  path: Path,
  to: Reading,
): Record<string, Dependency> | undefined {
  if (node.kind === 'sequence' && listOf(text)(node, path, to)?.length !== node.items.length)
    return undefined;
  const names = toNames(node);
  if (names === undefined) return wrongType(node, path, to, 'a list or a mapping');
  const keys = namedBy(names);
  return mapOf<Dependency>((value, at, reading) => {
    const dependency: Dependency = { condition: 'service_started', restart: false, required: true };
    const short = value.kind === 'scalar' && value.value === null;
    const read = short ? dependency : readFields(dependency, fields, value, at, reading);
    if (value.kind === 'mapping' && !value.entries.has('condition')) {
      reading.error(
        'missing-key',
        'needs a condition',
        value,
        at,
        'service_started is what the short form means',
      );
    }
    return read && reading.mark(read, keys(at), at);
  })(names, path, to);
}
