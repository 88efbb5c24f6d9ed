import type { AnyCommand } from '../declaration.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { containerCommands } from './containers.ts';
import { imageCommands } from './images.ts';
import { networkCommands } from './networks.ts';
import { projectCommands } from './project.ts';
import { runCommand } from './run.ts';
import { systemCommands } from './system.ts';
import { volumeCommands } from './volumes.ts';

/** Every command, in the order of the help page. */
export const commands: readonly AnyCommand[] = [
  ...projectCommands,
  runCommand,
  ...containerCommands,
  ...imageCommands,
  ...networkCommands,
  ...volumeCommands,
  ...systemCommands,
];

/** What the first words of a command line name. */
export type Found =
  | { kind: 'command'; command: AnyCommand; rest: readonly string[] }
  /** A group without one of its members: `image`. */
  | { kind: 'group'; name: string };

/** Finds the command that `words` begin with; undefined when there are none. Fails for a word that is no command. */
export function findCommand(words: readonly string[]): Found | undefined {
  const [first, second, third] = words;
  if (first === undefined) return undefined;
  for (const length of [3, 2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = commands.find(
      (candidate) => candidate.name === name || candidate.aliases?.includes(name),
    );
    if (command !== undefined && words.length >= length)
      return { kind: 'command', command, rest: words.slice(length) };
  }
  if (commands.some(({ name }) => name.startsWith(`${first} `))) {
    if (second === undefined || second.startsWith('-')) return { kind: 'group', name: first };
    const name = `${first} ${second}`;
    const isGroup = commands.some((command) => command.name.startsWith(`${name} `));
    if (isGroup && (third === undefined || third.startsWith('-'))) return { kind: 'group', name };
    throw unknown(`${first} ${second}`);
  }
  throw unknown(first);
}

function unknown(name: string): Error {
  const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const near = names
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return usage(
    t('usage.unknownCommand', { name }),
    near === undefined ? t('usage.seeHelpOfAll') : t('usage.didYouMean', { name: near.candidate }),
  );
}

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
