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
