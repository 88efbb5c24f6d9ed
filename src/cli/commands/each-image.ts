import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { ProgressBoard } from '../output/progress-board.ts';

/** What docker compose says of an image on the way and at the end. */
export interface ComposeWords {
  doing: 'Pulling' | 'Pushing';
  done: 'Pulled' | 'Pushed';
}

/** Does `work` to each image, one after the other, each with its board; prints the names that went well, in a project as remarks. */
export async function eachImage(
  context: Context,
  names: readonly string[],
  options: { ignoreFailures: boolean; words: ComposeWords },
  work: (name: string, board: ProgressBoard) => Promise<void>,
): Promise<number> {
  const { output, globals, signal } = context;
  const isProject = (await context.scope()).kind === 'project';
  const good: string[] = [];
  for (const name of new Set(names)) {
    try {
      using board = new ProgressBoard(output);
      const tell = isProject && output.inComposeWords;
      if (tell) board.tell(`Image ${name}`, 'working', options.words.doing);
      await work(name, board);
      good.push(name);
      if (tell) board.tell(`Image ${name}`, 'done', options.words.done);
      else if (isProject) output.note(name);
      else if (!output.json) output.line(name);
    } catch (error) {
      signal.throwIfAborted();
      reportFault(error, output, globals);
    }
  }
  if (output.json) output.value(good.map((name) => ({ name })));
  return good.length === new Set(names).size || options.ignoreFailures ? exitCode.success : exitCode.failure;
}
