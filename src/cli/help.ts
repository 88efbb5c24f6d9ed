import type { AnyCommand, ArgumentDeclaration, CommandGroup } from './declaration.ts';
import { exitCode } from './exit-codes.ts';
import { globalOptions } from './globals.ts';
import type { Output } from './output/output.ts';
import { displayWidth, pad } from './output/width.ts';
import { commands, type Found } from './table/index.ts';
import { t } from './text.ts';

const groups: readonly CommandGroup[] = ['project', 'container', 'image', 'network', 'volume', 'system'];
const widest = 110;
/** A few commands with longer names do not push the text of all others aside. */
const widestName = 18;
const shown = commands.filter((command) => command.hidden !== true);

/** Prints the page of a command, of a group, or the list of all commands. */
export function showHelp(found: Found | undefined, output: Output): number {
  const width = Math.min(output.width ?? widest, widest);
  const title = (text: string): string => output.paint('bold', text);
  const lines =
    found === undefined
      ? overview(title, width)
      : found.kind === 'group'
        ? groupPage(found.name, title, width)
        : commandPage(found.command, title, width);
  for (const line of lines) output.line(line);
  return exitCode.success;
}

type Title = (text: string) => string;

function overview(title: Title, width: number): string[] {
  return [
    `${title(t('help.usage'))} wherry [${t('help.options')}] ${t('help.command')} [...]`,
    '',
    ...wrap(t('help.intro'), width),
    ...groups.flatMap((group) => [
      '',
      title(t(`help.group.${group}`)),
      ...pairs(
        shown.filter((command) => command.group === group).map((command) => [command.name, t(command.about)]),
        width,
        widestName,
      ),
    ]),
    '',
    title(t('help.globalOptions')),
    ...optionLines(globalOptions, width),
    '',
    title(t('help.exitCodes')),
    ...pairs(
      (['0', '1', '2', '125', '126', '127', '130', '143'] as const).map((code) => [
        code,
        t(`help.exitCode.${code}`),
      ]),
      width,
    ),
  ];
}

function groupPage(name: string, title: Title, width: number): string[] {
  const members = commands.filter((command) =>
    [command.name, ...(command.aliases ?? [])].some((spelling) => spelling.startsWith(`${name} `)),
  );
  return [
    `${title(t('help.usage'))} wherry ${name} ${t('help.command')} [...]`,
    '',
    title(t('help.commands')),
    ...pairs(
      members.map((command) => {
        const spellings = [command.name, ...(command.aliases ?? [])];
        return [
          spellings.find((spelling) => spelling.startsWith(`${name} `)) ?? command.name,
          t(command.about),
        ];
      }),
      width,
    ),
  ];
}

function commandPage(command: AnyCommand, title: Title, width: number): string[] {
  const words = command.arguments.map(argumentText).join(' ');
  const aliases = command.aliases ?? [];
  return [
    `${title(t('help.usage'))} wherry ${command.name} [${t('help.options')}]${words === '' ? '' : ` ${words}`}`,
    '',
    ...wrap(`${t(command.about)}.`, width),
    ...(command.detail === undefined ? [] : ['', ...wrap(t(command.detail), width)]),
    ...(aliases.length === 0 ? [] : ['', `${title(t('help.aliases'))} ${aliases.join(', ')}`]),
    ...(Object.keys(command.options).length === 0
      ? []
      : ['', title(t('help.ownOptions')), ...optionLines(command.options, width)]),
    '',
    t('help.alsoGlobal'),
  ];
}

/** `<name>`, `[name]`, `[name...]`. */
export function argumentText({ name, optional, many }: ArgumentDeclaration): string {
  const text = many === true ? `${name}...` : name;
  return optional === true ? `[${text}]` : `<${text}>`;
}

function optionLines(options: AnyCommand['options'], width: number): string[] {
  return pairs(
    Object.values(options).map((option) => {
      const choices =
        'choices' in option && option.choices !== undefined ? ` (${option.choices.join(', ')})` : '';
      const flags = option.flags.startsWith('--') ? `    ${option.flags}` : option.flags;
      return [flags, `${t(option.about)}${choices}`];
    }),
    width,
  );
}

/** Two columns; the second one is wrapped, and stands below the first where there is no room beside it. */
function pairs(rows: readonly (readonly [string, string])[], width: number, most = 34): string[] {
  const fitting = rows.map(([left]) => displayWidth(left)).filter((cells) => cells <= most);
  const left = Math.max(...fitting, 0);
  const beside = width - left - 4 >= 24;
  return rows.flatMap(([name, text]) => {
    if (!beside) return [`  ${name}`, ...wrap(text, width - 6).map((line) => `      ${line}`)];
    const [first = '', ...more] = wrap(text, width - left - 4);
    const indent = ' '.repeat(left + 4);
    if (displayWidth(name) > left)
      return [`  ${name}`, `${indent}${first}`, ...more.map((line) => indent + line)];
    return [`  ${pad(name, left)}  ${first}`, ...more.map((line) => indent + line)];
  });
}

/** Breaks text between words; line breaks in it stay. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = [''];
    for (const word of paragraph.split(' ')) {
      const line = lines.at(-1) ?? '';
      const joined = line === '' ? word : `${line} ${word}`;
      if (line === '' || displayWidth(joined) <= width) lines[lines.length - 1] = joined;
      else lines.push(word);
    }
    return lines;
  });
}
