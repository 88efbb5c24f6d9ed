import { type Entry, type Mapping, mapValues, type Node } from './tree.ts';

/** An earlier tree without what a later one marks with `!reset` or `!override`. */
export function withoutReset(base: Node, over: Node): Node {
  if (base.kind !== 'mapping' || over.kind !== 'mapping') return base;
  let entries: Map<string, Entry> | undefined;
  for (const [name, { value }] of over.entries) {
    const lower = base.entries.get(name);
    if (lower === undefined) continue;
    const kept = value.tag === undefined ? withoutReset(lower.value, value) : undefined;
    if (kept === lower.value) continue;
    entries ??= new Map(base.entries);
    if (kept === undefined) entries.delete(name);
    else entries.set(name, { key: lower.key, value: kept });
  }
  return entries === undefined ? base : { ...base, entries };
}

/** A tree without the values that `!reset` marks; what `!override` marks is a value like any other. */
export function withoutTags(node: Mapping): Mapping;
export function withoutTags(node: Node): Node;
export function withoutTags(node: Node): Node {
  if (node.kind === 'mapping') {
    return mapValues(node, (value) => (value.tag === 'reset' ? undefined : withoutTags(value)));
  }
  if (node.kind !== 'sequence') return node;
  const kept = node.items.filter((item) => item.tag !== 'reset');
  const items = kept.map((item) => withoutTags(item));
  const same = items.length === node.items.length && items.every((item, index) => item === node.items[index]);
  return same ? node : { ...node, items };
}
