/** After how many cells docker compose's YAML writer breaks a line, at the next space. */
const width = 80;

const indicator = /^( *)(?:- )*/;
/** A key, quoted or not, with what parts it from its value. */
const keyed = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^"'](?:(?!: ).)*): /;
const literal = /(?:^|[:-] )[|>][-+0-9]*$/;

/** YAML whose values are on one line each, with long ones broken as libyaml does; text in `|` blocks stays. */
export function foldLines(text: string): string {
  const folded: string[] = [];
  /** The indent of the line that a block belongs to. */
  let block: number | undefined;
  for (const line of text.split('\n')) {
    const indent = indentOf(line);
    if (block !== undefined && (line === '' || indent > block)) {
      folded.push(line);
      continue;
    }
    block = literal.test(line) ? indent : undefined;
    folded.push(line.length > width && block === undefined ? foldLine(line) : line);
  }
  return folded.join('\n');
}

function foldLine(line: string): string {
  const [start = ''] = indicator.exec(line) ?? [];
  const [key = ''] = keyed.exec(line.slice(start.length)) ?? [];
  const characters = [...line.slice(start.length + key.length)];
  const quote = /["']/.exec(characters[0] ?? '')?.[0];
  const [first, last] = quote === undefined ? [0, characters.length] : [2, characters.length - 2];
  const indent = ' '.repeat(indentOf(line) + 2);
  let result = start + key;
  let column = [...result].length;
  for (const [index, character] of characters.entries()) {
    const mayBreak = character === ' ' && characters[index - 1] !== ' ' && index >= first && index < last;
    const isRun = characters[index + 1] === ' ';
    if (mayBreak && column > width && (!isRun || quote === '"')) {
      result += `\n${indent}${isRun ? '\\' : ''}`;
      column = indent.length + (isRun ? 1 : 0);
    } else {
      result += character;
      column += 1;
    }
  }
  return result;
}

function indentOf(line: string): number {
  return line.search(/[^ ]|$/);
}
