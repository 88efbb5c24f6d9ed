import type { Context } from '../context.ts';
import type { AnyCommand, Completion } from '../declaration.ts';
import { globalOptions } from '../globals.ts';
import { spellings } from '../parser.ts';
import { commands } from '../table/index.ts';

/** What the shell is told: words to offer, or that it shall offer files or directories itself. */
export interface Candidates {
  words: readonly string[];
  files: 'files' | 'directories' | 'none';
}

/** What can stand in place of the last of `words`, which is what has been typed of it so far. */
export async function candidates(context: Context, words: readonly string[]): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, rest, group } = position(before);
  const options = { ...(command?.options ?? {}), ...globalOptions };
  const waiting = optionThatWaits(options, before);
  if (waiting !== undefined) return offer(context, waiting, current);
  const [, option, value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (option !== undefined && value !== undefined) {
    const found = await offer(context, optionThatWaits(options, [option]) ?? [], value);
    return { ...found, words: found.words.map((word) => `${option}=${word}`) };
  }
  if (current.startsWith('-')) {
    return only(
      Object.values(options).flatMap(({ flags }) => spellings(flags)),
      current,
    );
  }
  if (command === undefined) return only(commandWords(group), current);
  const typed = wordsIn(options, rest);
  const last = command.arguments.at(-1);
  const argument = command.arguments[typed] ?? (last?.many === true ? last : undefined);
  return argument?.complete === undefined ? only([], current) : offer(context, argument.complete, current);
}

interface Position {
  command: AnyCommand | undefined;
  /** First word of a group whose member is still to be typed. */
  group: string | undefined;
  /** What follows the command. */
  rest: readonly string[];
}

function position(before: readonly string[]): Position {
  const first = indexOfWord(globalOptions, before, 0);
  const word = before[first];
  if (word === undefined) return { command: undefined, group: undefined, rest: [] };
  const find = (name: string): AnyCommand | undefined =>
    commands.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  const second = before[first + 1];
  const pair = second === undefined ? undefined : find(`${word} ${second}`);
  if (pair !== undefined) return { command: pair, group: undefined, rest: before.slice(first + 2) };
  const single = find(word);
  if (single !== undefined) return { command: single, group: undefined, rest: before.slice(first + 1) };
  return { command: undefined, group: word, rest: [] };
}

/** Commands that can be typed here, one word of them. */
function commandWords(group: string | undefined): string[] {
  const names = commands.flatMap(({ name, aliases, hidden }) => (hidden ? [] : [name, ...(aliases ?? [])]));
  if (group === undefined) return [...new Set(names.map((name) => name.split(' ')[0] ?? name))];
  return names.filter((name) => name.startsWith(`${group} `)).map((name) => name.slice(group.length + 1));
}

type Options = AnyCommand['options'];

/** What the option at the end of `before` takes as its value; undefined when there is none that waits for one. */
function optionThatWaits(options: Options, before: readonly string[]): Completion | undefined {
  const last = before.at(-1);
  if (last === undefined || !takesValue(options, last)) return undefined;
  const option = Object.values(options).find(({ flags }) => spellings(flags).includes(last));
  if (option === undefined) return undefined;
  if ('choices' in option && option.choices !== undefined) return option.choices;
  return 'complete' in option && option.complete !== undefined ? option.complete : [];
}

function takesValue(options: Options, word: string): boolean {
  return Object.values(options).some(({ flags }) => flags.includes(' <') && spellings(flags).includes(word));
}

function indexOfWord(options: Options, words: readonly string[], from: number): number {
  for (let at = from; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) return at;
    if (takesValue(options, word)) at += 1;
  }
  return words.length;
}

function wordsIn(options: Options, words: readonly string[]): number {
  let count = 0;
  for (let at = indexOfWord(options, words, 0); at < words.length; at = indexOfWord(options, words, at + 1))
    count += 1;
  return count;
}

async function offer(context: Context, what: Completion, current: string): Promise<Candidates> {
  if (typeof what !== 'string') return only(what, current);
  if (what === 'file') return { words: [], files: 'files' };
  if (what === 'directory') return { words: [], files: 'directories' };
  if (what === 'command') return only(commandWords(undefined), current);
  return only(await names(context, what), current);
}

async function names(
  context: Context,
  what: Exclude<Completion, 'file' | 'directory' | 'command' | readonly string[]>,
): Promise<string[]> {
  const { signal } = context;
  const scope = await context.scope();
  const project = scope.kind === 'project' ? scope.project : null;
  if (what === 'service') return Object.keys({ ...project?.services, ...project?.disabledServices });
  const own = what === 'container' || what === 'image' ? Object.keys(project?.services ?? {}) : [];
  if (context.role === 'compose' && what === 'container') return own;
  const backend = await context.backend().catch(() => undefined);
  if (backend === undefined) return own;
  if (what === 'container') {
    return [...own, ...(await backend.list({ all: true }, { signal })).map(({ name }) => name)];
  }
  if (what === 'image')
    return [...own, ...(await backend.images.list({ signal })).flatMap(({ tags }) => tags)];
  if (what === 'network') return ((await backend.networks?.list({ signal })) ?? []).map(({ name }) => name);
  if (what === 'volume') return ((await backend.volumes?.list({ signal })) ?? []).map(({ name }) => name);
  const { projectNames } = await import('../../boot/index.ts');
  return (await projectNames(backend, { signal })).map(({ name }) => name);
}

function only(words: readonly string[], current: string): Candidates {
  return { words: [...new Set(words)].filter((word) => word.startsWith(current)).sort(), files: 'none' };
}
