import { basename } from 'node:path';
import { globalOptions } from './globals.ts';
import { spellings } from './parser.ts';

/** What the command was called as: by its own name, or as `docker-compose`, whose part it plays then. */
export type Role = 'wherry' | 'compose';

/** The role of a program with this path: a link named `docker-compose` plays docker compose's part. */
export function roleOf(program: string | undefined): Role {
  return /^docker-compose(\.exe)?$/.test(basename(program ?? '')) ? 'compose' : 'wherry';
}

export interface ComposeArguments {
  argv: readonly string[];
  /** Variables that options of docker stand for. */
  variables: Readonly<Record<string, string>>;
}

/** Options of docker and of docker-compose v1 that take a value and are no options of ours. */
const foreignValues: readonly string[] = ['-c', '--config', '-l', '--log-level', '--workdir'];
const renamed: Readonly<Record<string, readonly string[]>> = {
  '-c': ['--context'],
  '-D': ['--debug'],
  '--verbose': ['--debug'],
  '--no-ansi': ['--ansi', 'never'],
  '--workdir': ['--project-directory'],
  '-v': ['version'],
  '--version': ['version'],
};

/**
 * Our command line from one of docker compose's: as docker calls a plugin (`--context remote compose up`), with its own
 * options before the leading `compose`, or as `docker-compose up`.
 */
export function composeArguments(argv: readonly string[]): ComposeArguments {
  const [first = '', ...rest] = argv;
  if (completionRequests.has(first)) return completionArguments(rest);
  const { argv: own, variables } = ownArguments(argv);
  return { argv: own, variables };
}

/** What shells ask of docker and its plugins, whose completions come from the cobra library. */
const completionRequests: ReadonlySet<string> = new Set(['__complete', '__completeNoDesc']);

/** The options before the command that is being typed hold for its completion as well. */
function completionArguments(typed: readonly string[]): ComposeArguments {
  const { argv, command, variables } = ownArguments(typed.slice(0, -1));
  const words = [...argv.slice(command), ...typed.slice(-1)];
  const isOption = command === argv.length;
  return isOption
    ? { argv: ['__complete', '--', ...argv, ...typed.slice(-1)], variables }
    : { argv: [...argv.slice(0, command), '__complete', '--', ...words], variables };
}

function ownArguments(argv: readonly string[]): ComposeArguments & { command: number } {
  const own: string[] = [];
  const variables: Record<string, string> = {};
  let index = 0;
  for (let led = false; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-') || word === '-' || word === '--') {
      if (word !== 'compose' || led) break;
      led = true;
      continue;
    }
    const [flag = word, attached] = word.startsWith('--') ? splitOnce(word) : [word];
    const takes = attached === undefined && withValue.has(flag);
    if (takes) index += 1;
    const value = takes ? argv[index] : attached;
    if (flag === '--config' && value !== undefined) variables.DOCKER_CONFIG = value;
    else if (attached !== undefined && !withValue.has(flag)) own.push(word);
    else if (flag !== '-l' && flag !== '--log-level')
      own.push(...(renamed[flag] ?? [flag]), ...(value === undefined ? [] : [value]));
  }
  return { argv: [...own, ...argv.slice(index)], variables, command: own.length };
}

const withValue: ReadonlySet<string> = new Set([
  ...foreignValues,
  ...Object.values(globalOptions).flatMap(({ flags }) => (flags.includes('<') ? spellings(flags) : [])),
]);

function splitOnce(word: string): [string, string?] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}
