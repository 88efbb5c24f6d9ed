import type { Invocation } from '../declaration.ts';
import { showHelp } from '../help.ts';
import { findCommand } from '../table/index.ts';

/** `help [command]`: the page of a command. */
export async function help({ context, words }: Invocation<Record<never, never>>): Promise<number> {
  return showHelp(findCommand(words), context.output);
}
