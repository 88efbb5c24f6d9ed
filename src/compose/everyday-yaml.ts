import { resolvePlain } from './scalars.ts';
import type { Source } from './source.ts';
import type { Entry, MergeTag, Node, Scalar } from './tree.ts';

/**
 * Reads the YAML that people write every day, in one pass and without the YAML library, which takes longer to load than
 * such a file takes to read. It gives up (undefined) on everything else and on everything wrong: block mappings and
 * lists, flow collections, quoted scalars, one-line plain scalars, literal blocks, anchors, aliases and merge keys are
 * its whole language. What it does accept, it reads as the library does.
 */
export function readEverydayYaml(source: Source, limits: { depth: number; nodes: number }): Node | undefined {
  // Tabs, carriage returns, and marks that only a full parser should judge.
  if (/[\t\r\uFEFF\u0085\u2028\u2029]|^(?:\.\.\.|%|---.)|\n---/m.test(source.text)) return undefined;
  try {
    return new EverydayReader(source, limits).document();
  } catch (error) {
    if (error === GIVE_UP) return undefined;
    throw error;
  }
}

const GIVE_UP: unique symbol = Symbol('not everyday YAML');

const KEY = /(?:<<|[A-Za-z0-9_.][A-Za-z0-9_./+-]*)(?= *:(?:[ \n]|$))/y;
const QUOTED_KEY = /"[^"\\\n]*"(?= *:(?:[ \n]|$))|'[^'\n]*'(?= *:(?:[ \n]|$))/y;
const ANCHOR = /&([A-Za-z0-9_-]+)(?= |\n|$)/y;
const ALIAS = /\*([A-Za-z0-9_-]+)(?= |\n|$)/y;
const FLOW_ALIAS = /\*([A-Za-z0-9_-]+)(?=[ ,\]}\n])/y;
const TAG = /!(reset|override)(?= |\n|$)/y;
const LITERAL = /\|([+-]?) *\n/y;
const BLOCK_PLAIN =
  /[^\s\-?:,[\]{}#&*!|>'"%@`](?:[^\n#:]|:(?=[^\s])|(?<=[^ ])#)*|[-?:](?=[^\s])(?:[^\n#:]|:(?=[^\s])|(?<=[^ ])#)*/y;
const FLOW_PLAIN =
  /[^\s\-?:,[\]{}#&*!|>'"%@`](?:[^\n#:,[\]{}]|:(?=[^\s,[\]{}])|(?<=[^ ])#)*|-(?=[^\s,[\]{}])(?:[^\n#:,[\]{}]|:(?=[^\s,[\]{}])|(?<=[^ ])#)*/y;
const DOUBLE = /"((?:[^"\\\n]|\\[\\"/nt])*)"/y;
const SINGLE = /'((?:[^'\n]|'')*)'/y;

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '"': '"', '/': '/' };

class EverydayReader {
  readonly #source: Source;
  readonly #text: string;
  readonly #limits: { depth: number; nodes: number };
  readonly #anchors = new Map<string, { node: Node; size: number }>();
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(source: Source, limits: { depth: number; nodes: number }) {
    this.#source = source;
    this.#text = source.text;
    this.#limits = limits;
  }

  document(): Node {
    if (this.#text.startsWith('---\n')) this.#at = 4;
    const indent = this.#nextLine();
    if (indent !== 0) this.#giveUp();
    const node = this.#blockMapping(0);
    if (this.#at < this.#text.length) this.#giveUp();
    return node;
  }

  /** Moves to the first character of the next line with content; its column, or -1 at the end. */
  #nextLine(): number {
    const text = this.#text;
    for (let start = this.#at; start < text.length; ) {
      let at = start;
      while (text.charCodeAt(at) === 32) at += 1;
      if (at >= text.length) break;
      const first = text.charCodeAt(at);
      if (first !== 10 && first !== 35) {
        this.#at = at;
        return at - start;
      }
      const end = text.indexOf('\n', at);
      if (end === -1) break;
      start = end + 1;
    }
    this.#at = text.length;
    return -1;
  }

  /** The column of the next line with content, without moving. */
  #peekLine(): number {
    const at = this.#at;
    const column = this.#nextLine();
    this.#at = at;
    return column;
  }

  #blockMapping(indent: number): Node {
    this.#enter();
    const offset = this.#at;
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    for (;;) {
      const keyAt = this.#at;
      const quoted = this.#match(QUOTED_KEY);
      const name = quoted === undefined ? this.#match(KEY) : quoted.slice(1, -1);
      if (name === undefined) this.#giveUp();
      this.#at = this.#text.indexOf(':', this.#at) + 1;
      const value = this.#blockValue(indent, keyAt, true);
      if (name === '<<' && quoted === undefined) merged.push(value);
      else if (entries.has(name)) this.#giveUp();
      else entries.set(name, { key: { source: this.#source, offset: keyAt }, value });
      if (this.#at >= this.#text.length) break;
      const column = this.#columnHere();
      if (column > indent) this.#giveUp();
      if (column < indent) break;
    }
    for (const layer of merged) this.#mergeKey(layer, entries);
    this.#depth -= 1;
    return { kind: 'mapping', source: this.#source, offset, entries, tag: undefined };
  }

  #blockSequence(indent: number): Node {
    this.#enter();
    const offset = this.#at;
    const items: Node[] = [];
    for (;;) {
      const dashAt = this.#at;
      const next = this.#text.charCodeAt(dashAt + 1);
      if (this.#text.charCodeAt(dashAt) !== 45 || !(next === 32 || next === 10 || Number.isNaN(next))) break;
      this.#at += 1;
      items.push(this.#blockValue(indent, dashAt, false));
      if (this.#at >= this.#text.length) break;
      const column = this.#columnHere();
      if (column > indent) this.#giveUp();
      if (column < indent) break;
    }
    this.#depth -= 1;
    return { kind: 'sequence', source: this.#source, offset, items, tag: undefined };
  }

  /**
   * What stands behind a key or a dash; afterwards the reader is at the next line with content. `indent` is the column of
   * the collection that it belongs to.
   */
  #blockValue(indent: number, ownerAt: number, ofKey: boolean): Node {
    this.#skipSpaces();
    let tag: MergeTag | undefined;
    let anchor: string | undefined;
    const before = this.#nodes;
    for (;;) {
      const word = this.#match(ANCHOR) ?? this.#match(TAG);
      if (word === undefined) break;
      if (word.startsWith('&')) anchor = anchor === undefined ? word.slice(1) : this.#giveUp();
      else tag = tag === undefined ? (word.slice(1) as MergeTag) : this.#giveUp();
      this.#skipSpaces();
    }
    const read = this.#blockContent(indent, ownerAt, ofKey, anchor !== undefined || tag !== undefined);
    const node: Node = tag === undefined || read.kind === 'broken' ? read : { ...read, tag };
    if (anchor !== undefined) this.#anchors.set(anchor, { node, size: this.#nodes - before });
    return node;
  }

  #blockContent(indent: number, ownerAt: number, ofKey: boolean, hasProperties: boolean): Node {
    if (this.#endsLine()) {
      const column = this.#nextLine();
      if (column > indent) return this.#blockNode(column);
      const dash = this.#text.charCodeAt(this.#at) === 45 && this.#text.charCodeAt(this.#at + 1) === 32;
      if (ofKey && column === indent && dash) return this.#blockSequence(indent);
      if (hasProperties) this.#giveUp();
      return this.#scalar(ownerAt, { value: null, text: '' });
    }
    const alias = hasProperties ? undefined : this.#match(ALIAS);
    if (alias !== undefined) {
      const target = this.#anchors.get(alias.slice(1)) ?? this.#giveUp();
      this.#count(target.size);
      this.#endLine(indent);
      return target.node;
    }
    // A mapping or a list may start on the line of its dash, but not on the line of a key or behind an anchor.
    if (!ofKey && !hasProperties) {
      const compact = this.#compact();
      if (compact !== undefined) return compact;
    } else if (this.#startsKey()) this.#giveUp();
    const literal = this.#literalStart();
    if (literal !== undefined) return this.#literal(indent, literal);
    const node = this.#inline(indent, BLOCK_PLAIN);
    this.#endLine(indent);
    return node;
  }

  /** A block collection or a scalar on a line of its own. */
  #blockNode(column: number): Node {
    const compact = this.#compactAt(column);
    if (compact !== undefined) return compact;
    return this.#giveUp();
  }

  #compact(): Node | undefined {
    return this.#compactAt(this.#columnHere());
  }

  #compactAt(column: number): Node | undefined {
    if (this.#startsKey()) return this.#blockMapping(column);
    const next = this.#text.charCodeAt(this.#at + 1);
    if (this.#text.charCodeAt(this.#at) === 45 && (next === 32 || next === 10))
      return this.#blockSequence(column);
    return undefined;
  }

  #startsKey(): boolean {
    QUOTED_KEY.lastIndex = this.#at;
    KEY.lastIndex = this.#at;
    return KEY.test(this.#text) || QUOTED_KEY.test(this.#text);
  }

  /** A flow collection or a scalar of one line. */
  #inline(indent: number, plain: RegExp): Node {
    const offset = this.#at;
    switch (this.#text[offset]) {
      case '"': {
        const quoted = this.#match(DOUBLE) ?? this.#giveUp();
        const inner = quoted.slice(1, -1);
        return this.#string(offset, inner.includes('\\') ? inner.replace(/\\(.)/g, unescapeOne) : inner);
      }
      case "'": {
        const quoted = this.#match(SINGLE) ?? this.#giveUp();
        return this.#string(offset, quoted.slice(1, -1).replaceAll("''", "'"));
      }
      case '[':
        return this.#flowSequence(indent);
      case '{':
        return this.#flowMapping(indent);
      case '*': {
        const name = (this.#match(FLOW_ALIAS) ?? this.#giveUp()).slice(1);
        const target = this.#anchors.get(name) ?? this.#giveUp();
        this.#count(target.size);
        return target.node;
      }
    }
    const text = (this.#match(plain) ?? this.#giveUp()).trimEnd();
    return this.#scalar(offset, resolvePlain(text));
  }

  #flowSequence(indent: number): Node {
    this.#enter();
    const offset = this.#at;
    const items: Node[] = [];
    this.#at += 1;
    for (this.#skipFlow(indent); this.#text[this.#at] !== ']'; this.#skipFlow(indent)) {
      items.push(this.#inline(indent, FLOW_PLAIN));
      this.#separator(indent, ']');
    }
    this.#at += 1;
    this.#depth -= 1;
    return { kind: 'sequence', source: this.#source, offset, items, tag: undefined };
  }

  #flowMapping(indent: number): Node {
    this.#enter();
    const offset = this.#at;
    const entries = new Map<string, Entry>();
    this.#at += 1;
    for (this.#skipFlow(indent); this.#text[this.#at] !== '}'; this.#skipFlow(indent)) {
      const key = this.#inline(indent, FLOW_PLAIN);
      if (key.kind !== 'scalar' || key.text === '<<') this.#giveUp();
      const name = this.#text.slice(key.offset, this.#at).trimEnd();
      const text = typeof key.value === 'string' ? key.value : name;
      if (this.#text[this.#at] !== ':' || !/[ \n]/.test(this.#text[this.#at + 1] ?? '')) this.#giveUp();
      this.#at += 1;
      this.#skipFlow(indent);
      const ends = this.#text[this.#at] === ',' || this.#text[this.#at] === '}';
      const value = ends
        ? this.#scalar(key.offset, { value: null, text: '' })
        : this.#inline(indent, FLOW_PLAIN);
      if (entries.has(text)) this.#giveUp();
      entries.set(text, { key: { source: this.#source, offset: key.offset }, value });
      this.#separator(indent, '}');
    }
    this.#at += 1;
    this.#depth -= 1;
    return { kind: 'mapping', source: this.#source, offset, entries, tag: undefined };
  }

  #separator(indent: number, close: string): void {
    this.#skipFlow(indent);
    if (this.#text[this.#at] === ',') this.#at += 1;
    else if (this.#text[this.#at] !== close) this.#giveUp();
  }

  /** White space inside a flow collection; its lines are indented more than what it belongs to. */
  #skipFlow(indent: number): void {
    this.#skipSpaces();
    while (this.#text.charCodeAt(this.#at) === 10) {
      this.#at += 1;
      const start = this.#at;
      this.#skipSpaces();
      // A closing bracket may stand right below the key: half of the world writes it so.
      const closes = this.#text[this.#at] === ']' || this.#text[this.#at] === '}';
      if (this.#at - start < indent + (closes ? 0 : 1)) this.#giveUp();
    }
  }

  #literalStart(): string | undefined {
    LITERAL.lastIndex = this.#at;
    const match = LITERAL.exec(this.#text);
    if (match === null) return undefined;
    return match[1] ?? '';
  }

  /** `|`: the lines as they stand, without their indentation. */
  #literal(indent: number, chomp: string): Node {
    const offset = this.#at;
    this.#at = this.#text.indexOf('\n', offset) + 1;
    const width = this.#peekContent();
    if (width <= indent) this.#giveUp();
    const lines: string[] = [];
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf('\n', this.#at);
      const line = this.#text.slice(this.#at, end === -1 ? this.#text.length : end);
      if (line.trim() === '') {
        // Blank lines of other widths, and a last line without an end, are for the library.
        if (line !== '' && line.length > width) this.#giveUp();
        lines.push('');
      } else {
        const column = line.length - line.trimStart().length;
        if (column < width) break;
        lines.push(line.slice(width));
      }
      if (end === -1) this.#giveUp();
      this.#at = end + 1;
    }
    let blank = 0;
    while (lines.at(-1) === '') {
      lines.pop();
      blank += 1;
    }
    // Comments behind a block are told from its content by their indentation only.
    const text = `${lines.join('\n')}${chomp === '-' ? '' : '\n'}${chomp === '+' ? '\n'.repeat(blank) : ''}`;
    const column = this.#peekLine();
    if (column > indent) this.#giveUp();
    this.#nextLine();
    return this.#string(offset, text);
  }

  /** The column of the first line that is not blank. */
  #peekContent(): number {
    let start = this.#at;
    for (;;) {
      const end = this.#text.indexOf('\n', start);
      const line = this.#text.slice(start, end === -1 ? this.#text.length : end);
      if (line.trim() !== '') return line.length - line.trimStart().length;
      if (line !== '' || end === -1) this.#giveUp();
      start = end + 1;
    }
  }

  #mergeKey(value: Node, entries: Map<string, Entry>): void {
    for (const layer of value.kind === 'sequence' ? value.items : [value]) {
      if (layer.kind !== 'mapping') this.#giveUp();
      for (const [name, entry] of layer.entries) if (!entries.has(name)) entries.set(name, entry);
    }
  }

  /** Nothing but a comment may follow on this line, and the value may not go on in the next. */
  #endLine(indent: number): void {
    if (!this.#endsLine()) this.#giveUp();
    if (this.#nextLine() > indent) this.#giveUp();
  }

  /** Moves over the rest of the line when it holds no more than a comment. */
  #endsLine(): boolean {
    const text = this.#text;
    let at = this.#at;
    while (text.charCodeAt(at) === 32) at += 1;
    if (text.charCodeAt(at) === 35 && text.charCodeAt(at - 1) === 32) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    }
    if (at < text.length && text.charCodeAt(at) !== 10) return false;
    this.#at = Math.min(at + 1, text.length);
    return true;
  }

  #string(offset: number, text: string): Scalar {
    return this.#scalar(offset, { value: text, text });
  }

  #scalar(offset: number, { value, text }: Pick<Scalar, 'value' | 'text'>): Scalar {
    this.#count(1);
    return { kind: 'scalar', source: this.#source, offset, value, text, tag: undefined };
  }

  #enter(): void {
    this.#count(1);
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) this.#giveUp();
  }

  #count(nodes: number): void {
    this.#nodes += nodes;
    if (this.#nodes > this.#limits.nodes) this.#giveUp();
  }

  #columnHere(): number {
    return this.#at - (this.#text.lastIndexOf('\n', this.#at - 1) + 1);
  }

  #skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === 32) this.#at += 1;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #giveUp(): never {
    throw GIVE_UP;
  }
}

function unescapeOne(_whole: string, letter: string): string {
  return escapes[letter] ?? letter;
}
