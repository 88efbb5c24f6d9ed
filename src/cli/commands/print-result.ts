import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';

/**
 * Writes the result of a command to a file when one was named, else to stdout. Docker compose ends JSON without a line
 * break; only a terminal gets one.
 */
export async function printResult(
  { output, directory }: Context,
  text: string,
  file: string | undefined,
): Promise<undefined> {
  if (file === undefined)
    output.raw(process.stdout.isTTY === true && !text.endsWith('\n') ? `${text}\n` : text);
  else await writeFile(resolve(directory, file), text);
}
