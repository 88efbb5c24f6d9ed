import { BLOCK_PLAIN, EverydayCursor, type EverydayLimits, GIVE_UP } from './everyday-cursor.ts';
import { resolvePlain } from './scalars.ts';
import type { Source } from './source.ts';
import type { Entry, MergeTag, Node } from './tree.ts';

/**
 * Reads the YAML that people write every day, in one pass and without the YAML library, which takes longer to load than
 * such a file takes to read. It gives up (undefined) on everything else and on everything wrong: JSON, block mappings and
 * lists, flow collections, quoted scalars, one-line plain scalars, literal blocks, anchors, aliases and merge keys are
 * its whole language. What it does accept, it reads as the library does.
 */
export function readEverydayYaml(source: Source, limits: EverydayLimits): Node | undefined {
  // Tabs, carriage returns, and marks that only a full parser should judge.
  if (/[\t\r\uFEFF\u0085\u2028\u2029]|^(?:\.\.\.|%|---.)|\n---/m.test(source.text)) return undefined;
  try {
    return new EverydayReader(source, limits).document();
  } catch (error) {
    if (error === GIVE_UP) return undefined;
    throw error;
  }
}

const KEY = /(?:<<|[A-Za-z0-9_.][A-Za-z0-9_./+-]*)(?= *:(?:[ \n]|$))/y;
const QUOTED_KEY = /"[^"\\\n]*"(?= *:(?:[ \n]|$))|'[^'\n]*'(?= *:(?:[ \n]|$))/y;
const ANCHOR = /&([A-Za-z0-9_-]+)(?= |\n|$)/y;
const ALIAS = /\*([A-Za-z0-9_-]+)(?= |\n|$)/y;
const TAG = /!(reset|override)(?= |\n|$)/y;
const LITERAL = /\|([+-]?) *\n/y;

/** The key or dash that a value belongs to. */
interface Owner {
  kind: 'key' | 'dash';
  /** Column of the collection. */
  indent: number;
  at: number;
}

class EverydayReader extends EverydayCursor {
  document(): Node {
    if (this.text.startsWith('---\n')) this.at = 4;
    const indent = this.#nextLine();
    if (indent !== 0) this.giveUp();
    const node = this.text[this.at] === '{' ? this.#json() : this.#blockMapping(0);
    if (this.at < this.text.length) this.giveUp();
    return node;
  }

  /** A document in braces. */
  #json(): Node {
    // It belongs to nothing: its lines may begin at the first column.
    const node = this.inline(-1, BLOCK_PLAIN);
    this.#endLine(-1);
    return node;
  }

  /** Moves to the first character of the next line with content; its column, or -1 at the end. */
  #nextLine(): number {
    const text = this.text;
    for (let start = this.at; start < text.length; ) {
      let at = start;
      while (text.charCodeAt(at) === 32) at += 1;
      if (at >= text.length) break;
      const first = text.charCodeAt(at);
      if (first !== 10 && first !== 35) {
        this.at = at;
        return at - start;
      }
      const end = text.indexOf('\n', at);
      if (end === -1) break;
      start = end + 1;
    }
    this.at = text.length;
    return -1;
  }

  /** The column of the next line with content, without moving. */
  #peekLine(): number {
    const at = this.at;
    const column = this.#nextLine();
    this.at = at;
    return column;
  }

  #blockMapping(indent: number): Node {
    this.enter();
    const offset = this.at;
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    for (;;) {
      const keyAt = this.at;
      const quoted = this.match(QUOTED_KEY);
      const name = quoted === undefined ? this.match(KEY) : quoted.slice(1, -1);
      if (name === undefined) this.giveUp();
      // Numbers and the like are no keys: the library says so with their place.
      if (quoted === undefined && typeof resolvePlain(name).value !== 'string') this.giveUp();
      this.at = this.text.indexOf(':', this.at) + 1;
      const value = this.#blockValue({ kind: 'key', indent, at: keyAt });
      if (name === '<<' && quoted === undefined) merged.push(value);
      else if (entries.has(name)) this.giveUp();
      else entries.set(name, { key: { source: this.source, offset: keyAt }, value });
      if (this.at >= this.text.length) break;
      const column = this.columnHere();
      if (column > indent) this.giveUp();
      if (column < indent) break;
    }
    for (const layer of merged) this.#mergeKey(layer, entries);
    this.leave();
    return { kind: 'mapping', source: this.source, offset, entries, tag: undefined };
  }

  #blockSequence(indent: number): Node {
    this.enter();
    const offset = this.at;
    const items: Node[] = [];
    for (;;) {
      const dashAt = this.at;
      const next = this.text.charCodeAt(dashAt + 1);
      if (this.text.charCodeAt(dashAt) !== 45 || !(next === 32 || next === 10 || Number.isNaN(next))) break;
      this.at += 1;
      items.push(this.#blockValue({ kind: 'dash', indent, at: dashAt }));
      if (this.at >= this.text.length) break;
      const column = this.columnHere();
      if (column > indent) this.giveUp();
      if (column < indent) break;
    }
    this.leave();
    return { kind: 'sequence', source: this.source, offset, items, tag: undefined };
  }

  /** What stands behind a key or a dash; afterwards the reader is at the next line with content. */
  #blockValue(owner: Owner): Node {
    this.skipSpaces();
    const before = this.nodes;
    const { tag, anchor } = this.#properties();
    const bare = tag === undefined && anchor === undefined;
    let read: Node;
    if (!this.endsLine()) read = bare ? this.#bareOnLine(owner) : this.#onLine(owner);
    else
      read = this.#below(owner) ?? (bare ? this.scalar(owner.at, { value: null, text: '' }) : this.giveUp());
    const node: Node = tag === undefined || read.kind === 'broken' ? read : { ...read, tag };
    if (anchor !== undefined) this.anchors.set(anchor, { node, size: this.nodes - before });
    return node;
  }

  #properties(): { tag?: MergeTag; anchor?: string } {
    const found: { tag?: MergeTag; anchor?: string } = {};
    for (;;) {
      const word = this.match(ANCHOR) ?? this.match(TAG);
      if (word === undefined) return found;
      const name = word.slice(1);
      if (word.startsWith('&') && found.anchor === undefined) found.anchor = name;
      else if (found.tag === undefined && (name === 'reset' || name === 'override')) found.tag = name;
      else this.giveUp();
      this.skipSpaces();
    }
  }

  /** A block collection in the lines below its key or dash; undefined when there is none. */
  #below({ kind, indent }: Owner): Node | undefined {
    const column = this.#nextLine();
    if (column > indent) return this.#collectionAt(column) ?? this.giveUp();
    const dash = this.text.charCodeAt(this.at) === 45 && this.text.charCodeAt(this.at + 1) === 32;
    return kind === 'key' && column === indent && dash ? this.#blockSequence(indent) : undefined;
  }

  /** What may stand on the line of its key or dash when it has no anchor and no tag. */
  #bareOnLine(owner: Owner): Node {
    const alias = this.match(ALIAS);
    if (alias !== undefined) {
      const target = this.anchors.get(alias.slice(1)) ?? this.giveUp();
      this.count(target.size);
      this.#endLine(owner.indent);
      return target.node;
    }
    const compact = owner.kind === 'dash' ? this.#collectionAt(this.columnHere()) : undefined;
    return compact ?? this.#onLine(owner);
  }

  #onLine({ indent }: Owner): Node {
    // An alias with a tag or an anchor is none.
    if (this.#startsKey() || this.text[this.at] === '*') this.giveUp();
    const literal = this.#literalStart();
    if (literal !== undefined) return this.#literal(indent, literal);
    const node = this.inline(indent, BLOCK_PLAIN);
    this.#endLine(indent);
    return node;
  }

  /** The block collection that starts here. */
  #collectionAt(column: number): Node | undefined {
    if (this.#startsKey()) return this.#blockMapping(column);
    const next = this.text.charCodeAt(this.at + 1);
    if (this.text.charCodeAt(this.at) === 45 && (next === 32 || next === 10))
      return this.#blockSequence(column);
    return undefined;
  }

  #startsKey(): boolean {
    QUOTED_KEY.lastIndex = this.at;
    KEY.lastIndex = this.at;
    return KEY.test(this.text) || QUOTED_KEY.test(this.text);
  }

  #literalStart(): string | undefined {
    LITERAL.lastIndex = this.at;
    const match = LITERAL.exec(this.text);
    if (match === null) return undefined;
    return match[1] ?? '';
  }

  /** `|`: the lines as they stand, without their indentation. */
  #literal(indent: number, chomp: string): Node {
    const offset = this.at;
    this.at = this.text.indexOf('\n', offset) + 1;
    const width = this.#peekContent();
    if (width <= indent) this.giveUp();
    const lines: string[] = [];
    while (this.at < this.text.length) {
      const end = this.text.indexOf('\n', this.at);
      const line = this.text.slice(this.at, end === -1 ? this.text.length : end);
      if (line.trim() === '') {
        // Blank lines of other widths, and a last line without an end, are for the library.
        if (line !== '' && line.length > width) this.giveUp();
        lines.push('');
      } else {
        const column = line.length - line.trimStart().length;
        if (column < width) break;
        lines.push(line.slice(width));
      }
      if (end === -1) this.giveUp();
      this.at = end + 1;
    }
    let blank = 0;
    while (lines.at(-1) === '') {
      lines.pop();
      blank += 1;
    }
    // Comments behind a block are told from its content by their indentation only.
    const text = `${lines.join('\n')}${chomp === '-' ? '' : '\n'}${chomp === '+' ? '\n'.repeat(blank) : ''}`;
    const column = this.#peekLine();
    if (column > indent) this.giveUp();
    this.#nextLine();
    return this.string(offset, text);
  }

  /** The column of the first line that is not blank. */
  #peekContent(): number {
    let start = this.at;
    for (;;) {
      const end = this.text.indexOf('\n', start);
      const line = this.text.slice(start, end === -1 ? this.text.length : end);
      if (line.trim() !== '') return line.length - line.trimStart().length;
      if (line !== '' || end === -1) this.giveUp();
      start = end + 1;
    }
  }

  #mergeKey(value: Node, entries: Map<string, Entry>): void {
    for (const layer of value.kind === 'sequence' ? value.items : [value]) {
      if (layer.kind !== 'mapping') this.giveUp();
      for (const [name, entry] of layer.entries) if (!entries.has(name)) entries.set(name, entry);
    }
  }

  /** Nothing but a comment may follow on this line, and the value may not go on in the next. */
  #endLine(indent: number): void {
    if (!this.endsLine()) this.giveUp();
    if (this.#nextLine() > indent) this.giveUp();
  }
}
