import { resolvePlain } from './scalars.ts';
import type { Source } from './source.ts';
import type { Entry, Node, Scalar } from './tree.ts';

/** Thrown where the text is not everyday YAML, or wrong: then the YAML library reads it. */
export const GIVE_UP: unique symbol = Symbol('not everyday YAML');

/** A scalar without quotes that stands in a block. */
export const BLOCK_PLAIN: RegExp =
  /[^\s\-?:,[\]{}#&*!|>'"%@`](?:[^\n#:]|:(?=[^\s])|(?<=[^ ])#)*|[-?:](?=[^\s])(?:[^\n#:]|:(?=[^\s])|(?<=[^ ])#)*/y;
const FLOW_PLAIN =
  /[^\s\-?:,[\]{}#&*!|>'"%@`](?:[^\n#:,[\]{}]|:(?=[^\s,[\]{}])|(?<=[^ ])#)*|-(?=[^\s,[\]{}])(?:[^\n#:,[\]{}]|:(?=[^\s,[\]{}])|(?<=[^ ])#)*/y;
const FLOW_ALIAS = /\*([A-Za-z0-9_-]+)(?=[ ,\]}\n])/y;
const DOUBLE = /"((?:[^"\\\n]|\\[\\"/nt])*)"/y;
const SINGLE = /'((?:[^'\n]|'')*)'/y;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '"': '"', '/': '/' };

export interface EverydayLimits {
  depth: number;
  nodes: number;
}

/** A place in the text, and what can stand on one line there: scalars, and flow collections, which may span several. */
export class EverydayCursor {
  readonly source: Source;
  readonly text: string;
  readonly anchors: Map<string, { node: Node; size: number }> = new Map();
  /** Where reading goes on. */
  at = 0;
  /** How many values were read, each alias counting as all that it stands for. */
  nodes = 0;
  readonly #limits: EverydayLimits;
  #depth = 0;

  constructor(source: Source, limits: EverydayLimits) {
    this.source = source;
    this.text = source.text;
    this.#limits = limits;
  }

  /** A flow collection or a scalar of one line. */
  inline(indent: number, plain: RegExp): Node {
    const offset = this.at;
    switch (this.text[offset]) {
      case '"': {
        const quoted = this.match(DOUBLE) ?? this.giveUp();
        const inner = quoted.slice(1, -1);
        return this.string(offset, inner.includes('\\') ? inner.replace(/\\(.)/g, unescapeOne) : inner);
      }
      case "'": {
        const quoted = this.match(SINGLE) ?? this.giveUp();
        return this.string(offset, quoted.slice(1, -1).replaceAll("''", "'"));
      }
      case '[':
        return this.#flowSequence(indent);
      case '{':
        return this.#flowMapping(indent);
      case '*': {
        const name = (this.match(FLOW_ALIAS) ?? this.giveUp()).slice(1);
        const target = this.anchors.get(name) ?? this.giveUp();
        this.count(target.size);
        return target.node;
      }
    }
    const text = (this.match(plain) ?? this.giveUp()).trimEnd();
    return this.scalar(offset, resolvePlain(text));
  }

  #flowSequence(indent: number): Node {
    this.enter();
    const offset = this.at;
    const items: Node[] = [];
    this.at += 1;
    for (this.#skipFlow(indent); this.text[this.at] !== ']'; this.#skipFlow(indent)) {
      items.push(this.inline(indent, FLOW_PLAIN));
      this.#separator(indent, ']');
    }
    this.at += 1;
    this.leave();
    return { kind: 'sequence', source: this.source, offset, items, tag: undefined };
  }

  #flowMapping(indent: number): Node {
    this.enter();
    const offset = this.at;
    const entries = new Map<string, Entry>();
    this.at += 1;
    for (this.#skipFlow(indent); this.text[this.at] !== '}'; this.#skipFlow(indent)) {
      if (this.text[this.at] === '*') this.giveUp();
      const quoted = this.text[this.at] === '"' || this.text[this.at] === "'";
      const key = this.inline(indent, FLOW_PLAIN);
      if (key.kind !== 'scalar' || key.text === '<<') this.giveUp();
      if (!quoted && typeof key.value !== 'string') this.giveUp();
      const name = this.text.slice(key.offset, this.at).trimEnd();
      const text = typeof key.value === 'string' ? key.value : name;
      if (this.text[this.at] !== ':') this.giveUp();
      if (!quoted && !/[ \n]/.test(this.text[this.at + 1] ?? '')) this.giveUp();
      this.at += 1;
      this.#skipFlow(indent);
      const ends = this.text[this.at] === ',' || this.text[this.at] === '}';
      const value = ends
        ? this.scalar(key.offset, { value: null, text: '' })
        : this.inline(indent, FLOW_PLAIN);
      if (entries.has(text)) this.giveUp();
      entries.set(text, { key: { source: this.source, offset: key.offset }, value });
      this.#separator(indent, '}');
    }
    this.at += 1;
    this.leave();
    return { kind: 'mapping', source: this.source, offset, entries, tag: undefined };
  }

  #separator(indent: number, close: string): void {
    this.#skipFlow(indent);
    if (this.text[this.at] === ',') this.at += 1;
    else if (this.text[this.at] !== close) this.giveUp();
  }

  /** White space inside a flow collection; its lines are indented more than what it belongs to. */
  #skipFlow(indent: number): void {
    this.skipSpaces();
    while (this.text.charCodeAt(this.at) === 10) {
      this.at += 1;
      const start = this.at;
      this.skipSpaces();
      // A closing bracket may stand right below the key: half of the world writes it so.
      const closes = this.text[this.at] === ']' || this.text[this.at] === '}';
      if (this.at - start < indent + (closes ? 0 : 1)) this.giveUp();
    }
  }

  /** Moves over the rest of the line when it holds no more than a comment. */
  endsLine(): boolean {
    const text = this.text;
    let at = this.at;
    while (text.charCodeAt(at) === 32) at += 1;
    if (text.charCodeAt(at) === 35 && text.charCodeAt(at - 1) === 32) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    }
    if (at < text.length && text.charCodeAt(at) !== 10) return false;
    this.at = Math.min(at + 1, text.length);
    return true;
  }

  string(offset: number, text: string): Scalar {
    return this.scalar(offset, { value: text, text });
  }

  scalar(offset: number, { value, text }: Pick<Scalar, 'value' | 'text'>): Scalar {
    this.count(1);
    return { kind: 'scalar', source: this.source, offset, value, text, tag: undefined };
  }

  enter(): void {
    this.count(1);
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) this.giveUp();
  }

  /** Marks the end of a collection that was entered. */
  leave(): void {
    this.#depth -= 1;
  }

  count(nodes: number): void {
    this.nodes += nodes;
    if (this.nodes > this.#limits.nodes) this.giveUp();
  }

  columnHere(): number {
    return this.at - (this.text.lastIndexOf('\n', this.at - 1) + 1);
  }

  skipSpaces(): void {
    while (this.text.charCodeAt(this.at) === 32) this.at += 1;
  }

  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  giveUp(): never {
    throw GIVE_UP;
  }
}

function unescapeOne(_whole: string, letter: string): string {
  return escapes[letter] ?? letter;
}
