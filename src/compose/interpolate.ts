import type { Reading } from './reading.ts';
import { type Lookup, substitute, TemplateFault } from './template.ts';
import { child, type Entry, type Mapping, type Node, type Path, type Scalar, type Sequence } from './tree.ts';

/** Fills the variables in every string value of a tree (keys stay as they are); each fault is reported at its value. */
export function interpolate(root: Node, lookup: Lookup, to: Reading): Node {
  return new Interpolation(lookup, to).node(root, undefined);
}

class Interpolation {
  readonly #lookup: Lookup;
  readonly #to: Reading;
  /** Anchored values are shared: each is filled once. */
  readonly #done = new Map<Node, Node>();

  constructor(lookup: Lookup, to: Reading) {
    this.#lookup = lookup;
    this.#to = to;
  }

  node(node: Node, path: Path | undefined): Node {
    if (node.kind === 'broken') return node;
    if (node.kind === 'scalar') return this.#scalar(node, path);
    const known = this.#done.get(node);
    if (known !== undefined) return known;
    const filled = node.kind === 'mapping' ? this.#mapping(node, path) : this.#sequence(node, path);
    this.#done.set(node, filled);
    return filled;
  }

  /** Most values hold no variable: what did not change is not copied. */
  #mapping(node: Mapping, path: Path | undefined): Mapping {
    let entries: Map<string, Entry> | undefined;
    for (const [name, entry] of node.entries) {
      const value = this.node(entry.value, child(path, name));
      if (value === entry.value) continue;
      entries ??= new Map(node.entries);
      entries.set(name, { key: entry.key, value });
    }
    return entries === undefined ? node : { ...node, entries };
  }

  #sequence(node: Sequence, path: Path | undefined): Sequence {
    let items: Node[] | undefined;
    for (const [index, item] of node.items.entries()) {
      const value = this.node(item, child(path, index));
      if (value === item) continue;
      items ??= [...node.items];
      items[index] = value;
    }
    return items === undefined ? node : { ...node, items };
  }

  #scalar(node: Scalar, path: Path | undefined): Node {
    if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
    const onUnset = (name: string): void => {
      const message = `the variable ${name} is not set, defaulting to blank`;
      this.#to.warn(
        'unset-variable',
        message,
        node,
        path,
        `set ${name}, or write \${${name}:-} to say that blank is meant`,
      );
    };
    try {
      const text = substitute(node.value, { lookup: this.#lookup, onUnset });
      return { ...node, value: text, text };
    } catch (error) {
      if (!(error instanceof TemplateFault)) throw error;
      this.#to.error('interpolation', error.message, node, path, error.hint);
      return { kind: 'broken', source: node.source, offset: node.offset };
    }
  }
}
