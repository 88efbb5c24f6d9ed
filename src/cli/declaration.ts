import type { PlainKey } from '../i18n/index.ts';
import type { Context } from './context.ts';

/** What an argument or the value of an option names, so that the shell can complete it. */
export type Completion =
  | 'service'
  | 'container'
  | 'image'
  | 'network'
  | 'volume'
  | 'project'
  | 'command'
  | 'file'
  | 'directory'
  | readonly string[];

interface OptionText {
  /** As in docker: `-t, --timeout <seconds>`. */
  flags: string;
  /** Spellings that scripts may have and no help shows. */
  also?: readonly string[];
  about: PlainKey;
}

/** There or not. */
export interface FlagDeclaration extends OptionText {
  /** The option whose `=false` means this one; as in `--interactive`. */
  negates?: string;
}

/** Takes one value. `parse` fails with `INVALID`. */
export interface ValueDeclaration<V> extends OptionText {
  parse?: (text: string) => V;
  choices?: readonly string[];
  complete?: Completion;
}

/** May be given several times. */
export interface ListDeclaration<V> extends ValueDeclaration<V> {
  many: true;
}

/** How an option that a command receives as `V` is declared: boolean, list, or a single value that may be undefined. */
export type OptionDeclaration<V> = [V] extends [boolean]
  ? FlagDeclaration
  : [V] extends [readonly (infer E)[]]
    ? ListDeclaration<E>
    : ValueDeclaration<Exclude<V, undefined>>;

export interface ArgumentDeclaration {
  /** As it stands in the usage line. */
  name: string;
  optional?: true;
  /** Takes all that follow. */
  many?: true;
  complete?: Completion;
}

export type CommandGroup = 'project' | 'container' | 'image' | 'network' | 'volume' | 'system';

/** What a command is given: its words and its options, all of them filled in. */
export interface Invocation<O> {
  context: Context;
  words: readonly string[];
  options: O;
}

/** Does the work; resolves to the exit code, 0 when undefined. */
export type Run<O> = (invocation: Invocation<O>) => Promise<number | undefined>;

/** One command as data: the parser, the help, the completion and the reference are all made from it. */
export interface CommandDeclaration<O> {
  /** One word, or two for a member of a group: `image ls`. */
  name: string;
  aliases?: readonly string[];
  group: CommandGroup;
  about: PlainKey;
  /** More for its help page, such as what a name means inside and outside a project. */
  detail?: PlainKey;
  arguments: readonly ArgumentDeclaration[];
  options: { readonly [K in keyof O]-?: OptionDeclaration<O[K]> };
  /** Options after the first word belong to the process that is run. */
  passThrough?: true;
  /** Goes on however long its engine is away. */
  outlivesEngine?: true;
  /** For programs: not in help or completion. */
  hidden?: true;
  /** Fetches the one chunk that does the work. */
  load: () => Promise<Run<O>>;
}

/** A command whose options' type was checked when it was declared. */
export type AnyCommand = CommandDeclaration<Readonly<Record<string, unknown>>>;

/** Checks that the declared options are those of `O`, then forgets `O`, so that tables can hold commands of all kinds. */
export function declare<O>(command: CommandDeclaration<O>): AnyCommand {
  return command as unknown as AnyCommand;
}
