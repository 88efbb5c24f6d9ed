import type * as Yaml from 'yaml';
import { readEverydayYaml } from './everyday-yaml.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { resolvePlain } from './scalars.ts';
import type { Source } from './source.ts';
import { child, type Entry, formatPath, type MergeTag, type Node, type Path, type Place } from './tree.ts';

/** Bounds that no honest compose file meets; they keep a hostile one from eating the machine. */
export interface YamlLimits {
  /** Characters of one file. Default: 8 Mi. */
  size: number;
  /** Mappings and lists inside each other. Default: 64. */
  depth: number;
  /** Values after every alias is expanded. Default: 500 000. */
  nodes: number;
}

export const defaultYamlLimits: Readonly<YamlLimits> = { size: 8 * 1024 * 1024, depth: 64, nodes: 500_000 };

export interface ParsedYaml {
  /** The root of each document that is not empty. */
  documents: Node[];
  problems: Problem[];
}

/**
 * Reads YAML into a tree of values with positions: anchors, aliases, merge keys (`<<`) and the tags `!reset` and
 * `!override` resolved, duplicate keys and hostile sizes reported. Never throws for what the text holds.
 */
export async function parseYaml(
  source: Source,
  limits: Readonly<YamlLimits> = defaultYamlLimits,
): Promise<ParsedYaml> {
  const binary = source.text.search(control);
  if (binary !== -1) return { documents: [], problems: [controlCharacter(source, binary)] };
  const everyday = source.text.length > limits.size ? undefined : readEverydayYaml(source, limits);
  if (everyday !== undefined) return { documents: [everyday], problems: [] };
  return await parseAnyYaml(source, limits);
}

/** What YAML lets no text have. */
const control = /[^\t\n\r\x20-\uffff]/;

function controlCharacter(source: Source, at: number): Problem {
  const code = source.text.charCodeAt(at).toString(16).padStart(2, '0');
  return {
    code: 'yaml',
    severity: 'error',
    message: `a control character (0x${code}) stands here, which YAML has only as an escape in double quotes`,
    file: source.name,
    ...source.position(at),
    path: '',
    hint: 'is this a text file?',
  };
}

/** As {@link parseYaml}, always by the YAML library. */
export async function parseAnyYaml(source: Source, limits: Readonly<YamlLimits>): Promise<ParsedYaml> {
  const yaml = await import('yaml');
  return new YamlReader(yaml, source, limits).read();
}

const tooLarge = 'compose files are written by hand; is this one?';

class YamlReader {
  readonly #yaml: typeof Yaml;
  readonly #source: Source;
  readonly #limits: Readonly<YamlLimits>;
  readonly #problems: Problem[] = [];
  /** Anchors met so far in this document; `undefined` while the anchored value is still being read. */
  #anchors = new Map<string, Node | undefined>();
  /** How many values a node stands for once its aliases are expanded. */
  readonly #sizes = new Map<Node, number>();
  #expanded = 0;

  constructor(yaml: typeof Yaml, source: Source, limits: Readonly<YamlLimits>) {
    this.#yaml = yaml;
    this.#source = source;
    this.#limits = limits;
  }

  read(): ParsedYaml {
    const { text } = this.#source;
    if (text.length > this.#limits.size) {
      this.#report(
        'limit',
        `the file has more than ${this.#limits.size} characters`,
        undefined,
        undefined,
        tooLarge,
      );
      return { documents: [], problems: this.#problems };
    }
    const tokens = Array.from(new this.#yaml.Parser().parse(text));
    const tooDeep = findTooDeep(tokens, this.#limits.depth);
    if (tooDeep !== undefined) {
      const message = `more than ${this.#limits.depth} mappings and lists inside each other`;
      this.#report('limit', message, tooDeep, undefined, tooLarge);
      return { documents: [], problems: this.#problems };
    }
    const composer = new this.#yaml.Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false });
    const documents: Node[] = [];
    for (const document of composer.compose(tokens, false, text.length)) {
      const node = this.#document(document, tokens);
      if (node !== undefined) documents.push(node);
    }
    return { documents, problems: this.#problems };
  }

  #document(document: Yaml.Document.Parsed, tokens: readonly Yaml.CST.Token[]): Node | undefined {
    for (const error of document.errors) this.#reportError(error, tokens);
    if (document.errors.length > 0 || document.contents === null) return undefined;
    this.#anchors = new Map();
    this.#expanded = 0;
    const node = this.#node(document.contents, undefined);
    if (this.#expanded > this.#limits.nodes) {
      this.#report('limit', `the aliases expand to more than ${this.#limits.nodes} values`, node.offset);
      return undefined;
    }
    return node.kind === 'scalar' && node.value === null ? undefined : node;
  }

  #node(node: Yaml.ParsedNode, path: Path | undefined): Node {
    if (this.#yaml.isAlias(node)) return this.#alias(node, path);
    const anchor = node.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const before = this.#expanded;
    const read = this.#content(node, path);
    if (anchor !== undefined) {
      this.#anchors.set(anchor, read);
      this.#sizes.set(read, this.#expanded - before);
    }
    return read;
  }

  #content(
    node: Yaml.Scalar.Parsed | Yaml.YAMLMap.Parsed | Yaml.YAMLSeq.Parsed,
    path: Path | undefined,
  ): Node {
    this.#expanded += 1;
    const place: Place = { source: this.#source, offset: node.range[0] };
    const tag = this.#mergeTag(node, path);
    if (this.#yaml.isMap(node)) return { ...place, kind: 'mapping', entries: this.#entries(node, path), tag };
    if (this.#yaml.isSeq(node)) {
      const items = node.items.map((item, index) => this.#node(item, child(path, index)));
      return { ...place, kind: 'sequence', items, tag };
    }
    const text = typeof node.value === 'string' ? node.value : '';
    const plain = node.type === 'PLAIN' || node.type === undefined;
    if (!plain || node.tag === 'tag:yaml.org,2002:str')
      return { ...place, kind: 'scalar', value: text, text, tag };
    return { ...place, kind: 'scalar', ...resolvePlain(text), tag };
  }

  #entries(map: Yaml.YAMLMap.Parsed, path: Path | undefined): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    const merged: Node[] = [];
    for (const pair of map.items) {
      const { key } = pair;
      if (!this.#yaml.isScalar(key)) {
        this.#report('yaml', 'a key must be plain text', key.range[0], path);
        continue;
      }
      const name = String(key.value ?? '');
      const at = child(path, name);
      const place: Place = { source: this.#source, offset: key.range[0] };
      const value: Node =
        pair.value === null
          ? { ...place, kind: 'scalar', value: null, text: '' }
          : this.#node(pair.value, at);
      if (name === '<<' && key.type === 'PLAIN') {
        merged.push(value);
        continue;
      }
      const plain = key.type === 'PLAIN' && key.tag === undefined ? resolvePlain(name).value : name;
      if (typeof plain !== 'string') {
        this.#report('yaml', `a key must be text, "${name}" is none`, key.range[0], at, 'put it in quotes');
        continue;
      }
      const first = entries.get(name);
      if (first !== undefined) {
        const { line } = this.#source.position(first.key.offset);
        this.#report('duplicate-key', `the key stands twice, first in line ${line}`, key.range[0], at);
        continue;
      }
      entries.set(name, { key: place, value });
    }
    for (const value of merged) this.#mergeKey(value, entries, path);
    return entries;
  }

  /** `<<`: a mapping, or a list of them, whose keys count where the mapping has none of that name. */
  #mergeKey(value: Node, entries: Map<string, Entry>, path: Path | undefined): void {
    if (value.kind === 'broken') return;
    for (const layer of value.kind === 'sequence' ? value.items : [value]) {
      if (layer.kind !== 'mapping') {
        this.#report('yaml', '"<<" takes a mapping or a list of mappings', value.offset, child(path, '<<'));
        return;
      }
      for (const [name, entry] of layer.entries) if (!entries.has(name)) entries.set(name, entry);
    }
  }

  #alias(node: Yaml.Alias.Parsed, path: Path | undefined): Node {
    const target = this.#anchors.get(node.source);
    if (target !== undefined) {
      this.#expanded += this.#sizes.get(target) ?? 1;
      return target;
    }
    const known = this.#anchors.has(node.source);
    const message = known
      ? `the alias *${node.source} stands inside its own anchor`
      : `there is no anchor &${node.source} above`;
    this.#report('yaml', message, node.range[0], path);
    return { kind: 'broken', source: this.#source, offset: node.range[0] };
  }

  #mergeTag(node: Yaml.ParsedNode, path: Path | undefined): MergeTag | undefined {
    const tag = 'tag' in node ? node.tag : undefined;
    if (tag === undefined || tag.startsWith('tag:yaml.org,2002:') || tag === '!') return undefined;
    if (tag === '!reset') return 'reset';
    if (tag === '!override') return 'override';
    this.#report(
      'yaml',
      `the tag ${tag} is not known`,
      node.range[0],
      path,
      'Compose knows !reset and !override',
    );
    return undefined;
  }

  /** A quote that stays open swallows the rest of the file: the fault is where it opens, not where the file ends. */
  #reportError({ code, message, pos: [end] }: Yaml.YAMLParseError, tokens: readonly Yaml.CST.Token[]): void {
    const isQuote = (token: Yaml.CST.Token): boolean =>
      (token.type === 'double-quoted-scalar' || token.type === 'single-quoted-scalar') &&
      token.offset + token.source.length === end;
    const open = code === 'MISSING_CHAR' ? find(tokens, isQuote) : undefined;
    if (open === undefined) this.#report('yaml', message, end);
    else this.#report('yaml', 'the quote that opens here is never closed', open.offset);
  }

  #report(code: ProblemCode, message: string, offset?: number, path?: Path, hint?: string): void {
    const position = offset === undefined ? { line: 0, column: 0 } : this.#source.position(offset);
    this.#problems.push({
      code,
      severity: 'error',
      message,
      file: this.#source.name,
      ...position,
      path: formatPath(path),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The offset of the first collection below `limit` others. */
function findTooDeep(tokens: readonly Yaml.CST.Token[], limit: number): number | undefined {
  return find(tokens, (_token, depth) => depth > limit)?.offset;
}

/** The first token that `met` says true of. It walks without recursion: deep input must not end the stack. */
function find(
  tokens: readonly Yaml.CST.Token[],
  met: (token: Yaml.CST.Token, depth: number) => boolean,
): Yaml.CST.Token | undefined {
  const pending: { token: Yaml.CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (met(token, depth)) return token;
    if (token.type === 'document') {
      if (token.value !== undefined) pending.push({ token: token.value, depth });
    } else if ('items' in token) {
      for (const item of token.items) {
        if (item.key) pending.push({ token: item.key, depth: depth + 1 });
        if (item.value) pending.push({ token: item.value, depth: depth + 1 });
      }
    }
  }
  return undefined;
}
