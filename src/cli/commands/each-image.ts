import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { ProgressBoard } from '../output/progress-board.ts';

/** What docker compose says of an image on the way and at the end. */
export interface ComposeWords {
  doing: 'Pulling' | 'Pushing';
  done: 'Pulled' | 'Pushed';
}

/**
 * Does `work` to each image, one after the other, each with its board; prints the names that went well, in a project as
 * remarks. Of what it left as it was `work` has told why.
 */
export async function eachImage(
  context: Context,
  names: readonly string[],
  options: { ignoreFailures: boolean; words: ComposeWords },
  work: (name: string, board: ProgressBoard) => Promise<'done' | 'left'>,
): Promise<number> {
  const { output, globals, signal } = context;
  const isProject = (await context.scope()).kind === 'project';
  // Apart from the loop: esbuild's `using` in one throws an error of before again.
  const one = async (name: string): Promise<'done' | 'left'> => {
    using board = new ProgressBoard(output);
    const tell = isProject && output.inComposeWords;
    if (tell) board.tell(`Image ${name}`, 'working', options.words.doing);
    const outcome = await work(name, board);
    if (outcome === 'left') return outcome;
    if (tell) board.tell(`Image ${name}`, 'done', options.words.done);
    else if (isProject) output.note(name);
    else if (!output.json) output.line(name);
    return outcome;
  };
  const good: string[] = [];
  let failed = 0;
  for (const name of new Set(names)) {
    try {
      if ((await one(name)) === 'done') good.push(name);
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      reportFault(error, output, globals);
    }
  }
  if (output.json) output.value(good.map((name) => ({ name })));
  return failed === 0 || options.ignoreFailures ? exitCode.success : exitCode.failure;
}
