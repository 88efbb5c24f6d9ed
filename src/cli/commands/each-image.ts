import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { ProgressBoard } from '../output/progress-board.ts';

/** Does `work` to each image, one after the other, each with its board; prints the names that went well, in a project as remarks. */
export async function eachImage(
  context: Context,
  names: readonly string[],
  options: { ignoreFailures: boolean },
  work: (name: string, board: ProgressBoard) => Promise<void>,
): Promise<number> {
  const { output, globals, signal } = context;
  const isProject = (await context.scope()).kind === 'project';
  const good: string[] = [];
  for (const name of new Set(names)) {
    try {
      using board = new ProgressBoard(output);
      await work(name, board);
      good.push(name);
      if (isProject) output.note(name);
      else if (!output.json) output.line(name);
    } catch (error) {
      signal.throwIfAborted();
      reportFault(error, output, globals);
    }
  }
  if (output.json) output.value(good.map((name) => ({ name })));
  return good.length === new Set(names).size || options.ignoreFailures ? exitCode.success : exitCode.failure;
}
