import type { Reading } from './reading.ts';
import { type Lookup, substitute, TemplateFault } from './template.ts';
import { child, type Entry, type Node, type Path, type Scalar } from './tree.ts';

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
    const filled: Node =
      node.kind === 'mapping'
        ? { ...node, entries: this.#entries(node.entries, path) }
        : { ...node, items: node.items.map((item, index) => this.node(item, child(path, index))) };
    this.#done.set(node, filled);
    return filled;
  }

  #entries(entries: ReadonlyMap<string, Entry>, path: Path | undefined): Map<string, Entry> {
    const filled = new Map<string, Entry>();
    for (const [name, entry] of entries) {
      filled.set(name, { key: entry.key, value: this.node(entry.value, child(path, name)) });
    }
    return filled;
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
