import type { AnyCommand, OptionDeclaration } from './declaration.ts';
import { type GlobalOptions, globalOptions } from './globals.ts';
import type { Options, Parsed, ParseSettings } from './parse-options.ts';
import { withoutRetiredFlags } from './retired-flags.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

/** The start of a command line: global options, then the words of the command and all that is its own. */
export interface Prefix {
  globals: GlobalOptions;
  rest: readonly string[];
}

/** Reads global options up to the first word. */
export async function parsePrefix(argv: readonly string[]): Promise<Prefix> {
  const { values, words } = await parse(globalOptions, argv, { passThrough: true });
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
export async function parseCommand(
  command: AnyCommand,
  argv: readonly string[],
  globals: GlobalOptions,
): Promise<ParsedCommand> {
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
  const { values, words } = await parse({ ...own, ...shared }, withoutRetiredFlags(command.name, argv), {
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

/** `-f, --file <path>` → `-f`, `--file`; `--isolated[=<name>]` → `--isolated`. */
export function spellings(flags: string): string[] {
  return flags.split(', ').map((flag) => flag.split(/[ [=]/)[0] ?? flag);
}

/** Without any option there is nothing to parse: commander, which costs as much as half of a short command, stays away. */
async function parse(declared: Options, argv: readonly string[], settings: ParseSettings): Promise<Parsed> {
  const first = argv.findIndex((word) => word.startsWith('-'));
  const plain = first < 0 || (settings.passThrough && first > 0);
  if (plain) return { values: defaults(declared), words: argv };
  const { parseOptions } = await import('./parse-options.ts');
  return parseOptions(declared, argv, settings);
}

function defaults(declared: Options): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, option]) => {
      if ('many' in option) return [name, []];
      return [name, option.flags.includes('<') ? undefined : false];
    }),
  );
}
