export interface ShellWords {
  words: string[];
  /** The shell operator at which reading stopped (`;`, `&`, `|`, `<` or `>`), with all that follows it. */
  dropped?: string;
}

/**
 * Splits a command line into words as the peer does: white space separates; single quotes are literal; in double quotes
 * and outside a backslash escapes; `\n` and `\t` give a line end and a tab. No variables, no globs, no substitution; an
 * unquoted shell operator ends the command. Returns undefined when a quote does not end or a parenthesis stands alone.
 */
export function splitShellWords(line: string): ShellWords | undefined {
  const words: string[] = [];
  let word = '';
  let state: 'none' | 'plain' | 'quoted' = 'none';
  let open: '"' | "'" | '`' | '$(' | undefined;
  const flush = (): void => {
    if (state === 'quoted' || word !== '') words.push(word);
    word = '';
    state = 'none';
  };
  const add = (text: string): void => {
    word += text;
    state = 'plain';
  };

  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    const substitution = open === '`' || open === '$(';
    if (character === '\\') {
      if (open === "'") add('\\');
      else if (at + 1 >= line.length) return undefined;
      else {
        const escaped = line[++at] ?? '';
        add(substitution ? `\\${escaped}` : escaped === 'n' ? '\n' : escaped === 't' ? '\t' : escaped);
      }
    } else if (/[ \t\r\n]/.test(character)) {
      if (open === undefined) flush();
      else word += character;
    } else if (character === '"' || character === "'") {
      if (open === character) {
        open = undefined;
        state = 'quoted';
      } else if (open === undefined) open = character;
      else add(character);
    } else if (character === '`' && (open === undefined || open === '`')) {
      open = open === '`' ? undefined : '`';
      add(character);
    } else if (character === '(' && (open === undefined || open === '$(')) {
      if (open === '$(' || !word.endsWith('$')) return undefined;
      open = '$(';
      word += character;
    } else if (character === ')' && (open === undefined || open === '$(')) {
      if (open === undefined) return undefined;
      open = undefined;
      add(character);
    } else if (open === undefined && ';&|<>'.includes(character)) {
      // `2>` is one operator: the digits belong to it.
      if (character === '>' && /^\d+$/.test(word)) word = '';
      flush();
      return { words, dropped: line.slice(at) };
    } else add(character);
  }
  if (open !== undefined) return undefined;
  flush();
  return { words };
}
