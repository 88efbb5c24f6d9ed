import type { Origin } from './model.ts';
import type { Source } from './source.ts';

/** Where a value was written; it keeps this through interpolation and merging. */
export interface Place {
  readonly source: Source;
  readonly offset: number;
}

/** How a value meets the one below it when files are merged. */
export type MergeTag = 'reset' | 'override';

export interface Scalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The value as text, as the peer prints it (`0644` reads as the number 420). */
  readonly text: string;
  readonly tag?: MergeTag | undefined;
}

export interface Entry {
  /** Where the key stands. */
  readonly key: Place;
  readonly value: Node;
}

export interface Mapping extends Place {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly tag?: MergeTag | undefined;
}

export interface Sequence extends Place {
  readonly kind: 'sequence';
  readonly items: readonly Node[];
  readonly tag?: MergeTag | undefined;
}

/** A value whose fault has been reported already: whoever reads it says nothing more. */
export interface Broken extends Place {
  readonly kind: 'broken';
  readonly tag?: undefined;
}

/** A YAML value with its origin. Nodes are shared (anchors) and never changed. */
export type Node = Scalar | Mapping | Sequence | Broken;

/** The way from the root to a value, built only when somebody asks for it. */
export interface Path {
  readonly parent: Path | undefined;
  readonly step: string | number;
}

export function child(parent: Path | undefined, step: string | number): Path {
  return { parent, step };
}

/** `services.web.ports[0]`. */
export function formatPath(path: Path | undefined): string {
  const steps: string[] = [];
  for (let at = path; at !== undefined; at = at.parent) {
    steps.push(
      typeof at.step === 'number' ? `[${at.step}]` : at.parent === undefined ? at.step : `.${at.step}`,
    );
  }
  return steps.reverse().join('');
}

export function originOf(place: Place): Origin {
  return { file: place.source.name, ...place.source.position(place.offset) };
}

/** What a node is called in a message. */
export function describe(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'mapping' ? 'a mapping' : 'a list';
  if (node.value === null) return 'empty';
  return typeof node.value === 'string' ? 'a string' : `a ${typeof node.value}`;
}

/** Plain data of a node, without positions: what `x-` keys hold. */
export function toPlain(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return node.items.map(toPlain);
    case 'mapping':
      return Object.fromEntries(Array.from(node.entries, ([key, entry]) => [key, toPlain(entry.value)]));
    case 'broken':
      return null;
  }
}

/** A value that stands where another one was written. */
export function scalarAt(place: Place, value: Scalar['value']): Scalar {
  const text = value === null ? '' : String(value);
  return { source: place.source, offset: place.offset, kind: 'scalar', value, text };
}

/** A mapping that stands where something else was written; values that are undefined are left out. */
export function mappingAt(
  place: Place,
  values: Readonly<Record<string, Node | Scalar['value'] | undefined>>,
): Mapping {
  const entries = new Map<string, Entry>();
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    const node = typeof value === 'object' && value !== null ? value : scalarAt(place, value);
    entries.set(name, { key: place, value: node });
  }
  return { source: place.source, offset: place.offset, kind: 'mapping', entries };
}

/** A list that stands where something else was written. */
export function sequenceAt(place: Place, items: readonly Node[]): Sequence {
  return { source: place.source, offset: place.offset, kind: 'sequence', items };
}

/** The value of a key; undefined when the node is no mapping or has no such key. */
export function valueAt(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'mapping' ? node.entries.get(key)?.value : undefined;
}

/** The text of a scalar that is not empty. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? node.text : undefined;
}

/** The mapping with one value more, or another one; the key keeps its place. */
export function withValue(mapping: Mapping, key: string, value: Node): Mapping {
  const entries = new Map(mapping.entries);
  entries.set(key, { key: entries.get(key)?.key ?? value, value });
  return { ...mapping, entries };
}

/** The mapping with each value changed by `change`, which says undefined to take it out; the same one when nothing changed. */
export function mapValues(mapping: Mapping, change: (value: Node, key: string) => Node | undefined): Mapping {
  let entries: Map<string, Entry> | undefined;
  mapping.entries.forEach(({ key, value: before }, name) => {
    const value = change(before, name);
    if (value === before) return;
    entries ??= new Map(mapping.entries);
    if (value === undefined) entries.delete(name);
    else entries.set(name, { key, value });
  });
  return entries === undefined ? mapping : { ...mapping, entries };
}

/** The list with each item changed by `change`; the same one when nothing changed. */
export function mapItems(sequence: Sequence, change: (item: Node) => Node): Sequence {
  let items: Node[] | undefined;
  sequence.items.forEach((before, index) => {
    const item = change(before);
    if (item === before) return;
    items ??= [...sequence.items];
    items[index] = item;
  });
  return items === undefined ? sequence : { ...sequence, items };
}

/** Whether the members of a top-level section are written as services are: jobs differ in few keys. */
export function holdsServices(section: string): boolean {
  return section === 'services' || section === 'jobs';
}

/** Whether a value says nothing. */
export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Whether two values are the same, wherever they were written. */
export function sameValue(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.kind === 'scalar') return b.kind === 'scalar' && Object.is(a.value, b.value);
  if (a.kind === 'sequence') {
    if (b.kind !== 'sequence' || a.items.length !== b.items.length) return false;
    return a.items.every((item, index) => {
      const other = b.items[index];
      return other !== undefined && sameValue(item, other);
    });
  }
  if (a.kind !== 'mapping' || b.kind !== 'mapping' || a.entries.size !== b.entries.size) return false;
  for (const [name, entry] of a.entries) {
    const other = b.entries.get(name);
    if (other === undefined || !sameValue(entry.value, other.value)) return false;
  }
  return true;
}
