import { cleanPath } from './go-path.ts';

/** One pattern, ready to be matched. The kinds are those of moby/patternmatcher: its shortcuts are part of its meaning. */
export interface IgnorePattern {
  /** Without `!`, cleaned. */
  text: string;
  /** It began with `!`. */
  exception: boolean;
  test: (path: string) => boolean;
}

/** Undefined for a pattern that breaks the grammar of Go's `filepath.Match`. */
export function ignorePattern(line: string): IgnorePattern | undefined {
  const cleaned = cleanPath(line.trim());
  const exception = cleaned.startsWith('!');
  const text = exception ? cleaned.slice(1) : cleaned;
  if (text === '' || !isMatchGrammar(text)) return undefined;
  const test = compile(text);
  return test === undefined ? undefined : { text, exception, test };
}

type Kind = 'exact' | 'prefix' | 'suffix' | 'expression';

function compile(text: string): ((path: string) => boolean) | undefined {
  const { kind, source } = translate(text);
  switch (kind) {
    case 'exact':
      return (path) => path === text;
    case 'prefix': {
      const prefix = text.slice(0, -2);
      return (path) => path.startsWith(prefix);
    }
    case 'suffix': {
      const suffix = text.slice(2);
      return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
    }
    case 'expression': {
      let expression: RegExp;
      try {
        expression = new RegExp(`^${source}$`, 'u');
      } catch {
        return undefined;
      }
      return (path) => expression.test(path);
    }
  }
}

function translate(text: string): { kind: Kind; source: string } {
  const characters = [...text];
  let kind: Kind = 'exact';
  let source = '';
  let inClass = false;
  for (let at = 0, step = 0; at < characters.length; at += 1, step += 1) {
    const character = characters[at] ?? '';
    if (inClass) {
      const next = classCharacter(characters, at);
      source += next.source;
      at += next.extra;
      inClass = !next.closes;
    } else if (character === '*' && characters[at + 1] === '*') {
      at += characters[at + 2] === '/' ? 2 : 1;
      if (at === characters.length - 1) {
        if (kind === 'exact') kind = 'prefix';
        else {
          source += '.*';
          kind = 'expression';
        }
      } else {
        source += '(?:.*/)?';
        kind = 'expression';
      }
      if (step === 0) kind = 'suffix';
    } else if (character === '*') {
      source += '[^/]*';
      kind = 'expression';
    } else if (character === '?') {
      source += '[^/]';
      kind = 'expression';
    } else if (character === '\\') {
      at += 1;
      source += literal(characters[at] ?? '\\');
      kind = 'expression';
    } else if (character === '[') {
      inClass = true;
      source += '[';
      kind = 'expression';
      if (characters[at + 1] === '^') {
        source += '^';
        at += 1;
      }
    } else {
      source += literal(character);
    }
  }
  return { kind, source };
}

/** One character inside `[…]`; those that only JavaScript finds special are escaped. */
function classCharacter(
  characters: readonly string[],
  at: number,
): { source: string; extra: number; closes: boolean } {
  const character = characters[at] ?? '';
  if (character === ']') return { source: ']', extra: 0, closes: true };
  if (character === '\\')
    return { source: classLiteral(characters[at + 1] ?? '\\'), extra: 1, closes: false };
  if (character === '-') return { source: '-', extra: 0, closes: false };
  return { source: classLiteral(character), extra: 0, closes: false };
}

function classLiteral(character: string): string {
  return /[\\\]^[&~!#$%*+,.:;<=>?@`|(){}/-]/.test(character) ? escaped(character) : character;
}

function literal(character: string): string {
  return /[.+*?^$()[\]{}|\\/-]/.test(character) ? escaped(character) : character;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Whether Go's `filepath.Match` takes the pattern: classes are closed and not empty, escapes are complete. */
function isMatchGrammar(text: string): boolean {
  const characters = [...text];
  for (let at = 0; at < characters.length; at += 1) {
    if (characters[at] === '\\') {
      at += 1;
      if (at >= characters.length) return false;
    } else if (characters[at] === '[') {
      const end = classEnd(characters, at + 1);
      if (end < 0) return false;
      at = end;
    }
  }
  return true;
}

/** Index of the `]` that closes a class whose content begins at `at`; -1 when it breaks the grammar. */
function classEnd(characters: readonly string[], start: number): number {
  let at = characters[start] === '^' ? start + 1 : start;
  for (let ranges = 0; ; ranges += 1) {
    if (characters[at] === ']' && ranges > 0) return at;
    at = rangeBound(characters, at);
    if (at < 0) return -1;
    if (characters[at] === '-') {
      at = rangeBound(characters, at + 1);
      if (at < 0) return -1;
    }
  }
}

function rangeBound(characters: readonly string[], at: number): number {
  const character = characters[at];
  if (character === undefined || character === '-' || character === ']') return -1;
  if (character === '\\') return at + 1 < characters.length ? at + 2 : -1;
  // What follows must be there: the class is not closed yet.
  return at + 1 < characters.length ? at + 1 : -1;
}
