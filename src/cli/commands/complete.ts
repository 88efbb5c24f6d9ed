import { candidates } from '../completion/candidates.ts';
import type { Invocation } from '../declaration.ts';

/** Answers the completion scripts: a word a line, then what the shell shall offer itself. Never fails. */
export async function complete({ context, words }: Invocation<Record<never, never>>): Promise<undefined> {
  const { output } = context;
  try {
    const found = await candidates(context, words);
    for (const word of found.words) output.line(word);
    output.line(`:${found.files}`);
  } catch {
    // Completion with no engine or a broken file offers nothing: an error would destroy the line that is being typed.
    output.line(':none');
  }
}
