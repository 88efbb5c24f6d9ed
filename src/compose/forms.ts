import {
  type Entry,
  isNull,
  type Mapping,
  mappingAt,
  type Node,
  type Place,
  type Sequence,
  scalarAt,
  sequenceAt,
} from './tree.ts';

/** A mapping as it is, a list of `KEY=value` and `KEY` as a mapping; undefined for anything else. */
export function toDictionary(node: Node): Mapping | undefined {
  if (node.kind === 'mapping') return node;
  if (node.kind !== 'sequence') return undefined;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind !== 'scalar') return undefined;
    const at = item.text.indexOf('=');
    const name = at === -1 ? item.text : item.text.slice(0, at);
    entries.set(name, { key: item, value: scalarAt(item, at === -1 ? null : item.text.slice(at + 1)) });
  }
  return { source: node.source, offset: node.offset, kind: 'mapping', entries };
}

/** A mapping as it is, a list of names as keys of empty values, or of what `made` gives; undefined for anything else. */
export function toNames(node: Node, made?: (place: Place) => Node): Mapping | undefined {
  if (node.kind === 'mapping') return node;
  if (node.kind !== 'sequence') return undefined;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return undefined;
    entries.set(item.value, { key: item, value: made?.(item) ?? scalarAt(item, null) });
  }
  return { source: node.source, offset: node.offset, kind: 'mapping', entries };
}

/** A build as a mapping: alone, a string is its context. */
export function toBuild(node: Node): Mapping | undefined {
  if (node.kind === 'mapping') return node;
  if (node.kind !== 'scalar') return undefined;
  return isNull(node) ? mappingAt(node, {}) : mappingAt(node, { context: node });
}

/** A list as it is, a mapping as sorted lines `KEY=value`, a single value as the only item. */
export function toSequence(node: Node): Sequence {
  if (node.kind === 'sequence') return node;
  if (node.kind !== 'mapping') return sequenceAt(node, isNull(node) || node.kind === 'broken' ? [] : [node]);
  const lines: { text: string; place: Place }[] = [];
  for (const [name, { key, value }] of node.entries) {
    const values = value.kind === 'sequence' ? value.items : [value];
    for (const one of values) {
      if (one.kind !== 'scalar') continue;
      lines.push(isNull(one) ? { text: name, place: key } : { text: `${name}=${one.text}`, place: one });
    }
  }
  lines.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return sequenceAt(
    node,
    lines.map(({ text, place }) => scalarAt(place, text)),
  );
}
