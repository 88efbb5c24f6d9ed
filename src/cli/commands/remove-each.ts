import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';

/** Removes each of `names`; prints those that went, reports those that did not. */
export async function removeEach(
  { output, globals, signal }: Context,
  names: readonly string[],
  remove: (name: string) => Promise<void>,
): Promise<number> {
  const removed: string[] = [];
  for (const name of names) {
    try {
      await remove(name);
      removed.push(name);
      if (!output.json) output.line(name);
    } catch (error) {
      signal.throwIfAborted();
      reportFault(error, output, globals);
    }
  }
  if (output.json) output.value(removed.map((name) => ({ name })));
  return removed.length === names.length ? exitCode.success : exitCode.failure;
}
