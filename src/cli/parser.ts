import { Command, CommanderError, Option } from 'commander';
import { isWherryError } from '../core/errors.ts';
import type { AnyCommand, OptionDeclaration } from './declaration.ts';
import { type GlobalOptions, globalOptions } from './globals.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

type Options = Readonly<Record<string, OptionDeclaration<unknown>>>;
type Declared = OptionDeclaration<unknown> & {
  many?: true;
  parse?: (text: string) => unknown;
  choices?: readonly string[];
};

/** The start of a command line: global options, then the words of the command and all that is its own. */
export interface Prefix {
  globals: GlobalOptions;
  rest: readonly string[];
}

/** Reads global options up to the first word. */
export function parsePrefix(argv: readonly string[]): Prefix {
  const { values, words } = parse(globalOptions, argv, { passThrough: true });
  return { globals: values as unknown as GlobalOptions, rest: words };
}

export interface ParsedCommand {
  options: Readonly<Record<string, unknown>>;
  globals: GlobalOptions;
  words: readonly string[];
}

/**
 * Reads what follows the name of `command`: its own options, and the global ones as far as their spelling is not taken.
 * What stood before the name is in `globals`.
 */
export function parseCommand(
  command: AnyCommand,
  argv: readonly string[],
  globals: GlobalOptions,
): ParsedCommand {
  const own = command.options as Options;
  const taken = new Set(Object.values(own).flatMap(({ flags }) => spellings(flags)));
  const shared: Record<string, OptionDeclaration<unknown>> = {};
  for (const [name, option] of Object.entries(globalOptions as Options)) {
    const free = option.flags
      .split(', ')
      .filter((flag) => spellings(flag).every((spelling) => !taken.has(spelling)));
    if (free.some((flag) => flag.startsWith('--')))
      shared[`global ${name}`] = { ...option, flags: free.join(', ') };
  }
  const { values, words } = parse({ ...own, ...shared }, argv, {
    passThrough: command.passThrough === true,
    name: command.name,
  });
  const merged: Record<string, unknown> = { ...globals };
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!name.startsWith('global ')) options[name] = value;
    else {
      const key = name.slice('global '.length);
      const before = merged[key];
      if (Array.isArray(value) && Array.isArray(before)) merged[key] = [...before, ...value];
      else if (value !== undefined && value !== false) merged[key] = value;
    }
  }
  return { options, globals: merged as unknown as GlobalOptions, words };
}

/** Fails when `words` are fewer or more than `command` takes. */
export function checkWords(command: AnyCommand, words: readonly string[]): void {
  const least = command.arguments.filter((argument) => argument.optional !== true);
  const hint = t('usage.seeHelp', { command: command.name });
  const missing = least[words.length];
  if (words.length < least.length && missing !== undefined) {
    throw usage(t('usage.missingArgument', { command: command.name, argument: missing.name }), hint);
  }
  const endless = command.arguments.some((argument) => argument.many === true);
  if (!endless && words.length > command.arguments.length) {
    const extra = words[command.arguments.length] ?? '';
    throw usage(t('usage.excessArgument', { command: command.name, argument: extra }), hint);
  }
}

/** `-f, --file <path>` → `-f`, `--file`. */
export function spellings(flags: string): string[] {
  return flags.split(', ').map((flag) => flag.split(' ')[0] ?? flag);
}

function parse(
  declared: Options,
  argv: readonly string[],
  settings: { passThrough: boolean; name?: string },
): { values: Record<string, unknown>; words: readonly string[] } {
  const parser = new Command()
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .allowExcessArguments(true)
    .argument('[words...]');
  if (settings.passThrough) parser.passThroughOptions();
  const attributes = new Map<string, { option: Option; declaration: Declared }>();
  for (const [name, declaration] of Object.entries(declared as Readonly<Record<string, Declared>>)) {
    const option = commanderOption(declaration);
    parser.addOption(option);
    attributes.set(name, { option, declaration });
  }
  try {
    parser.parse([...argv], { from: 'user' });
  } catch (error) {
    throw asUsage(error, settings.name);
  }
  const given = parser.opts();
  const values: Record<string, unknown> = {};
  for (const [name, { option, declaration }] of attributes) {
    const value: unknown = given[option.attributeName()];
    if (option.negate) values[name] = value === false;
    else if (declaration.many === true) values[name] = value ?? [];
    else values[name] = option.required ? value : value === true;
  }
  return { values, words: parser.args };
}

function commanderOption(declaration: Declared): Option {
  const option = new Option(declaration.flags);
  if (option.negate) return option.default(undefined);
  if (declaration.choices !== undefined) option.choices(declaration.choices);
  const { parse: parseValue, many } = declaration;
  if (option.required && (many === true || parseValue !== undefined)) {
    option.argParser((text: string, previous: unknown) => {
      const value = parseValue === undefined ? text : parseValue(text);
      return many === true ? [...((previous as unknown[] | undefined) ?? []), value] : value;
    });
  }
  return option;
}

function asUsage(error: unknown, name: string | undefined): unknown {
  const hint = name === undefined ? t('usage.seeHelpOfAll') : t('usage.seeHelp', { command: name });
  if (isWherryError(error, 'INVALID')) return usage(error.message, error.hint ?? hint);
  if (!(error instanceof CommanderError)) return error;
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return usage(message, suggestion === undefined ? hint : suggestion.replace(/^\(|\)$/g, ''));
}
