import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { findTargets } from '../targets.ts';

export interface WaitOptions {
  condition: 'exit' | 'next-exit' | 'removed' | undefined;
}

/** Waits until containers end and prints their exit codes; the first that is not 0 becomes ours. */
export async function wait({ context, words, options }: Invocation<WaitOptions>): Promise<number> {
  const { output, signal } = context;
  const backend = await context.backend();
  const targets = await findTargets(context, words);
  const condition = options.condition ?? 'exit';
  const ends = await Promise.all(
    targets.map(async ({ id, label }) => ({ label, ...(await backend.wait(id, { condition, signal })) })),
  );
  if (output.json) output.value(ends.map(({ label, exitCode: code }) => ({ name: label, exitCode: code })));
  else for (const end of ends) output.line(String(end.exitCode));
  return ends.find((end) => end.exitCode !== 0)?.exitCode ?? exitCode.success;
}
