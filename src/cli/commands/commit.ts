import type { Invocation } from '../declaration.ts';
import { findTarget } from '../targets.ts';

export interface CommitOptions {
  author: string | undefined;
  change: readonly string[];
  message: string | undefined;
  /** Said or not, it is the default. */
  pause: boolean;
  noPause: boolean;
  index: number | undefined;
}

/** Makes an image of what a container has become, and prints its id. */
export async function commit({ context, words, options }: Invocation<CommitOptions>): Promise<undefined> {
  const { output, signal, globals } = context;
  const [container = '', name] = words;
  const { author, message, change, noPause, index } = options;
  const target = await findTarget(context, container, index, { oneOff: true });
  const backend = await context.backend();
  const wishes = { name, author, message, changes: change, pause: !noPause, signal };
  const id = await backend.commit(target.id, wishes);
  if (globals.dryRun) return;
  if (output.json) output.value({ id, name: name ?? null });
  else output.line(id);
}
