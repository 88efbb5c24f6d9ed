import type { Read } from './decode.ts';
import type { Reading } from './reading.ts';
import { suggest } from './suggest.ts';
import { child, type Node, type Path } from './tree.ts';

/** Reports what is wrong with a value; its own reading comes later, when it is known to be right. */
export type Check = Read<unknown>;

/** Checks each key of a mapping of ours, and reports those that it does not have. */
export function checkKeys(node: Node, path: Path, to: Reading, keys: Readonly<Record<string, Check>>): void {
  if (node.kind !== 'mapping') {
    if (node.kind !== 'broken') to.error('type', 'must be a mapping', node, path);
    return;
  }
  for (const [key, entry] of node.entries) {
    const at = child(path, key);
    const check = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (check !== undefined) {
      check(entry.value, at, to);
      continue;
    }
    const meant = suggest(key, Object.keys(keys));
    const hint =
      meant === undefined ? `the keys are ${Object.keys(keys).join(', ')}` : `did you mean "${meant}"?`;
    to.error('unknown-key', 'wherry has no such key', entry.key, at, hint);
  }
}

/** The keys of a value that was checked; none when it is no mapping. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
