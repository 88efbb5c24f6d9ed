import { WherryError } from '../core/errors.ts';
import { Source } from './source.ts';
import { type Lookup, substitute, TemplateFault } from './template.ts';

export interface DotenvOptions {
  /** Name of the file, for messages. */
  file: string;
  /** Variables that win over those of the file, in `${…}` and for a key without a value. */
  lookup?: Lookup;
  /** Variables of earlier files; those of this one are added to it. */
  into?: Map<string, string>;
  /** Called for each variable in a value that is set nowhere. */
  onUnset?: ((name: string, line: number) => void) | undefined;
}

/**
 * Reads a `.env` file by the peer's grammar: `KEY=value`, `export`, `KEY: value`, unquoted values up to ` #`, single
 * quotes literal, double quotes with escapes, both over several lines, `${…}` outside single quotes, and a bare `KEY`
 * that takes its value from `lookup`. Fails with `INVALID`, naming file and line.
 */
export function parseDotenv(text: string, options: DotenvOptions): Map<string, string> {
  return new DotenvReader(text.replace(/^\uFEFF/, ''), options).read();
}

/** Reads an env file of format `raw`: every line is `KEY=value`, taken literally. */
export function parseRawEnv(text: string, options: DotenvOptions): Map<string, string> {
  const variables = options.into ?? new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const at = line.indexOf('=');
    if (at > 0) variables.set(line.slice(0, at).trim(), line.slice(at + 1));
    else {
      const name = line.trim();
      const inherited = options.lookup?.(name);
      if (inherited !== undefined) variables.set(name, inherited);
    }
  }
  return variables;
}

const BLANK = /[\t\v\f\r \u0085\u00A0]*/y;
const EXPORT = /export\s+/y;
const KEY_CHARACTER = /[\p{L}\p{N}_.\-[\]]/u;
const ESCAPE = /\\([abcfnrtv$"\\]|0\d{0,3})/g;
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  // `$$` is what substitution turns into one dollar sign.
  $: '$$',
};

class DotenvReader {
  readonly #text: string;
  readonly #options: DotenvOptions;
  readonly #variables: Map<string, string>;
  #at = 0;
  #source: Source | undefined;

  constructor(text: string, options: DotenvOptions) {
    this.#text = text;
    this.#options = options;
    this.#variables = options.into ?? new Map<string, string>();
  }

  read(): Map<string, string> {
    while (this.#toStatement()) {
      const start = this.#at;
      const key = this.#key();
      if (key.name.includes(' ')) throw this.#fault(`"${key.name}": a key cannot contain a space`, start);
      if (key.bare) {
        const inherited = this.#options.lookup?.(key.name);
        if (inherited !== undefined) this.#variables.set(key.name, inherited);
      } else {
        this.#variables.set(key.name, this.#value());
      }
    }
    return this.#variables;
  }

  /** Moves over white space and comments; false at the end. */
  #toStatement(): boolean {
    for (;;) {
      while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
      if (this.#at >= this.#text.length) return false;
      if (this.#text[this.#at] !== '#') return true;
      this.#at = this.#endOfLine();
    }
  }

  #key(): { name: string; bare: boolean } {
    EXPORT.lastIndex = this.#at;
    this.#at += EXPORT.exec(this.#text)?.[0].length ?? 0;
    const start = this.#at;
    let at = start;
    while (at < this.#text.length) {
      const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
      if (character === '=' || character === ':' || character === '\n') break;
      if (!KEY_CHARACTER.test(character) && !/[\t\v\f\r \u0085\u00A0]/.test(character)) {
        const line = this.#text.slice(start, this.#endOfLine());
        throw this.#fault(`unexpected character "${character}" in the variable name "${line}"`, at);
      }
      at += character.length;
    }
    const bare = at >= this.#text.length || this.#text[at] === '\n';
    this.#at = at + 1;
    BLANK.lastIndex = this.#at;
    this.#at += BLANK.exec(this.#text)?.[0].length ?? 0;
    return { name: this.#text.slice(start, at).trimEnd(), bare };
  }

  #value(): string {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#quoted(quote);
    const end = this.#endOfLine();
    const start = this.#at;
    let value = this.#text.slice(start, end);
    const comment = value.indexOf(' #');
    if (comment !== -1) value = value.slice(0, comment);
    this.#at = end + 1;
    return this.#expand(value.trimEnd(), start);
  }

  #quoted(quote: '"' | "'"): string {
    const start = this.#at;
    let value = '';
    let escaped = false;
    for (let at = start + 1; at < this.#text.length; at++) {
      const character = this.#text[at] ?? '';
      if (character === quote && !escaped) {
        this.#at = at + 1;
        return quote === '"' ? this.#expand(withEscapes(value), start) : value;
      }
      if (character === '\\' && !escaped) {
        escaped = true;
        continue;
      }
      if (escaped && character !== quote) value += '\\';
      escaped = false;
      value += character;
    }
    // The value may be a secret: it is not shown.
    throw this.#fault('the quoted value does not end', start);
  }

  #expand(value: string, at: number): string {
    const lookup = (name: string): string | undefined =>
      this.#options.lookup?.(name) ?? this.#variables.get(name);
    try {
      return substitute(value, {
        lookup,
        onUnset: (name) => this.#options.onUnset?.(name, this.#lineOf(at)),
      });
    } catch (error) {
      if (error instanceof TemplateFault) throw this.#fault(error.message, at, error.hint);
      throw error;
    }
  }

  #lineOf(at: number): number {
    this.#source ??= new Source(this.#options.file, this.#text);
    return this.#source.position(at).line;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #fault(message: string, at: number, hint?: string): WherryError {
    const line = this.#lineOf(at);
    const details = { file: this.#options.file, line };
    return new WherryError('INVALID', `${this.#options.file}:${line}: ${message}`, { details, hint });
  }
}

function withEscapes(value: string): string {
  return value.replace(ESCAPE, (whole, kind: string) => {
    if (kind.startsWith('0'))
      return kind.length === 4 ? String.fromCodePoint(Number.parseInt(kind, 8)) : whole;
    return ESCAPED[kind] ?? whole;
  });
}
