/** What an option looks like to who splits a command line. */
interface Spelled {
  /** `-x`, `--xyz`; `--no-xyz` for one that says no. The last one is its name. */
  spellings: readonly string[];
  /** Spellings that mean the same and stand in no help. */
  also: readonly string[];
  takesValue: boolean;
  /** The option whose `=false` this one stands for. */
  negates?: string | undefined;
}

interface Found extends Spelled {
  /** False for one of `also`: its name takes the place. */
  kept: boolean;
}

/**
 * A command line as the parser takes it: other spellings become the option's name, and flags lose the values that docker's
 * users may write: `--rm=true` becomes `--rm`, `--rm=false` nothing, or the
 * option that negates it or that it negates; where there is only `--no-stdin`, `--stdin=false`
 * becomes that and `--stdin` nothing; `-t=3` is `-t 3`. With `passThrough` what follows the first word is left as it is.
 */
export function inNormalSpelling(
  argv: readonly string[],
  options: readonly Spelled[],
  { passThrough }: { passThrough: boolean },
): string[] {
  const known = new Map<string, Found>();
  for (const option of options) {
    for (const name of option.spellings) known.set(name, { ...option, kept: true });
    for (const name of option.also) known.set(name, { ...option, kept: false });
  }
  const result: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const isWord = !word.startsWith('-') || word === '-';
    if (word === '--' || (isWord && passThrough)) return [...result, ...argv.slice(index)];
    result.push(...(isWord ? [word] : respelled(word, known)));
    const value = argv[index + 1];
    if (isWord || !valueFollows(word, known) || value === undefined) continue;
    result.push(value);
    index += 1;
  }
  return result;
}

function respelled(word: string, known: ReadonlyMap<string, Found>): string[] {
  const [, given = word, value] = /^(--?[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  const option = known.get(given);
  if (option === undefined) return unsaid(word, given, value, known);
  const name = option.kept ? given : (option.spellings.at(-1) ?? given);
  if (value === undefined) return [name];
  if (option.takesValue && !name.startsWith('--')) return [name, value];
  const wanted = option.takesValue ? undefined : booleanOf(value);
  if (wanted === undefined) return [`${name}=${value}`];
  if (wanted) return [name];
  if (option.negates !== undefined) return [option.negates];
  const negative = [...known.values()].find(({ negates }) => negates === option.spellings.at(-1));
  return negative === undefined ? [] : negative.spellings.slice(-1);
}

/** `--stdin` where there is only `--no-stdin`. */
function unsaid(
  word: string,
  given: string,
  value: string | undefined,
  known: ReadonlyMap<string, Found>,
): string[] {
  const negative = `--no-${given.slice(2)}`;
  const wanted = value === undefined ? true : booleanOf(value);
  if (!given.startsWith('--') || wanted === undefined) return [word];
  if (known.get(negative)?.takesValue !== false) return [word];
  return wanted ? [] : [negative];
}

/** As Go reads it. */
function booleanOf(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : undefined;
}

/** Whether the next word is the value of the option that `word` ends with. */
function valueFollows(word: string, known: ReadonlyMap<string, Found>): boolean {
  if (word.startsWith('--')) return known.get(word)?.takesValue === true;
  const letters = [...word.slice(1)];
  const at = letters.findIndex((letter) => known.get(`-${letter}`)?.takesValue === true);
  return at >= 0 && at === letters.length - 1;
}
