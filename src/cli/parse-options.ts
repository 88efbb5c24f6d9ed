import { Command, CommanderError, Option } from 'commander';
import { isWherryError } from '../core/errors.ts';
import type { OptionDeclaration } from './declaration.ts';
import { inNormalSpelling } from './normal-spelling.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

export type Options = Readonly<Record<string, OptionDeclaration<unknown>>>;
type Declared = OptionDeclaration<unknown> & {
  negates?: string;
  many?: true;
  parse?: (text: string) => unknown;
  choices?: readonly string[];
};

export interface ParseSettings {
  /** Options end at the first word. */
  passThrough: boolean;
  /** Command that hints name. */
  name?: string;
}

export interface Parsed {
  values: Record<string, unknown>;
  words: readonly string[];
}

/**
 * Stands for the value that an option such as `--isolated[=<name>]` was not given. No argument of a process has such a
 * character.
 */
const noValue = '\0';

/** Splits a command line into the values of all declared options and the words, with commander. */
export function parseOptions(declared: Options, argv: readonly string[], settings: ParseSettings): Parsed {
  const attributes = new Map<string, { option: Option; declaration: Declared }>();
  for (const [name, declaration] of Object.entries(declared as Readonly<Record<string, Declared>>))
    attributes.set(name, { option: commanderOption(declaration), declaration });
  const options = [...attributes.values()].map(({ option }) => option);
  const spelled = [...attributes.values()].map(({ option, declaration }) => ({
    spellings: [option.short, option.long].flatMap((name) => name ?? []),
    also: declaration.also ?? [],
    negates: declaration.negates,
    takesValue: option.required,
  }));
  const normal = inNormalSpelling(withValues(declared, argv), spelled, settings);
  const parser = parsed(options, normal, settings);
  const given = parser.opts();
  const values: Record<string, unknown> = {};
  for (const [name, { option, declaration }] of attributes) {
    const value: unknown = given[option.attributeName()];
    if (declaration.many === true) values[name] = value ?? [];
    else values[name] = option.required ? value : value === true;
  }
  return { values, words: parser.args.map(asGiven) };
}

/**
 * Commander compares each option with all before it, which is most of its time: it gets those that the words may name.
 * All of them it needs to say what an unknown one was meant to be.
 */
function parsed(options: readonly Option[], words: readonly string[], settings: ParseSettings): Command {
  const named = options.filter((option) => words.some((word) => mayName(word, option)));
  try {
    return parserOf(named, settings).parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw asUsage(error, settings.name);
  }
  try {
    return parserOf(options, settings).parse(words, { from: 'user' });
  } catch (error) {
    throw asUsage(error, settings.name);
  }
}

/** Whether the word has the option's long name, or its letter among others. */
function mayName(word: string, { short, long }: Option): boolean {
  if (!word.startsWith('-')) return false;
  if (word.startsWith('--')) return long !== undefined && word.split('=', 1)[0] === long;
  return short !== undefined && word.includes(short.slice(1));
}

function parserOf(options: readonly Option[], { passThrough }: ParseSettings): Command {
  const parser = new Command()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .allowExcessArguments(true)
    .argument('[words...]');
  if (passThrough) parser.passThroughOptions();
  for (const option of options) parser.addOption(option);
  return parser;
}

/** Commander takes the next word for a value that may be left out; ours is said with `=`, or not at all. */
function withValues(declared: Options, argv: readonly string[]): string[] {
  const bare = Object.values(declared).flatMap(({ flags }) => /^(--[\w-]+)\[=/.exec(flags)?.[1] ?? []);
  return argv.map((word) => (bare.includes(word) ? `${word}=${noValue}` : word));
}

/** A word that was no option after all. */
function asGiven(word: string): string {
  return word.endsWith(`=${noValue}`) ? word.slice(0, -2) : word;
}

function commanderOption(declaration: Declared): Option {
  const option = new Option(declaration.flags.replace(/\[=(<.*>)\]$/, ' $1'));
  // To commander `--no-build` takes `--build` back; here both are seen, so that they can exclude each other.
  option.negate = false;
  const { parse: parseValue = (text: string): unknown => text, many, choices } = declaration;
  if (option.required) {
    option.argParser((word: string, previous: unknown) => {
      const text = word === noValue ? '' : asGiven(word);
      const value = parseValue(choices === undefined ? text : chosen(option, choices, text));
      return many === true ? [...((previous as unknown[] | undefined) ?? []), value] : value;
    });
  }
  return option;
}

function chosen(option: Option, choices: readonly string[], text: string): string {
  if (choices.includes(text)) return text;
  throw usage(t('value.notOptionChoice', { option: option.flags, text, names: choices.join(', ') }));
}

function asUsage(error: unknown, name: string | undefined): unknown {
  const hint = name === undefined ? t('usage.seeHelpOfAll') : t('usage.seeHelp', { command: name });
  if (isWherryError(error, 'INVALID')) return usage(error.message, error.hint ?? hint);
  if (!(error instanceof CommanderError)) return error;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return usage(message, suggestion === undefined ? hint : suggestion.replace(/^\(|\)$/g, ''));
}
